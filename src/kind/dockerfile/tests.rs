use super::*;
use crate::syntax::tree::FileId;

fn unit(text: &str) -> Unit {
    let parsed = crate::syntax::dockerfile::parse(text, FileId(0));
    assert_eq!(parsed.errors, [], "{text}");
    let file = ParsedFile { id: FileId(0), path: "Dockerfile".into(), text: text.into(), content: parsed.content };
    build(&Group { name: "Dockerfile".into(), files: vec![&file] })
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("no {address}"))
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::Unknown(unknown) => format!("?{}", unknown.depends_on),
        Value::List(list) => format!("[{}]", list.items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entry = |entry: &crate::syntax::tree::Entry| format!("{}: {}", entry.key, shown(&entry.value));
            format!("{{{}}}", map.entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.scalar_text().map_or("null".to_owned(), |text| text.to_string()),
    }
}

fn field(resource: &Resource, path: &str) -> String {
    let node = path.split('.').try_fold(&resource.tree, |node, step| node.get(step));
    node.map_or("absent".to_owned(), shown)
}

const TEXT: &str = r#"# syntax=docker/dockerfile:1
ARG VERSION=1.22
ARG BASE
FROM golang:${VERSION}-alpine AS Build
ARG UID=1000
ENV HOME=/home/$UID
USER $UID:staff
RUN go build
HEALTHCHECK CMD true
FROM build AS test
EXPOSE 22/tcp 8000-8010 $PORT
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN a | b
FROM ${BASE}:1
USER app
ENTRYPOINT ["/app"]
CMD serve
FROM --platform=linux/amd64 gcr.io/distroless/static@sha256:aa
COPY --from=build /a /b
"#;

#[test]
fn stages_take_over_what_they_build_on() {
    let unit = unit(TEXT);
    let cases = [
        ("build", "base", "{text: golang:1.22-alpine, registry: docker.io, repository: golang, tag: 1.22-alpine}"),
        ("build", "user", "1000"),
        ("build", "group", "staff"),
        ("build", "env", "{HOME: /home/1000}"),
        ("build", "final", "false"),
        ("test", "base", "{text: build, from_stage: build}"),
        ("test", "user", "1000"),
        ("test", "healthcheck.command", "true"),
        ("test", "shell", "[/bin/bash, -o, pipefail, -c]"),
        ("test", "exposed", "[22, {from: 8000, to: 8010}, ?ARG PORT]"),
        ("stage 2", "base.text", "?ARG BASE"),
        ("stage 2", "base.repository", "?ARG BASE"),
        ("stage 2", "base.tag", "1"),
        ("stage 2", "name", "absent"),
        ("stage 2", "user", "app"),
        ("stage 2", "entrypoint", "[/app]"),
        ("stage 2", "cmd", "serve"),
        ("stage 3", "final", "true"),
        ("stage 3", "user", "absent"),
        ("stage 3", "healthcheck", "absent"),
        ("stage 3", "platform", "linux/amd64"),
        ("stage 3", "base.digest", "sha256:aa"),
        ("stage 3", "base.tag", "absent"),
        ("build/run[0]", "user", "1000"),
        ("build/run[0]", "shell", "absent"),
        ("test/run[0]", "shell", "[/bin/bash, -o, pipefail, -c]"),
        ("test/run[0]", "stage", "test"),
        ("build/user[0]", "user", "1000"),
        ("stage 3/copy[0]", "final", "true"),
        ("stage 3/copy[0]", "flags.from", "build"),
        ("stage 3/from[0]", "base.registry", "gcr.io"),
        ("test/expose[0]", "ports", "[22, {from: 8000, to: 8010}, ?ARG PORT]"),
        ("Dockerfile", "stage_count", "4"),
        ("Dockerfile", "stages", "[{index: 0, name: build}, {index: 1, name: test}, {index: 2}, {index: 3}]"),
        ("Dockerfile", "arguments", "{VERSION: 1.22, BASE: null}"),
    ];
    for (address, path, expected) in cases {
        assert_eq!(field(find(&unit, address), path), expected, "{address} {path}");
    }
    let slice = |place: Place| place.as_span().unwrap().slice(TEXT);
    let test = find(&unit, "test");
    assert_eq!(slice(test.header), "FROM build AS test");
    assert!(slice(test.extent).ends_with("RUN a | b"));
    assert_eq!(slice(test.tree.get("user").unwrap().place), "$UID");
    assert_eq!(slice(find(&unit, "build/run[0]").header), "RUN go build");
    assert_eq!(find(&unit, "build/run[0]").owner.as_deref(), Some("build"));
}

#[test]
fn a_file_without_stages_is_still_there() {
    for text in ["", "# nothing\n", "ARG A=1\n", "RUN x\n"] {
        assert_eq!(unit(text).resources.len(), 1, "{text}");
    }
}

#[test]
fn every_instruction_can_be_named_in_rules() {
    let text = "FROM a\nADD a b\nARG a\nCMD a\nCOPY a b\nENTRYPOINT a\nENV a=b\nEXPOSE 1\nHEALTHCHECK NONE\nLABEL a=b\nMAINTAINER a\nONBUILD RUN a\nRUN a\nSHELL [\"a\"]\nSTOPSIGNAL a\nUSER a\nVOLUME a\nWORKDIR a\n";
    let unit = unit(text);
    assert_eq!(unit.resources.len(), 20);
    for resource in &unit.resources {
        assert_eq!(crate::kind::targets::check(&resource.target), Ok(()), "{}", resource.target);
    }
}
