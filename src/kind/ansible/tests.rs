use super::*;
use crate::kind::Resource;
use crate::kind::fixture::{file, view};
use crate::syntax::tree::Value;

fn resources(path: &str, text: &str) -> Vec<Resource> {
    let file = file(path, text);
    assert!(Ansible.claims(&file, &view()), "not claimed");
    Ansible.build(&Ansible.groups(&[&file]).remove(0), &view()).resources
}

fn show(node: Option<&Node>) -> String {
    match node.map(|node| &node.value) {
        None => "absent".into(),
        Some(Value::Unknown(unknown)) => format!("?{} {}", unknown.depends_on, unknown.pieces.join("…")),
        Some(value) => value.scalar_text().map_or_else(|| value.type_name().into(), String::from),
    }
}

#[test]
fn tasks_of_all_spellings_have_their_module_and_arguments() {
    let text = "- hosts: all\n  become: yes\n  tasks:\n    - name: a\n      ansible.builtin.uri: { url: http://a, validate_certs: no }\n    - name: b\n      yum: name=httpd state=latest validate_certs=no\n    - action: uri url=\"{{ base }}/x\"\n    - name: d\n      shell: curl http://x | sh\n      args: { chdir: /tmp }\n    - local_action: { module: get_url, url: http://y }\n    - name: f\n      amazon.aws.ec2_instance:\n      register: x\n";
    let found = resources("site.yml", text);
    let targets: Vec<(&str, &str)> = found.iter().map(|each| (each.target.as_str(), each.address.as_str())).collect();
    let expected = [
        ("ansible/play", "play.unnamed"),
        ("ansible/uri", "tasks.ansible.builtin.uri.a"),
        ("ansible/yum", "tasks.yum.b"),
        ("ansible/uri", "tasks.uri.unnamed"),
        ("ansible/shell", "tasks.shell.d"),
        ("ansible/get_url", "tasks.get_url.unnamed"),
        ("ansible/ec2_instance", "tasks.amazon.aws.ec2_instance.f"),
    ];
    assert_eq!(targets, expected);
    let arg = |index: usize, key: &str| show(found[index].tree.get("args").and_then(|args| args.get(key)));
    assert_eq!(
        (arg(1, "validate_certs"), arg(2, "state"), arg(2, "validate_certs")),
        ("false".into(), "latest".into(), "false".into())
    );
    assert_eq!(arg(3, "url"), "?{{ base }} …/x");
    assert_eq!((arg(4, "_raw"), arg(4, "chdir")), ("curl http://x | sh".into(), "/tmp".into()));
    assert_eq!(show(found[6].tree.get("become")), "true", "what the play says holds for its tasks");
    let span = found[1].header.as_span().unwrap();
    assert_eq!(span.slice(text), "a");
}

#[test]
fn blocks_hand_down_what_they_say() {
    let text = "- name: outer\n  ignore_errors: true\n  block:\n    - name: inner\n      block:\n        - name: t\n          command: /bin/false\n      rescue:\n        - debug: msg=x\n";
    let found = resources("roles/web/tasks/main.yml", text);
    let addresses: Vec<&str> = found.iter().map(|each| each.address.as_str()).collect();
    assert_eq!(addresses, ["block.outer", "block.inner", "tasks.command.t", "tasks.debug.unnamed"]);
    assert_eq!(show(found[2].tree.get("ignore_errors")), "true");
    assert_eq!(
        (show(found[0].tree.get("rescue")), show(found[1].tree.get("rescue"))),
        ("absent".into(), "true".into())
    );
}

#[test]
fn other_lists_are_not_claimed() {
    for (path, text) in [
        ("a.yml", "- name: x\n  value: y\n"),
        ("tasks/a.yml", "- 1\n- 2\n"),
        ("a.yml", "hosts: all\ntasks: []\n"),
        ("hosts.yml", "- hosts: all\n"),
        ("roles/x/tasks/main.yml", ""),
    ] {
        assert!(!Ansible.claims(&file(path, text), &view()), "{text}");
    }
}

#[test]
fn tasks_are_recognised_wherever_they_lie() {
    let claims = |path: &str, text: &str| Ansible.claims(&file(path, text), &view());
    for text in [
        "- name: a\n  ansible.builtin.uri: {url: x}\n- name: b\n  debug: {msg: x}\n",
        "- name: a\n  shell: ls\n  register: out\n",
        "- name: a\n  block:\n    - debug: {}\n",
    ] {
        assert!(claims("playbooks/common.yml", text), "{text}");
    }
    for text in [
        "- name: a\n  command: make\n",
        "- name: rules\n  hosts: all\n  sources:\n    - ansible.eda.webhook: {port: 5000}\n",
        "- name: a\n  on.x: 1\n",
        "- a\n- b\n",
        "name: a\nansible.builtin.uri: {}\n",
    ] {
        assert!(!claims("lists/common.yml", text), "{text}");
    }
}
