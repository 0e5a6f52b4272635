//! Fingerprints: they survive what does not change what is wrong, and change with the identity of the resource.

use std::collections::BTreeSet;

use annexa::engine::assessment::Assessment;

use crate::{assess, program};

type Files = Vec<(String, String)>;

/// A generator that gives the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

fn bucket(name: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"{name}\"\n  acl    = \"public-read\"\n}}\n")
}

fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  containers:\n    - name: web\n      \
         image: nginx:latest\n      securityContext:\n        privileged: true\n"
    )
}

/// Blocks of Terraform and manifests, each in a list, as they stand in their files.
struct Project {
    terraform: Vec<(String, Vec<String>)>,
    manifests: Vec<(String, Vec<String>)>,
}

impl Project {
    fn new() -> Project {
        let blocks = |names: &[&str]| names.iter().map(|name| bucket(name)).collect();
        let pods = |names: &[&str]| names.iter().map(|name| pod(name)).collect();
        Project {
            terraform: vec![
                ("infra/a.tf".into(), blocks(&["one", "two", "three"])),
                ("infra/b.tf".into(), blocks(&["four"])),
            ],
            manifests: vec![("k8s/a.yaml".into(), pods(&["x", "y"])), ("k8s/b.yaml".into(), pods(&["z"]))],
        }
    }

    fn files(&self) -> Files {
        let terraform = self.terraform.iter().map(|(path, blocks)| (path.clone(), blocks.join("\n")));
        let manifests = self.manifests.iter().map(|(path, pods)| (path.clone(), pods.join("---\n")));
        terraform.chain(manifests).collect()
    }

    /// Changes something that means nothing.
    fn edit(&mut self, numbers: &mut Numbers) -> &'static str {
        let of_terraform = numbers.below(2) == 0;
        let files = if of_terraform { &mut self.terraform } else { &mut self.manifests };
        let at = numbers.below(files.len());
        let other = numbers.below(files.len());
        let ending = if of_terraform { "tf" } else { "yaml" };
        match numbers.below(5) {
            0 => {
                let line = format!("# line {}\n\n", numbers.below(1000));
                if let Some(block) = files[at].1.first_mut() {
                    block.insert_str(0, &line);
                }
                "lines above"
            }
            1 => {
                let folder = files[at].0.split('/').next().unwrap().to_owned();
                files[at].0 = format!("{folder}/renamed{}.{ending}", numbers.below(100_000));
                "a file renamed"
            }
            2 => {
                let blocks = &mut files[at].1;
                if !blocks.is_empty() {
                    let (from, to) = (numbers.below(blocks.len()), numbers.below(blocks.len()));
                    let block = blocks.remove(from);
                    blocks.insert(to, block);
                }
                "a block moved in its file"
            }
            3 => {
                if files[at].1.len() > 1 {
                    let block = files[at].1.remove(0);
                    files[other].1.push(block);
                }
                "a block moved to a file beside"
            }
            _ => {
                for block in &mut files[at].1 {
                    *block = if of_terraform {
                        block.replace("  bucket = ", "\tbucket          =  ").replace("  acl    = ", "    acl=")
                    } else {
                        block.replace("namespace: shop", "namespace:   \"shop\"")
                    };
                }
                "another format"
            }
        }
    }
}

fn fingerprints(assessment: &Assessment) -> BTreeSet<String> {
    let all: Vec<&String> = assessment.findings.iter().map(|finding| &finding.fingerprint).collect();
    let distinct: BTreeSet<String> = all.iter().map(|fingerprint| (*fingerprint).clone()).collect();
    assert_eq!(distinct.len(), all.len(), "no two findings of a report share one");
    distinct
}

#[test]
fn fingerprints_survive_what_means_nothing() {
    let mut numbers = Numbers(1);
    let expected = fingerprints(&assess::files(Project::new().files()));
    assert!(expected.len() > 20, "{}", expected.len());
    for _ in 0..12 {
        let mut project = Project::new();
        let mut edits = Vec::new();
        for _ in 0..=numbers.below(6) {
            edits.push(project.edit(&mut numbers));
        }
        let paths: BTreeSet<String> = project.files().into_iter().map(|(path, _)| path).collect();
        if paths.len() < project.files().len() {
            continue;
        }
        let found = fingerprints(&assess::files(project.files()));
        assert_eq!(found, expected, "after {edits:?}: {:#?}", project.files());
    }
}

#[test]
fn fingerprints_change_with_the_identity_of_the_resource() {
    let before = fingerprints(&assess::files(Project::new().files()));
    let of = |assessment: &Assessment, resource: &str| -> BTreeSet<String> {
        let own = assessment.findings.iter().filter(|finding| finding.resource.address.contains(resource));
        own.map(|finding| finding.fingerprint.clone()).collect()
    };
    for (old, new) in [("\"four\"", "\"other\""), ("name: z", "name: other"), ("namespace: shop", "namespace: prod")] {
        let changed = Project::new().files().into_iter().map(|(path, text)| (path, text.replace(old, new)));
        let assessment = assess::files(changed);
        let resource = if old.starts_with("namespace") { "prod" } else { "other" };
        let found = of(&assessment, resource);
        assert!(!found.is_empty() && found.is_disjoint(&before), "{old}");
    }
    let moved = Project::new().files().into_iter().map(|(path, text)| (path.replace("infra/", "platform/"), text));
    let found = of(&assess::files(moved), "aws_s3_bucket");
    assert!(found.is_disjoint(&before), "the folder is a part of it; comparing recognises that it moved");
}

#[test]
fn no_two_findings_of_the_company_share_a_fingerprint() {
    let (_home, folder) = program::acme();
    assert!(fingerprints(&assess::folder(&folder)).len() > 100);
}
