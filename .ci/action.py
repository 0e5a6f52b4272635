#!/usr/bin/env python3
"""Runs the steps of action.yml as GitHub's runner would, in situations that decide what users see.

    .ci/action.py ANNEXA REPOSITORY    ANNEXA: the program; REPOSITORY: a git repository to scan, which is cloned

The runner's own parts are replaced by the least that the steps can tell from them: expressions are filled in (only the
forms that action.yml uses; any other is an error), steps that use another action are written down instead of run, and
`gh` is a program that answers from a file. Everything else is the real thing: the scripts, the program, git.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GH = """#!/bin/bash
echo "$*" >> "$GH_LOG"
case "$*" in
  *code-scanning*) echo "$GH_SCANNING" >&2; [ -z "$GH_SCANNING" ] ;;
  *--jq*) echo "$GH_COMMENT" ;;
esac
"""


class Runner:
    """One run of the action."""

    def __init__(self, annexa, repository, inputs, event=None, base_ref="", scanning="", comment=""):
        self.home = pathlib.Path(tempfile.mkdtemp())
        self.inputs = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()}
        unknown = set(inputs) - set(self.inputs)
        assert not unknown, f"no such input: {unknown}"
        self.inputs |= inputs
        self.event = event or {}
        self.steps, self.used, self.log, self.failed = {}, [], "", None
        program = self.home / "annexa" / "bin" / "annexa"
        program.parent.mkdir(parents=True)
        shutil.copy(annexa, program)
        tools = self.home / "tools"
        tools.mkdir()
        (tools / "gh").write_text(GH)
        (tools / "gh").chmod(0o755)
        # What builds the program is measured by every other part of CI; here it is in its place already.
        (tools / "cargo").write_text("#!/bin/bash\n")
        (tools / "cargo").chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.home),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_REPOSITORY": "acme/platform",
            "GITHUB_BASE_REF": base_ref,
            "GITHUB_STEP_SUMMARY": str(self.home / "summary.md"),
            "GH_LOG": str(self.home / "gh.log"),
            "GH_SCANNING": scanning,
            "GH_COMMENT": comment,
            "GITHUB_ACTIONS": "true",
            "CI": "true",
        }
        self.repository = repository

    def value(self, expression):
        """The value of one expression, of the forms that action.yml uses."""
        expression = expression.strip()
        if " && " in expression:
            left, right = expression.split(" && ", 1)
            return self.value(left) and self.value(right)
        if match := re.fullmatch(r"(.+) == '(.*)'", expression):
            return self.value(match[1]) == match[2]
        parts = expression.split(".")
        if parts[0] == "inputs" and len(parts) == 2:
            return self.inputs[parts[1]]
        if parts[0] == "steps" and parts[2] == "outputs":
            return self.steps.get(parts[1], {}).get(parts[3], "")
        if parts[:2] == ["github", "event"]:
            value = self.event
            for part in parts[2:]:
                value = value.get(part, {}) if isinstance(value, dict) else {}
            return "" if value == {} else str(value).lower() if isinstance(value, bool) else str(value)
        raise ValueError(f"an expression that the harness does not know: {expression}")

    def fill(self, text):
        return re.sub(r"\$\{\{(.+?)\}\}", lambda match: str(self.value(match[1])), str(text))

    def run(self):
        self.inputs["token"] = "a-token"
        for step in ACTION["runs"]["steps"]:
            condition = str(step.get("if", "")).removeprefix("${{").removesuffix("}}")
            # Without a status function a condition holds only while nothing has failed.
            if self.failed is not None or (condition and not self.value(condition)):
                continue
            if "uses" in step:
                self.used.append((step["uses"], {key: self.fill(text) for key, text in step["with"].items()}))
                continue
            assert "${{" not in step["run"], f"an expression in a script of '{step['name']}'"
            self.shell(step)
        return self

    def shell(self, step):
        output = self.home / "output"
        output.write_text("")
        environment = self.environment | {"GITHUB_OUTPUT": str(output)}
        environment |= {key: self.fill(text) for key, text in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        ran = subprocess.run(
            command, cwd=self.repository, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.log += ran.stdout
        if ran.returncode != 0:
            self.failed = (step["name"], ran.returncode)
        if "id" in step:
            pairs = (line.split("=", 1) for line in output.read_text().splitlines())
            self.steps[step["id"]] = dict(pairs)

    def outputs(self):
        return {name: self.fill(spec["value"]) for name, spec in ACTION["outputs"].items()}

    def summary(self):
        return pathlib.Path(self.environment["GITHUB_STEP_SUMMARY"]).read_text()

    def asked(self):
        log = pathlib.Path(self.environment["GH_LOG"])
        return log.read_text() if log.exists() else ""


def check(name, *claims):
    for claim, holds in claims:
        assert holds, f"{name}: {claim}"
    print(f"ok: {name}")


def git(folder, *arguments):
    identity = ["-c", "user.name=ci", "-c", "user.email=ci@acme.example"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def branch(repository, text):
    """A clone whose main is at origin, with one commit on a branch."""
    folder = pathlib.Path(tempfile.mkdtemp()) / "clone"
    git(".", "clone", "--quiet", str(repository), str(folder))
    git(folder, "branch", "--quiet", "--move", "--force", "main")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "switch", "--quiet", "--create", "change")
    (folder / "new.tf").write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "change")
    return folder


def main():
    annexa, repository = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    clean = branch(repository, 'resource "aws_s3_bucket" "pens" {}\n')
    bad = branch(repository, 'resource "aws_s3_bucket_acl" "pens" {\n  bucket = "pens"\n  acl    = "public-read"\n}\n')
    pull_request = {"pull_request": {"number": 7, "head": {"repo": {"fork": False}}}}

    push = Runner(annexa, bad, {"fail-on": "high"}).run()
    outputs = push.outputs()
    check(
        "a push is uploaded, and then fails the job",
        ("uploaded", [uses.split("@")[0] for uses, _ in push.used] == ["github/codeql-action/upload-sarif"]),
        ("the upload is the file that was written", json.load(open(push.used[0][1]["sarif_file"]))["version"] == "2.1.0"),
        ("the gate failed", push.failed == ("Gate", 1)),
        ("nothing was compared", outputs["new-findings"] == ""),
        ("findings are counted", int(outputs["findings"]) > 10),
        ("coverage is there", len(json.load(open(outputs["coverage"]))["controls"]) == 93),
        ("the summary is there", "## Annexa: " in push.summary()),
        ("no annotations beside an upload", "::error file=" not in push.log),
    )
    change = Runner(annexa, bad, {"fail-on": "high"}, pull_request, base_ref="main").run()
    check(
        "a pull request fails for what it adds",
        ("the gate failed", change.failed == ("Gate", 1)),
        ("one or more are new", 0 < int(change.outputs()["new-findings"]) < int(change.outputs()["findings"])),
    )
    harmless = Runner(annexa, clean, {"fail-on": "high"}, pull_request, base_ref="main").run()
    check(
        "a pull request does not fail for what was there",
        ("nothing failed", harmless.failed is None),
        ("the result is clean", harmless.outputs()["result"] == "clean"),
    )
    lenient = branch(repository, (bad / "new.tf").read_text())
    with (lenient / "annexa.yaml").open("a") as configuration:
        configuration.write("fail_on_new: critical\n")
    configured = Runner(annexa, lenient, {}, pull_request, base_ref="main").run()
    check(
        "without an input the gate is that of the configuration",
        ("nothing failed", configured.failed is None),
        ("although something is new", int(configured.outputs()["new-findings"]) > 0),
    )
    fork = Runner(annexa, bad, {"comment": "false"}, {"pull_request": {"number": 7, "head": {"repo": {"fork": True}}}}).run()
    annotated = [line for line in fork.log.splitlines() if line.startswith("::error file=")]
    check(
        "a fork's findings stand beside the code",
        ("not uploaded", fork.used == []),
        ("code scanning was not asked", "code-scanning" not in fork.asked()),
        ("ten at the most", 0 < len(annotated) <= 10),
    )
    crowd = "".join(f'resource "aws_s3_bucket_acl" "b{number}" {{\n  acl = "public-read"\n}}\n' for number in range(5_100))
    crowded = Runner(annexa, branch(repository, crowd), {"fail-on": "none"}).run()
    check(
        "what code scanning does not keep is told",
        ("uploaded", len(crowded.used) == 1),
        ("the most severe", len(json.load(open(crowded.used[0][1]["sarif_file"]))["runs"][0]["results"]) == 5_000),
        ("told", re.search(r"keeps 5000 findings; \d+ more", crowded.log)),
        ("the summary is short", len(crowded.summary()) < 65_000),
    )
    private = Runner(annexa, bad, {}, scanning="Code scanning is not enabled for this repository").run()
    check("without code scanning nothing is uploaded", ("not uploaded", private.used == []), ("told", "does not answer" in private.log))
    first = Runner(annexa, clean, {"fail-on": "none"}, scanning="no analysis found").run()
    check("the first upload is not refused", ("uploaded", len(first.used) == 1), ("clean", first.failed is None))
    comment = Runner(annexa, clean, {"fail-on": "none", "comment": "true"}, pull_request, comment="41").run()
    check("the comment is edited in place", ("patched", "PATCH repos/acme/platform/issues/comments/41" in comment.asked()))
    comment = Runner(annexa, clean, {"fail-on": "none", "comment": "true"}, pull_request).run()
    check("the first comment is written", ("posted", "POST repos/acme/platform/issues/7/comments" in comment.asked()))
    hostile = Runner(annexa, clean, {"path": "$(touch pwned)\n`touch pwned`", "fail-on": "none"}).run()
    check("an input is never run", ("nothing happened", not (clean / "pwned").exists()), ("an error", hostile.failed == ("Scan", 2)))
    wrong = Runner(annexa, clean, {"upload-sarif": "yes"}).run()
    check("a mistyped input is told", ("failed", wrong.failed == ("Look at the platform", 2)))
    recorded = Runner(annexa, clean, {"fail-on": "none", "evidence": "true"}).run()
    folder = recorded.outputs()["evidence-dir"]
    check("evidence is recorded", ("named", re.fullmatch(r"evidence/\d{4}-\d\d", folder)), ("there", (clean / folder / "manifest.json").exists()))


if __name__ == "__main__":
    main()
