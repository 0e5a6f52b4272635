//! Containers of task definitions.

use super::*;

fn container(definitions: &str) -> Resource {
    let text = format!(
        "resource \"aws_ecr_repository\" \"r\" {{}}\nresource \"aws_ecs_task_definition\" \"t\" {{\n  \
         container_definitions = {definitions}\n}}\n"
    );
    let unit = Fixture::new(&[("main.tf", &text)]).unit();
    find(&unit, "aws_ecs_task_definition.t/web").clone()
}

#[test]
fn task_definitions_list_containers() {
    let definition = r#"{ name = "web", image = "shop/web:latest", user = "root:10", entryPoint = ["run"], command = ["-v"],
        linuxParameters = { capabilities = { add = ["CAP_sys_admin"] } } }"#;
    let fixed = container(&format!("jsonencode([{definition}])"));
    let tree = &fixed.tree;
    let shown_at = |path: &str| shown(at(tree, path));
    assert_eq!(shown_at("image.tag"), r#""latest""#);
    assert_eq!((shown_at("user"), shown_at("group")), ("0".to_owned(), "10".to_owned()));
    assert_eq!((shown_at("command"), shown_at("args")), (r#"["run"]"#.to_owned(), r#"["-v"]"#.to_owned()));
    assert_eq!(shown_at("capabilities.add"), r#"["SYS_ADMIN"]"#);
    assert_eq!(fixed.owner.as_deref(), Some("aws_ecs_task_definition.t"));
    // What ECS cannot say is not missing.
    for path in ["pod", "hardened", "capabilities.drop", "limits", "privileged"] {
        let Value::Unknown(unknown) = &at(tree, path).value else { panic!("{path} is known") };
        assert!(!unknown.expressible, "{path}");
    }
}

#[test]
fn definitions_are_read_in_every_form() {
    let heredoc = "<<EOF\n[{ \"name\": \"web\", \"image\": \"${aws_ecr_repository.r.repository_url}:latest\" }]\nEOF";
    assert_eq!(shown(at(&container(heredoc).tree, "image.tag")), r#""latest""#);
    let numbered = "jsonencode([{ name = \"web\", image = \"web@sha256:abc\", user = \"1000\" }])";
    let found = container(numbered);
    assert_eq!(shown(at(&found.tree, "user")), "1000");
    assert!(found.tree.get("image").unwrap().get("tag").is_none());
    let text = "variable \"d\" {}\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = var.d\n}\n";
    let unit = Fixture::new(&[("main.tf", text)]).unit();
    assert!(unit.resources.iter().all(|resource| resource.target != "container"));
}
