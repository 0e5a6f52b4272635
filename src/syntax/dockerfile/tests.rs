use super::*;

fn read(text: &str) -> Vec<Node> {
    let parsed = parse(text, FileId(0));
    assert_eq!(parsed.errors, [], "{text}");
    instructions(&parsed.content)
}

fn instructions(content: &Content) -> Vec<Node> {
    let Content::Trees(trees) = content else { panic!("nothing") };
    trees[0].get("instructions").unwrap().items().to_vec()
}

fn slice<'a>(node: &Node, text: &'a str) -> &'a str {
    node.place.as_span().unwrap().slice(text)
}

/// A field as text, and what its place slices to.
fn field<'a>(node: &Node, path: &str, text: &'a str) -> (String, &'a str) {
    let mut at = node.clone();
    for step in path.split('.') {
        at = match step.parse::<usize>() {
            Ok(index) => at.items()[index].clone(),
            Err(_) => at.get(step).unwrap_or_else(|| panic!("no {step} in {node:?}")).clone(),
        };
    }
    (at.value.scalar_text().map_or(String::new(), |text| text.to_string()), slice(&at, text))
}

/// A line, and of each path the value and what its place slices to.
type Case = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

#[test]
fn each_part_has_its_own_place() {
    let cases: &[Case] = &[
        (
            "FROM --platform=$BUILDPLATFORM \"golang:1.22\" as build",
            &[
                ("instruction", "FROM", "FROM"),
                ("image", "golang:1.22", "\"golang:1.22\""),
                ("name", "build", "build"),
                ("flags.platform", "$BUILDPLATFORM", "$BUILDPLATFORM"),
            ],
        ),
        (
            "run --mount=type=secret,id=k --network=none apt-get update && apt-get install -y curl; echo 'a && b' | sh 2>&1",
            &[
                ("instruction", "RUN", "run"),
                ("form", "shell", "apt-get update && apt-get install -y curl; echo 'a && b' | sh 2>&1"),
                ("mounts.0", "type=secret,id=k", "type=secret,id=k"),
                ("flags.network", "none", "none"),
                ("commands.0", "apt-get update", "apt-get update"),
                ("commands.1", "apt-get install -y curl", "apt-get install -y curl"),
                ("commands.2", "echo 'a && b' | sh 2>&1", "echo 'a && b' | sh 2>&1"),
            ],
        ),
        (
            "CMD [\"app\", \"--name=\\\"x\\\"\"]",
            &[
                ("form", "exec", "[\"app\", \"--name=\\\"x\\\"\"]"),
                ("exec.1", "--name=\"x\"", "\"--name=\\\"x\\\"\""),
                ("command", "app --name=\"x\"", "[\"app\", \"--name=\\\"x\\\"\"]"),
            ],
        ),
        ("ENTRYPOINT [app, x]", &[("form", "shell", "[app, x]")]),
        (
            "COPY --from=build --chown=app:app --link a b /app/",
            &[
                ("sources.1", "b", "b"),
                ("destination", "/app/", "/app/"),
                ("flags.chown", "app:app", "app:app"),
                ("flags.link", "true", "link"),
            ],
        ),
        ("ADD [\"a b\", \"/c d\"]", &[("sources.0", "a b", "\"a b\""), ("destination", "/c d", "\"/c d\"")]),
        ("USER app:staff", &[("user", "app", "app"), ("group", "staff", "staff")]),
        ("USER ${UID:-1000}", &[("user", "${UID:-1000}", "${UID:-1000}")]),
        ("EXPOSE 22/tcp 8000-8010", &[("ports.0", "22/tcp", "22/tcp"), ("ports.1", "8000-8010", "8000-8010")]),
        (
            "ENV A=1 B=\"x y\" C=a\\ b",
            &[("variables.A", "1", "1"), ("variables.B", "x y", "\"x y\""), ("variables.C", "a b", "a\\ b")],
        ),
        ("ENV PATH /usr/bin:/bin x", &[("variables.PATH", "/usr/bin:/bin x", "/usr/bin:/bin x")]),
        ("ARG V=1 W", &[("variables.V", "1", "1"), ("variables.W", "", "W")]),
        ("LABEL \"a.b\"=c", &[("arguments", "\"a.b\"=c", "\"a.b\"=c")]),
        (
            "HEALTHCHECK --interval=5s CMD curl -f http://localhost/",
            &[("command", "curl -f http://localhost/", "curl -f http://localhost/"), ("flags.interval", "5s", "5s")],
        ),
        ("HEALTHCHECK NONE", &[("none", "true", "NONE")]),
        ("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", &[("exec.2", "pipefail", "\"pipefail\"")]),
        ("VOLUME /data /logs", &[("paths.1", "/logs", "/logs")]),
        ("WORKDIR /app", &[("value", "/app", "/app")]),
        ("ONBUILD RUN make", &[("inner.instruction", "RUN", "RUN"), ("inner.command", "make", "make")]),
    ];
    for (line, fields) in cases {
        let text = format!("# é\nFROM a\n{line}\n");
        let instruction = &read(&text)[1];
        assert_eq!(slice(instruction, &text), *line);
        for (path, value, at) in *fields {
            assert_eq!(field(instruction, path, &text), ((*value).to_owned(), *at), "{line}: {path}");
        }
    }
}

#[test]
fn continuations_skip_comments_and_keep_places() {
    let text = "FROM a\nRUN apt-get update \\\n  # why\n\n  && apt-get install -y \\  \n     curl\nUSER app\n";
    let found = read(text);
    assert_eq!(found.len(), 3);
    assert_eq!(field(&found[1], "command", text).0, "apt-get update   && apt-get install -y      curl");
    assert_eq!(
        field(&found[1], "commands.1", text),
        ("apt-get install -y      curl".to_owned(), "apt-get install -y \\  \n     curl")
    );
    assert!(slice(&found[1], text).ends_with("curl"));
}

#[test]
fn the_escape_directive_changes_the_continuation() {
    let text = "# escape=`\r\nFROM a\r\nRUN dir C:\\ `\r\n  /b\r\n";
    let found = read(text);
    assert_eq!(field(&found[1], "command", text).0, "dir C:\\   /b");
    let Content::Trees(trees) = parse(text, FileId(0)).content else { panic!() };
    assert_eq!(field(&trees[0], "directives.escape", text), ("`".to_owned(), "`"));
}

#[test]
fn heredocs_belong_to_their_instruction() {
    let text = "FROM a\nRUN <<EOF\napt-get update\n# comment; not a command\nsudo ls\nEOF\nCOPY <<-\"A\" <<B /x/\n\tone\n\tA\ntwo\nB\nRUN python <<PY && true\nprint()\nPY\nUSER b\n";
    let found = read(text);
    assert_eq!(found.len(), 5);
    assert_eq!(field(&found[1], "command", text).0, "apt-get update\n# comment; not a command\nsudo ls\n");
    assert_eq!(field(&found[1], "commands.1", text), ("sudo ls".to_owned(), "sudo ls"));
    assert_eq!(field(&found[1], "commands.0", text).1, "apt-get update");
    assert!(slice(&found[1], text).ends_with("\nEOF"));
    assert_eq!(field(&found[2], "heredocs.0.text", text), ("one\n".to_owned(), "one\n"));
    assert_eq!(field(&found[2], "heredocs.1.text", text).0, "two\n");
    assert_eq!(field(&found[2], "destination", text).0, "/x/");
    assert_eq!(field(&found[3], "command", text).0, "python <<PY && true\nprint()\n");
}

#[test]
fn wrong_instructions_are_errors_and_hide_no_others() {
    let cases = [
        ("FORM a", "FORM", "`FORM` is not a Dockerfile instruction"),
        ("RUN", "RUN", "`RUN` needs an argument"),
        ("FROM a b", "a b", "`FROM` takes an image and, after `AS`, a name"),
        ("COPY a", "a", "sources and a destination are needed"),
        ("ENV a", "a", "a name needs a value"),
        ("ARG =x", "=x", "a name is missing before `=`"),
        ("HEALTHCHECK curl x", "HEALTHCHECK curl x", "`HEALTHCHECK` takes `NONE` or `CMD` and a command"),
        ("SHELL bash", "bash", "`SHELL` takes a JSON list of strings"),
        ("ONBUILD ONBUILD RUN x", "RUN x", "`ONBUILD` cannot defer another `ONBUILD`"),
    ];
    for (line, at, message) in cases {
        let text = format!("FROM a\n{line}\nUSER b\n");
        let parsed = parse(&text, FileId(0));
        let errors: Vec<_> =
            parsed.errors.iter().map(|error| (error.span.slice(&text), error.message.as_str())).collect();
        assert_eq!(errors, [(at, message)]);
        assert_eq!(instructions(&parsed.content).len(), 2, "{line}");
    }
    let text = "FROM a\nRUN <<EOF\nx\n";
    let parsed = parse(text, FileId(0));
    assert_eq!(
        (parsed.errors[0].span.slice(text), parsed.errors[0].message.as_str()),
        ("<<EOF", "the heredoc `EOF` is not closed")
    );
}

#[test]
fn nothing_panics_on_pieces_of_a_file() {
    let text = "\u{feff}# syntax=é\nFROM --p=\"x é AS y\nRUN [\"é\\\nENV 'a=b \\\\\n# x\nCOPY <<é <<-'\n\té\nUSER a:é}\nEXPOSE $x\\";
    for start in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        for end in (start..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let _ = parse(&text[start..end], FileId(0));
        }
    }
    assert!(matches!(parse("", FileId(0)).content, Content::Trees(_)));
    assert_eq!(parse("PK\u{3}\u{4}binary", FileId(0)).errors.len(), 1);
}
