use super::*;

#[test]
fn tables_are_sorted() {
    assert!(KINDS.is_sorted());
    shape::tests::tables_are_sorted();
}

#[test]
fn versions_are_no_part_of_a_kind() {
    for (name, kind) in [
        ("pod_v1", "pod"),
        ("cron_job_v1beta1", "cron_job"),
        ("horizontal_pod_autoscaler_v2", "horizontal_pod_autoscaler"),
        ("network_policy", "network_policy"),
        ("service", "service"),
    ] {
        assert_eq!(without_version(name), kind);
    }
}
