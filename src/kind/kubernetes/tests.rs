use std::sync::Arc;

use super::*;
use crate::syntax::tree::FileId;
use crate::syntax::yaml;

/// The files as parsed, sorted by path.
fn parsed(files: &[(&str, &str)]) -> Vec<ParsedFile> {
    let mut files: Vec<(&str, &str)> = files.to_vec();
    files.sort_unstable();
    let file = |(index, (path, text)): (usize, &(&str, &str))| {
        let id = FileId(u32::try_from(index).expect("few files"));
        ParsedFile { id, path: (*path).into(), text: (*text).into(), content: yaml::parse(text, id).content }
    };
    files.iter().enumerate().map(file).collect()
}

fn view<'f>(files: &'f [&'f ParsedFile]) -> View<'f> {
    View::new(files, &[], &[], jiff::civil::date(2026, 1, 15))
}

fn build(files: &[ParsedFile]) -> Vec<Unit> {
    let files: Vec<&ParsedFile> = files.iter().collect();
    let view = view(&files);
    let wanted = |file: &&ParsedFile| Kubernetes.claims(file, &view) && Kubernetes.sets_aside(file, &view).is_none();
    let claimed: Vec<&ParsedFile> = files.iter().copied().filter(wanted).collect();
    Kubernetes.groups(&claimed).iter().map(|group| Kubernetes.build(group, &view)).collect()
}

fn unit(text: &str) -> (Arc<str>, Unit) {
    let files = parsed(&[("k8s/all.yaml", text)]);
    (files[0].text.clone(), build(&files).remove(0))
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    let addresses: Vec<&str> = unit.resources.iter().map(|resource| resource.address.as_str()).collect();
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("{addresses:?}"))
}

fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    crate::rule::path::Path::parse(path).expect("a path").first(node).and_then(|leaf| leaf.node())
}

fn text_at(resource: &Resource, path: &str) -> Option<String> {
    at(&resource.tree, path).and_then(|node| node.value.scalar_text()).map(|text| text.to_string())
}

fn slice(text: &str, place: Place) -> &str {
    place.as_span().expect("a span").slice(text)
}

const WORKLOAD: &str = r#"
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: shop }
spec:
  jobTemplate:
    spec:
      template:
        metadata:
          annotations:
            seccomp.security.alpha.kubernetes.io/pod: runtime/default
        spec:
          hostPID: true
          securityContext: { runAsUser: 1000, runAsNonRoot: true }
          volumes:
            - { name: logs, hostPath: { path: /var/log } }
            - { name: claim, persistentVolumeClaim: { claimName: x } }
          initContainers:
            - name: wait
              image: "busybox:latest"
          containers:
            - name: export
              image: registry.example:5000/tools/export:2.1@sha256:ab
              command: [/bin/export, --all]
              args: [--target, /data, "--level=3"]
              securityContext: { runAsUser: 0, capabilities: { drop: [all], add: [CAP_NET_ADMIN] } }
              resources: { limits: { memory: 1Gi } }
              volumeMounts: [{ name: logs, mountPath: /logs }]
              env:
                - { name: TOKEN, valueFrom: { secretKeyRef: { name: s, key: k } } }
"#;

#[test]
fn containers_hold_what_is_in_effect_for_them() {
    let (text, unit) = unit(WORKLOAD);
    let export = find(&unit, "CronJob.shop.nightly/export");
    let expected = [
        ("role", "main"),
        ("image.registry", "registry.example:5000"),
        ("image.repository", "tools/export"),
        ("image.tag", "2.1"),
        ("image.digest", "sha256:ab"),
        ("program", "export"),
        ("flags.all", "true"),
        ("flags.target", "/data"),
        ("flags.level", "3"),
        ("user", "0"),
        ("run_as_non_root", "true"),
        ("capabilities.drop[0]", "ALL"),
        ("capabilities.add[0]", "NET_ADMIN"),
        ("seccomp_profile", "RuntimeDefault"),
        ("limits.memory", "1Gi"),
        ("mounts[0].host_path", "/var/log"),
        ("env[0].value_from", "secret"),
        ("probes.liveness", "false"),
        ("pod.host_pid", "true"),
        ("pod.service_account", "default"),
        ("pod.volumes[1].type", "persistent-volume-claim"),
        ("pod.workload.kind", "CronJob"),
    ];
    for (path, value) in expected {
        assert_eq!(text_at(export, path).as_deref(), Some(value), "{path}");
    }
    assert_eq!(export.owner.as_deref(), Some("CronJob.shop.nightly"));
    assert_eq!(slice(&text, export.header), "export");
    let init = find(&unit, "CronJob.shop.nightly/wait");
    assert_eq!(text_at(init, "role").as_deref(), Some("init"));
    assert_eq!(text_at(init, "user").as_deref(), Some("1000"));
    assert_eq!(slice(&text, at(&init.tree, "image.tag").expect("a tag").place), "latest");
    assert!(at(&init.tree, "limits").is_none());
}

#[test]
fn a_workload_of_another_project_carries_a_pod_too() {
    let rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n\
                   spec: {template: {spec: {containers: [{image: a}]}}}\n";
    let (_, unit) = unit(rollout);
    assert_eq!(find(&unit, "Rollout.default.web/0").target, "container");
    assert_eq!(find(&unit, "Rollout.default.web/pod").target, "pod");
}

#[test]
fn lists_are_unpacked_and_their_items_keep_their_places() {
    let list = "apiVersion: v1\nkind: List\nitems:\n\
                - {apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: x}}\n\
                - {apiVersion: v1, kind: RoleList, items: [{metadata: {name: r}}]}\n";
    let (text, unit) = unit(list);
    let account = find(&unit, "ServiceAccount.x.a");
    assert_eq!(slice(&text, account.header), "a");
    assert_eq!(text_at(account, "namespace").as_deref(), Some("x"));
    assert_eq!(find(&unit, "Role.default.r").target, "kubernetes/Role");
}

#[test]
fn namespaces_are_resources_of_the_unit() {
    let files = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {containers: [{name: c}]}\n---\n\
                 apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n---\n\
                 apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n";
    let (text, unit) = unit(files);
    let shop = find(&unit, "namespace/shop");
    assert_eq!(text_at(shop, "workloads").as_deref(), Some("1"));
    assert_eq!(text_at(shop, "declared").as_deref(), Some("true"));
    assert_eq!(text_at(shop, "labels.team").as_deref(), Some("a"));
    assert_eq!(slice(&text, shop.header), "shop");
    assert_eq!(text_at(find(&unit, "namespace/default"), "written").as_deref(), Some("false"));
    assert!(find(&unit, "ClusterRole.default.r").tree.get("namespace").is_none());
    assert_eq!(text_at(find(&unit, "root"), "workloads").as_deref(), Some("1"));
}

#[test]
fn values_that_something_fills_in_later_are_unknown() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostNetwork: '${HOST}'\n  containers:\n  \
               - {name: c, image: 'app:${TAG}', securityContext: {privileged: '{{ x }}'}, resources: {limits: {cpu: '$(CPU)'}}}\n  \
               - {name: d, resources: '${RESOURCES}', securityContext: '${CONTEXT}'}\n";
    let (_, unit) = unit(pod);
    let container = find(&unit, "Pod.default.p/c");
    for path in ["image.tag", "image.digest", "privileged", "limits.cpu", "pod.host_network"] {
        let node = at(&container.tree, path).expect(path);
        assert!(matches!(node.value, Value::Unknown(_)), "{path}: {node:?}");
    }
    assert_eq!(text_at(container, "image.repository").as_deref(), Some("app"));
    let container = find(&unit, "Pod.default.p/d");
    for path in ["limits", "user", "capabilities", "seccomp_profile"] {
        let node = at(&container.tree, path).expect(path);
        assert!(matches!(node.value, Value::Unknown(_)), "{path}: {node:?}");
    }
}

#[test]
fn the_templates_of_a_chart_are_not_evaluated_and_the_chart_says_so() {
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n";
    let files = parsed(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("chart/templates/web/map.yaml", manifest),
        ("chart/crds/crd.yaml", manifest),
        ("templates/map.yaml", manifest),
    ]);
    let units = build(&files);
    let notices: Vec<_> = units.iter().flat_map(|unit| &unit.notices).collect();
    assert_eq!(notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["chart-not-rendered"]);
    assert!(notices[0].message.contains("shop"));
    let names: Vec<&str> = units.iter().map(|unit| &*unit.name).collect();
    assert_eq!(names, ["chart", "chart/crds", "templates"]);
    assert!(units[0].resources.is_empty());
    let files: Vec<&ParsedFile> = files.iter().collect();
    assert!(chart::is_template("chart/templates/x.tpl", &view(&files)));
}

#[test]
fn kustomizations_set_namespaces_and_images_and_their_patches_are_not_manifests() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: app}]}\n";
    let files = parsed(&[
        ("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        ("base/pod.yaml", pod),
        (
            "overlays/prod/kustomization.yaml",
            "resources: [../../base]\nnamespace: prod\nimages: [{name: app, newTag: v1}]\npatches: [{path: ./pod.yaml}]\n",
        ),
        ("overlays/prod/pod.yaml", pod),
        (
            "own/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: own\n",
        ),
        ("own/pod.yaml", pod),
    ]);
    let units = build(&files);
    let resources = |name: &str| units.iter().find(|unit| &*unit.name == name).map(|unit| unit.resources.len());
    assert_eq!(resources("overlays/prod"), Some(0));
    let base = units.iter().find(|unit| &*unit.name == "base").expect("the base");
    let pod = find(base, "Pod.default.p");
    assert!(matches!(pod.tree.get("namespace").expect("a namespace").value, Value::Unknown(_)));
    let container = find(base, "Pod.default.p/c");
    assert!(matches!(at(&container.tree, "image.tag").expect("a tag").value, Value::Unknown(_)));
    let own = units.iter().find(|unit| &*unit.name == "own").expect("the unit");
    assert_eq!(text_at(find(own, "Pod.own.p"), "namespace").as_deref(), Some("own"));
    let notices: Vec<&str> = units.iter().flat_map(|unit| &unit.notices).map(|notice| notice.id).collect();
    assert_eq!(notices, ["kustomization-not-rendered"]);
}

#[test]
fn what_a_patch_may_add_is_unknown_and_what_is_written_is_known() {
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'app:1'}]}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: c, image: 'app:1'}]}\n";
    let overlays = [
        "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "resources: [../base]\npatches: [{target: {kind: Pod, name: p}, patch: '[]'}]\n",
        "resources: [../base]\npatchesStrategicMerge:\n- |\n  kind: Pod\n  metadata: {name: p}\n",
    ];
    for overlay in overlays {
        let files = parsed(&[
            ("base/kustomization.yaml", "resources: [pods.yaml]\n"),
            ("base/pods.yaml", pods),
            ("prod/kustomization.yaml", overlay),
            ("prod/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\n"),
        ]);
        let units = build(&files);
        let base = units.iter().find(|unit| &*unit.name == "base").expect("the base");
        let limits = crate::rule::path::Path::parse("limits.memory").expect("a path");
        let is_unknown = |address: &str| {
            let found = limits.walk(&find(base, address).tree);
            matches!(found[0].found, crate::rule::path::Found::Unknown(_, unknown) if unknown.depends_on.contains("prod"))
        };
        assert!(is_unknown("Pod.default.p/c"), "{overlay}");
        assert!(!is_unknown("Pod.default.q/c"), "{overlay}");
        assert_eq!(text_at(find(base, "Pod.default.p/c"), "image.tag").as_deref(), Some("1"));
        assert_eq!(text_at(find(base, "Pod.default.p/c"), "hardened"), None);
        assert_eq!(text_at(find(base, "Pod.default.q/c"), "probes.liveness").as_deref(), Some("false"));
    }
}

#[test]
fn manifests_of_any_shape_are_read() {
    let shapes = [
        "apiVersion: v1\nkind: Pod\n",
        "apiVersion: v1\nkind: Pod\nspec: []\n",
        "apiVersion: v1\nkind: Pod\nmetadata: x\nspec: {containers: [1, {name: [a]}, {command: x, args: {a: 1}}]}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 3, env: [1], ports: {a: 1}, volumeMounts: [x], securityContext: []}], volumes: [1, {}]}\n",
        "apiVersion: v1\nkind: List\nitems: [1, {kind: List, items: [{kind: List, items: [{kind: List, items: []}]}]}]\n",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: 3}\n",
    ];
    for shape in shapes {
        unit(shape);
    }
    let files = parsed(&[("a.yaml", "kind: lower\napiVersion: v1\n"), ("b.yaml", "- 1\n"), ("c.yaml", "kind: Pod\n")]);
    assert!(build(&files).is_empty());
}
