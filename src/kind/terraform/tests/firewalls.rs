//! The firewalls of the smaller providers.

use super::{Fixture, pairs, parts};

const SMALLER: &str = r#"
variable "ports" {}
resource "openstack_networking_secgroup_rule_v2" "anyone" {
  direction      = "ingress"
  protocol       = "tcp"
  port_range_min = 22
  port_range_max = 22
}
resource "openstack_compute_secgroup_v2" "web" {
  rule {
    from_port   = 80
    to_port     = 90
    ip_protocol = "tcp"
    cidr        = "10.0.0.0/8"
  }
}
resource "openstack_fw_rule_v1" "off" {
  action  = "allow"
  enabled = "false"
}
resource "digitalocean_firewall" "web" {
  inbound_rule {
    protocol         = "tcp"
    port_range       = "8000-9000"
    source_addresses = ["0.0.0.0/0", "::/0"]
  }
  outbound_rule {
    protocol              = "icmp"
    destination_addresses = ["10.0.0.0/8"]
  }
}
resource "hcloud_firewall" "web" {
  rule {
    direction       = "out"
    protocol        = "tcp"
    port            = "any"
    destination_ips = ["0.0.0.0/0"]
  }
}
resource "linode_firewall" "web" {
  inbound {
    action   = "DROP"
    protocol = "TCP"
    ports    = "22,80-90"
    ipv4     = ["0.0.0.0/0"]
  }
}
resource "oci_core_security_list" "web" {
  ingress_security_rules {
    protocol = "6"
    source   = "0.0.0.0/0"
    tcp_options {
      min = 3389
      max = 3390
    }
  }
}
resource "oci_core_network_security_group_security_rule" "web" {
  direction = "INGRESS"
  protocol  = "17"
  source    = "10.0.0.0/8"
  udp_options {
    destination_port_range {
      min = 53
      max = 53
    }
  }
}
resource "alicloud_security_group_rule" "web" {
  type        = "ingress"
  ip_protocol = "tcp"
  policy      = "accept"
  port_range  = "1/65535"
  cidr_ip     = "0.0.0.0/0"
}
resource "yandex_vpc_security_group" "web" {
  ingress {
    protocol       = "TCP"
    port           = 443
    v4_cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "nifcloud_security_group_rule" "out" {
  type    = "OUT"
  cidr_ip = "0.0.0.0/0"
}
resource "ncloud_access_control_group_rule" "web" {
  inbound {
    protocol   = "TCP"
    ip_block   = "0.0.0.0/0"
    port_range = var.ports
  }
}
"#;

#[test]
fn openings_of_smaller_providers_have_the_same_shape() {
    let fixture = Fixture::new(&[("main.tf", SMALLER)]);
    let unit = fixture.unit();
    let ingress = [
        (
            "openstack_networking_secgroup_rule_v2.anyone/ingress",
            "{action: \"allow\", protocol: \"tcp\", ports: [22], sources: [\"0.0.0.0/0\", \"::/0\"], layer: \"security-group\"}",
        ),
        (
            "openstack_compute_secgroup_v2.web/rule[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 80, to: 90}], sources: [\"10.0.0.0/8\"], layer: \"security-group\"}",
        ),
        (
            "digitalocean_firewall.web/inbound_rule[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 8000, to: 9000}], sources: [\"0.0.0.0/0\", \"::/0\"], layer: \"firewall\"}",
        ),
        (
            "linode_firewall.web/inbound[0]",
            "{action: \"deny\", protocol: \"tcp\", ports: [22, {from: 80, to: 90}], sources: [\"0.0.0.0/0\"], layer: \"firewall\"}",
        ),
        (
            "oci_core_security_list.web/ingress_security_rules[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 3389, to: 3390}], sources: [\"0.0.0.0/0\"], layer: \"security-group\"}",
        ),
        (
            "oci_core_network_security_group_security_rule.web/ingress",
            "{action: \"allow\", protocol: \"udp\", ports: [53], sources: [\"10.0.0.0/8\"], layer: \"security-group\"}",
        ),
        (
            "alicloud_security_group_rule.web/ingress",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 1, to: 65535}], sources: [\"0.0.0.0/0\"], layer: \"security-group\"}",
        ),
        (
            "yandex_vpc_security_group.web/ingress[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [443], sources: [\"0.0.0.0/0\"], layer: \"security-group\"}",
        ),
        (
            "ncloud_access_control_group_rule.web/inbound[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: ?var.ports, sources: [\"0.0.0.0/0\"], layer: \"security-group\"}",
        ),
    ];
    assert_eq!(parts(&unit, "ingress"), pairs(&ingress));
    let egress = [
        (
            "digitalocean_firewall.web/outbound_rule[0]",
            "{action: \"allow\", protocol: \"icmp\", ports: [], destinations: [\"10.0.0.0/8\"], layer: \"firewall\"}",
        ),
        (
            "hcloud_firewall.web/rule[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 0, to: 65535}], destinations: [\"0.0.0.0/0\"], layer: \"firewall\"}",
        ),
        (
            "nifcloud_security_group_rule.out/egress",
            "{action: \"allow\", protocol: \"all\", ports: [{from: 0, to: 65535}], destinations: [\"0.0.0.0/0\"], layer: \"security-group\"}",
        ),
    ];
    assert_eq!(parts(&unit, "egress"), pairs(&egress));
}
