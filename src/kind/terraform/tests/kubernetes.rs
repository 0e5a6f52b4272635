//! Objects of Kubernetes that Terraform declares.

use super::*;

const WEB: &str = r#"
variable "registry" {}

locals {
  space = "shop"
}

resource "kubernetes_deployment_v1" "web" {
  metadata {
    name      = "web"
    namespace = local.space
  }
  spec {
    template {
      metadata {
        labels = { "app_name/x" = "web" }
      }
      spec {
        host_pid = true
        security_context {
          run_as_non_root = true
        }
        volume {
          name = "run"
          host_path {
            path = "/var/run"
          }
        }
        container {
          name  = "server"
          image = "${var.registry}/web:1.2"
          security_context {
            privileged = "true"
            capabilities {
              drop = ["NET_RAW"]
            }
          }
          resources {
            limits = { memory = "1Gi" }
          }
          port {
            host_port = 80
          }
          env {
            name = "TOKEN"
            value_from {
              secret_key_ref {
                name = "s"
                key  = "k"
              }
            }
          }
          volume_mount {
            name       = "run"
            mount_path = "/run"
          }
        }
      }
    }
  }
}
"#;

fn of_target<'u>(unit: &'u Unit, target: &str) -> Vec<&'u Resource> {
    unit.resources.iter().filter(|resource| resource.target == target).collect()
}

#[test]
fn a_workload_has_a_pod_and_containers() {
    let fixture = Fixture::new(&[("main.tf", WEB)]);
    let unit = fixture.unit();
    let [object] = of_target(&unit, "kubernetes/Deployment")[..] else { panic!("one object") };
    assert_eq!(object.address, "kubernetes_deployment_v1.web");
    assert_eq!(shown(at(&object.tree, "spec.template.metadata.labels")), r#"{app_name/x: "web"}"#);
    let [pod] = of_target(&unit, "pod")[..] else { panic!("one pod") };
    assert_eq!(shown(at(&pod.tree, "workload")), r#"{kind: "Deployment", name: "web", namespace: "shop"}"#);
    assert_eq!(fixture.slice(at(&pod.tree, "host_pid").place), "true");
    let [container] = of_target(&unit, "container")[..] else { panic!("one container") };
    assert_eq!(container.address, "kubernetes_deployment_v1.web/server");
    assert_eq!(container.owner.as_deref(), Some("kubernetes_deployment_v1.web"));
    assert!(container.converts_scalars);
    for (path, value) in [
        ("image.repository", "?var.registry"),
        ("image.tag", r#""1.2""#),
        ("capabilities", r#"{drop: ["NET_RAW"]}"#),
        ("limits", r#"{memory: "1Gi"}"#),
        ("privileged", r#""true""#),
        ("run_as_non_root", "true"),
        ("ports", "[{host_port: 80}]"),
        ("env", r#"[{name: "TOKEN", value_from: "secret"}]"#),
        ("mounts", r#"[{path: "/run", host_path: "/var/run", volume: "run"}]"#),
        ("probes.liveness", "false"),
    ] {
        assert_eq!(shown(at(&container.tree, path)), value, "{path}");
    }
    assert_eq!(fixture.slice(container.header), r#""server""#);
}

#[test]
fn roles_secrets_and_namespaces_have_the_fields_of_manifests() {
    let text = r#"
variable "space" {}
variable "password" {}
resource "kubernetes_cluster_role" "all" {
  metadata {
    name = "all"
  }
  rule {
    api_groups = ["*"]
    resources  = ["*"]
    verbs      = ["*"]
  }
}
resource "kubernetes_role_binding_v1" "b" {
  metadata {
    name      = "b"
    namespace = var.space
  }
  role_ref {
    kind = "ClusterRole"
    name = kubernetes_cluster_role.all.metadata[0].name
  }
  subject {
    kind = "ServiceAccount"
    name = "default"
  }
}
resource "kubernetes_secret" "s" {
  metadata {
    name = "s"
  }
  data = { password = var.password }
}
resource "kubernetes_default_service_account" "d" {
  metadata {
    namespace = "shop"
  }
}
resource "kubernetes_network_policy" "n" {
  metadata {
    name = "n"
  }
  spec {
    pod_selector {}
    ingress {
      from {
        ip_block {
          cidr = "0.0.0.0/0"
        }
      }
      ports {
        port = 80
      }
    }
    policy_types = ["Ingress"]
  }
}
"#;
    let unit = Fixture::new(&[("main.tf", text)]).unit();
    let tree = |target: &str| &of_target(&unit, target)[0].tree;
    assert_eq!(
        shown(at(tree("kubernetes/ClusterRole"), "rules")),
        r#"[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]"#
    );
    let binding = tree("kubernetes/RoleBinding");
    assert_eq!(shown(at(binding, "roleRef.name")), r#""all""#);
    assert_eq!(shown(at(binding, "subjects.0.name")), r#""default""#);
    assert_eq!(shown(at(binding, "namespace")), "?var.space");
    assert_eq!(shown(at(tree("kubernetes/Secret"), "stringData.password")), "?var.password");
    assert_eq!(shown(at(tree("kubernetes/ServiceAccount"), "metadata.name")), r#""default""#);
    assert_eq!(
        shown(at(tree("kubernetes/NetworkPolicy"), "spec")),
        r#"{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "0.0.0.0/0"}}], ports: [{port: 80}]}], policyTypes: ["Ingress"]}"#
    );
}

#[test]
fn manifests_in_terraform_are_objects() {
    let text = r#"
variable "tag" {}
resource "kubernetes_manifest" "m" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "m", namespace = "shop" }
    spec       = { containers = [{ name = "one", image = "one:latest" }] }
  }
}
resource "kubectl_manifest" "k" {
  yaml_body = <<-Y
    apiVersion: v1
    kind: Pod
    metadata: { name: k, namespace: shop }
    spec: { containers: [{ name: two, image: "two:${var.tag}" }] }
  Y
}
"#;
    let unit = Fixture::new(&[("main.tf", text)]).unit();
    let containers = of_target(&unit, "container");
    let addresses: Vec<&str> = containers.iter().map(|container| container.address.as_str()).collect();
    assert_eq!(addresses, ["kubernetes_manifest.m/one", "kubectl_manifest.k/two"]);
    assert_eq!(shown(at(&containers[0].tree, "image.tag")), r#""latest""#);
    assert!(matches!(at(&containers[1].tree, "image.tag").value, Value::Unknown(_)));
}

#[test]
fn blocks_that_may_be_there_are_not_absent() {
    let text = r#"
variable "hardened" {}
resource "kubernetes_pod" "p" {
  metadata {
    name = "p"
  }
  spec {
    container {
      name = "c"
      dynamic "security_context" {
        for_each = var.hardened ? [1] : []
        content {
          privileged = false
        }
      }
    }
  }
}
"#;
    let unit = Fixture::new(&[("main.tf", text)]).unit();
    assert_eq!(shown(at(&of_target(&unit, "container")[0].tree, "hardened")), "?var.hardened");
}

#[test]
fn what_a_module_declares_carries_the_call() {
    let files = [
        (
            "m/main.tf",
            "resource \"kubernetes_pod\" \"p\" {\n metadata {\n name = \"p\"\n }\n spec {\n container {\n name = \"c\"\n }\n }\n}\n",
        ),
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"),
    ];
    let unit = Fixture::new(&files).unit();
    let [container] = of_target(&unit, "container")[..] else { panic!("one container") };
    assert_eq!((container.address.as_str(), container.call_chain.len()), ("module.m.kubernetes_pod.p/c", 1));
}
