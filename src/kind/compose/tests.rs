use super::*;
use crate::syntax::tree::FileId;
use crate::syntax::yaml;

fn file(path: &str, text: &str) -> ParsedFile {
    let content = yaml::parse(text, FileId(0)).content;
    ParsedFile { id: FileId(0), path: path.into(), text: text.into(), content }
}

fn unit_among(path: &str, text: &str, others: &[ParsedFile]) -> Unit {
    let file = file(path, text);
    let files: Vec<&ParsedFile> = others.iter().collect();
    let view = View::new(&files, &[], &[], jiff::civil::date(2026, 1, 15));
    assert!(Compose.claims(&file, &view), "not claimed");
    Compose.build(&Compose.groups(&[&file]).remove(0), &view)
}

fn find<'u>(unit: &'u Unit, target: &str, address: &str) -> &'u Resource {
    let found = unit.resources.iter().find(|each| each.target == target && each.address == address);
    found.unwrap_or_else(|| panic!("{address}"))
}

fn show(node: Option<&Node>) -> String {
    let Some(node) = node else { return "absent".to_owned() };
    match &node.value {
        Value::Unknown(unknown) if !unknown.expressible => "inexpressible".to_owned(),
        Value::Unknown(unknown) => format!("?{} {}", unknown.depends_on, unknown.pieces.join("…")),
        Value::List(list) => {
            format!("[{}]", list.items.iter().map(|item| show(Some(item))).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) => {
            let entries: Vec<String> =
                map.entries.iter().map(|entry| format!("{}: {}", entry.key, show(Some(&entry.value)))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        value => value.scalar_text().unwrap_or_default().to_string(),
    }
}

const WEB: &str = r#"
services:
  web:
    image: "registry.example/web:${TAG:-1.2}"
    user: "1000:100"
    cap_drop: [all]
    cap_add: [CAP_NET_BIND_SERVICE]
    security_opt: ["no-new-privileges:true", "seccomp:unconfined"]
    read_only: true
    network_mode: host
    environment:
      - MODE=test
      - DB_PASSWORD=${SECRET}
      - TERM
    ports: ["127.0.0.1:8080:80", "5432:5432/tcp", 9000, { target: 443, published: "8443" }]
    volumes: ["./data:/data", "/var/run/docker.sock:/var/run/docker.sock:ro", { type: bind, source: /etc, target: /e }]
    deploy: { resources: { limits: { cpus: "0.5", memory: 128M } } }
    healthcheck: { test: ["CMD", "true"] }
  plain: { image: "redis:$VERSION" }
"#;

#[test]
fn a_service_is_a_container() {
    let unit = unit_among("compose.yaml", WEB, &[]);
    let container = &find(&unit, "container", "service.web/web").tree;
    let of = |key: &str| show(container.get(key));
    for (key, expected) in [
        ("user", "1000"),
        ("group", "100"),
        ("capabilities", "{add: [NET_BIND_SERVICE], drop: [ALL]}"),
        ("allow_privilege_escalation", "false"),
        ("seccomp_profile", "Unconfined"),
        ("hardened", "true"),
        ("limits", "{cpu: 0.5, memory: 128M}"),
        ("requests", "inexpressible"),
        ("run_as_non_root", "inexpressible"),
        ("env", "[{name: MODE, value: test}, {name: DB_PASSWORD, value: ?${SECRET} }, {name: TERM}]"),
        ("probes", "{liveness: true, readiness: inexpressible, startup: inexpressible}"),
    ] {
        assert_eq!(of(key), expected, "{key}");
    }
    assert_eq!(show(container.get("image").and_then(|image| image.get("tag"))), "1.2");
    let pod = &find(&unit, "pod", "service.web/pod").tree;
    assert_eq!(show(pod.get("host_network")), "true");
    assert_eq!(
        show(pod.get("volumes")),
        "[{type: bind, host_path: /var/run/docker.sock}, {type: bind, host_path: /etc}]"
    );
    let service = &find(&unit, "compose/service", "service.web").tree;
    assert_eq!(
        show(service.get("published")),
        "[{address: 127.0.0.1, host_port: 8080, container_port: 80}, {host_port: 5432, container_port: 5432}, {host_port: 8443, container_port: 443}]"
    );
    let plain = &find(&unit, "container", "service.plain/plain").tree;
    assert_eq!(show(plain.get("user")), "?the user of the image ");
    assert_eq!(
        (show(plain.get("hardened")), show(plain.get("seccomp_profile"))),
        ("false".into(), "RuntimeDefault".into())
    );
    assert!(show(plain.get("image").and_then(|image| image.get("tag"))).starts_with('?'));
}

#[test]
fn variables_are_filled_in() {
    for (written, expected) in [
        ("a", "a"),
        ("$$a", "$a"),
        ("${A:-b}c", "bc"),
        ("${A-b}", "b"),
        ("${A}", "?${A} "),
        ("x$A/y", "?${A} x…/y"),
        ("${A:?must}", "?${A} "),
        ("${A:-${B}}", "?${A} "),
        ("${", "${"),
        ("5$", "5$"),
    ] {
        assert_eq!(show(Some(&filled(&Node::text(written, Place::NOWHERE)))), expected, "{written}");
    }
}

#[test]
fn what_is_extended_is_taken_over() {
    let text = "services:\n  base: { image: 'a:1', cap_drop: [ALL], labels: { a: 1 } }\n  web: { extends: base, labels: { b: 2 } }\n  far: { extends: { file: x.yaml, service: y } }\n";
    let unit = unit_among("docker-compose.yml", text, &[]);
    let web = &find(&unit, "compose/service", "service.web").tree;
    assert_eq!((show(web.get("image")), show(web.get("labels"))), ("a:1".into(), "{a: 1, b: 2}".into()));
    assert!(find(&unit, "compose/service", "service.far").tree.as_map().unwrap().open.is_some());
}

#[test]
fn a_file_beside_the_base_is_a_part() {
    let base = file("shop/compose.yaml", "services:\n  web: { image: 'a:1' }\n");
    let unit =
        unit_among("shop/compose.prod.yaml", "services:\n  web: { restart: always }\n  new: { image: b }\n", &[base]);
    let is_open = |address: &str| find(&unit, "compose/service", address).tree.as_map().unwrap().open.is_some();
    assert_eq!((is_open("service.web"), is_open("service.new")), (true, false));
}

#[test]
fn files_are_told_by_name_and_content() {
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
    for (path, text, expected) in [
        ("docker-compose.dev.yml", "services: { a: { image: b } }", true),
        ("x/compose_test.yaml", "services: { a: { image: b } }", true),
        ("composer.yaml", "services: { a: { image: b } }", false),
        ("compose.yaml", "services: []", false),
        ("compose.yaml", "name: x", false),
        ("values.yaml", "services: { a: { image: b } }", false),
    ] {
        assert_eq!(Compose.claims(&file(path, text), &view), expected, "{path}");
    }
}
