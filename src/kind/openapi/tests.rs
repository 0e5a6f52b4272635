use super::*;
use crate::syntax::tree::FileId;
use crate::syntax::yaml;

fn unit(text: &str) -> Unit {
    let file = ParsedFile {
        id: FileId(0),
        path: "api.yaml".into(),
        text: text.into(),
        content: yaml::parse(text, FileId(0)).content,
    };
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
    assert!(OpenApi.claims(&file, &view), "not claimed");
    OpenApi.build(&OpenApi.groups(&[&file]).remove(0), &view)
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    unit.resources.iter().find(|resource| resource.address == address).expect(address)
}

#[test]
fn both_versions_say_the_same_in_the_same_words() {
    let two = "swagger: '2.0'\nhost: pens.example\nschemes: [http]\nsecurityDefinitions:\n  user: { type: basic }\n  app: { type: oauth2, flow: accessCode, tokenUrl: 'http://t' }\npaths:\n  /pens:\n    get: { security: [{ user: [] }] }\n";
    let three = "openapi: 3.0.0\nservers: [{ url: 'http://pens.example' }]\ncomponents:\n  securitySchemes:\n    user: { type: http, scheme: Basic }\n    app: { type: oauth2, flows: { authorizationCode: { tokenUrl: 'http://t' } } }\npaths:\n  /pens:\n    get: { security: [{ user: [] }] }\n";
    for text in [two, three] {
        let unit = unit(text);
        let user = &find(&unit, "securitySchemes.user").tree;
        let of = |node: &Node, key: &str| node.get(key).and_then(|node| node.value.scalar_text()).unwrap_or_default();
        assert_eq!((of(user, "type").as_str(), of(user, "scheme").as_str()), ("http", "basic"), "{text}");
        let app = &find(&unit, "securitySchemes.app").tree;
        assert_eq!(app.get("flows").unwrap().items()[0].as_str(), Some("authorizationCode"), "{text}");
        assert_eq!(app.get("flow_urls").unwrap().items()[0].as_str(), Some("http://t"), "{text}");
        let operation = &find(&unit, "GET /pens").tree;
        assert_eq!(operation.get("servers").unwrap().items()[0].as_str(), Some("http://pens.example"), "{text}");
        let requirement = &operation.get("requirements").unwrap().items()[0];
        assert_eq!((of(requirement, "name").as_str(), of(requirement, "scheme").as_str()), ("user", "basic"), "{text}");
        assert_eq!(requirement.place.as_span().unwrap().slice(text), "user");
    }
}

#[test]
fn what_can_be_called_without_credentials_is_public() {
    for (security, own, expected) in [
        ("", "", true),
        ("security: [{ key: [] }]\n", "", false),
        ("security: [{ key: [] }]\n", "security: []", true),
        ("security: [{ key: [] }]\n", "security: [{ key: [] }, {}]", true),
        ("", "security: [{ key: [] }]", false),
    ] {
        let unit = unit(&format!("openapi: 3.1.0\n{security}paths:\n  /:\n    post: {{ operationId: a, {own} }}\n"));
        assert_eq!(find(&unit, "POST /").tree.get("public").unwrap().as_bool(), Some(expected), "{security}{own}");
    }
}

#[test]
fn other_files_are_not_claimed() {
    for text in ["openapi: 3.0.0\n", "swagger: '1.2'\npaths: {}\n", "info: {}\npaths: {}\n", "- openapi: 3.0.0\n"] {
        let content = yaml::parse(text, FileId(0)).content;
        let file = ParsedFile { id: FileId(0), path: "api.yaml".into(), text: text.into(), content };
        let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
        assert!(!OpenApi.claims(&file, &view), "{text}");
    }
}
