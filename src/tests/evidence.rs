//! Evidence as a user makes it: recorded, amended, verified, and what happens when things go wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{self, Ran, run, write};

/// 2026-11-22T09:00:00Z.
const NOW: &str = "1795338000";

const BUCKET: &str = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  acl    = \"public-read\"\n}\n";
const CONFIGURATION: &str = "evidence: evidence\nrules: { select: 'aws/s3/public-acl' }\n";

/// A small repository with a commit.
fn repository() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(home.path()).unwrap().join("repository");
    write(&root, "main.tf", BUCKET);
    write(&root, "annexa.yaml", CONFIGURATION);
    program::git(&root, ["init", "--quiet"]).expect(0);
    commit(&root);
    (home, root)
}

fn commit(root: &Path) {
    program::git(root, ["add", "--all"]).expect(0);
    program::git(root, ["commit", "--quiet", "--message", "state"]).expect(0);
}

/// The command at a time.
fn at(root: &Path, now: &str, words: &str) -> Command {
    let mut command = program::command(Path::new(env!("CARGO_BIN_EXE_annexa")), root, root);
    command.env("SOURCE_DATE_EPOCH", now).args(words.split(' '));
    command
}

fn annexa(root: &Path, now: &str, words: &str) -> Ran {
    run(&mut at(root, now, words))
}

fn manifest(root: &Path, entry: &str) -> serde_json::Value {
    let text = fs::read(root.join("evidence").join(entry).join("manifest.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn a_month_is_recorded_once_and_amended_when_its_state_changed() {
    let (_home, root) = repository();
    annexa(&root, NOW, "evidence record").expect(0).says("recorded 2026-11").says("signed by: nobody");
    annexa(&root, NOW, "evidence verify").expect(0).says("intact: 1 recording and 0 sign-offs").says("nobody signed");
    let before = fs::read(root.join("evidence/2026-11/manifest.json")).unwrap();
    annexa(&root, "1795424400", "evidence record").expect(0).says("2026-11 is already recorded");
    // Committing the evidence changes the commit, and nothing that the scan reads.
    commit(&root);
    annexa(&root, "1795424400", "evidence record").expect(0).says("2026-11 is already recorded");
    write(&root, "main.tf", BUCKET.replace("public-read", "private"));
    annexa(&root, "1795424400", "evidence record").expect(2).says("`--amend` records 2026-11 again as `2026-11.2`");
    annexa(&root, "1795424400", "evidence record --amend").expect(0).says("recorded 2026-11.2").says("1 files differ");
    annexa(&root, "1795424400", "evidence verify --expect 2026-11").expect(0).says("intact: 2 recordings");
    assert_eq!(fs::read(root.join("evidence/2026-11/manifest.json")).unwrap(), before);
    let second = manifest(&root, "2026-11.2");
    assert_eq!(second["previous"]["entry"], "2026-11");
    assert_eq!(second["observed"]["findings"]["high"], 0);
    assert_eq!(second["repository"]["dirty"], true);
    // What was found is followed: the finding of the first recording is closed by the second.
    let register = fs::read_to_string(root.join("evidence/2026-11.2/nonconformities.json")).unwrap();
    assert!(register.contains("\"verified_by\": \"2026-11.2\""), "{register}");
}

#[test]
fn evidence_is_not_scanned_and_does_not_make_the_tree_dirty() {
    let (_home, root) = repository();
    annexa(&root, NOW, "evidence record").expect(0);
    let first = manifest(&root, "2026-11");
    assert_eq!((&first["repository"]["dirty"], &first["repository"]["changed"]), (&false.into(), &0.into()));
    write(&root, "evidence/2026-11/more.tf", BUCKET);
    annexa(&root, NOW, "evidence record").expect(2).says("2026-11/more.tf was added after the entry was recorded");
    fs::remove_file(root.join("evidence/2026-11/more.tf")).unwrap();
    // December: the evidence of November lies there, untracked, and is no part of the state.
    annexa(&root, "1796115600", "evidence record").expect(0);
    let second = manifest(&root, "2026-12");
    assert_eq!((&second["repository"]["dirty"], &second["inputs"]), (&false.into(), &first["inputs"]));
    // The folder need not be named: one that holds evidence is known by it.
    write(&root, "annexa.yaml", "rules: { select: 'aws/s3/public-acl' }\n");
    let scan = annexa(&root, NOW, "scan --format json").expect(1);
    let scan: serde_json::Value = serde_json::from_str(&scan.stdout).unwrap();
    let paths: Vec<&str> =
        scan["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["annexa.yaml", "main.tf"]);
}

#[test]
fn time_is_utc_and_must_not_run_backwards() {
    let (_home, root) = repository();
    // Half an hour before November in UTC, on the day when Europe leaves summer time, and hours into November elsewhere.
    let mut command = at(&root, "1793489400", "evidence record");
    run(command.env("TZ", "Pacific/Auckland")).expect(0).says("recorded 2026-10");
    let october = manifest(&root, "2026-10");
    assert_eq!((&october["generated_at"], &october["late"]), (&"2026-10-31T23:30:00Z".into(), &false.into()));
    annexa(&root, NOW, "evidence record --period 2026-12").expect(2).says("2026-12 has not begun on 2026-11-22");
    annexa(&root, NOW, "evidence record --period 2026-09").expect(0).says("late: 2026-09 ended on 2026-09-30");
    assert_eq!(manifest(&root, "2026-09")["late"], true);
    // A day can be given for the judging; the clock still says when it was done.
    annexa(&root, NOW, "evidence record --period 2026-08 --today 2026-08-31").expect(0).says("late: 2026-08 ended");
    assert_eq!(manifest(&root, "2026-08")["observed_by"], "given");
    // Half an hour of difference between two machines is nothing; more is.
    annexa(&root, "1795336200", "evidence record").expect(0).says("recorded 2026-11");
    annexa(&root, "1795251600", "evidence record --amend").expect(2).says("set the clock of this machine right");
    annexa(&root, NOW, "evidence verify").expect(0).says("intact: 4 recordings");
}

#[test]
fn what_is_missing_from_the_end_is_shown_by_what_is_known_elsewhere() {
    let (_home, root) = repository();
    annexa(&root, NOW, "evidence verify").expect(2).says("there is no evidence in");
    annexa(&root, NOW, "evidence record").expect(0);
    annexa(&root, "1796115600", "evidence record").expect(0);
    let said = annexa(&root, NOW, "evidence verify").expect(0).stdout;
    let head = said.lines().find_map(|line| line.strip_prefix("head: ")).unwrap().to_owned();
    annexa(&root, NOW, &format!("evidence verify --head {head}")).expect(0);
    // The folder alone is enough to verify.
    annexa(&root, NOW, "evidence verify evidence").expect(0).says(&head);
    annexa(&root, NOW, "evidence record evidence").expect(2).says("is a folder of evidence");
    fs::remove_dir_all(root.join("evidence/2026-12")).unwrap();
    annexa(&root, NOW, "evidence verify").expect(0);
    annexa(&root, NOW, "evidence verify --expect 2026-12").expect(1).says("NOT INTACT: 2026-12 is missing");
    annexa(&root, NOW, &format!("evidence verify --head {head}")).expect(1).says("no entry has the digest");
}

#[test]
fn two_recorders_do_not_meet() {
    let (_home, root) = repository();
    fs::create_dir(root.join("evidence")).unwrap();
    let other = lock(&root);
    other.try_lock().unwrap();
    annexa(&root, NOW, "evidence record").expect(2).says("another annexa is recording");
    drop(other);
    // Started at once: one records, the others find it recorded or wait outside.
    let children: Vec<_> = (0..4)
        .map(|_| {
            at(&root, NOW, "evidence record")
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let said = |words: &str| {
        let says = |text: &[u8]| String::from_utf8_lossy(text).contains(words);
        outputs.iter().filter(|output| says(&output.stdout) || says(&output.stderr)).count()
    };
    assert_eq!(said("recorded 2026-11 in"), 1);
    assert_eq!(said("already recorded") + said("another annexa is recording"), 3);
    annexa(&root, NOW, "evidence verify").expect(0);
}

#[cfg(unix)]
fn lock(root: &Path) -> fs::File {
    fs::File::open(root.join("evidence")).unwrap()
}

#[cfg(not(unix))]
fn lock(root: &Path) -> fs::File {
    fs::File::create(root.join("evidence/.lock")).unwrap()
}

#[test]
#[cfg(unix)]
fn a_disk_that_fills_up_leaves_what_was_there() {
    let (_home, root) = repository();
    annexa(&root, NOW, "evidence record").expect(0);
    // No file may grow beyond a block; the signal for it is ignored, so that writing fails as on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f 1; exec '{}' evidence record", env!("CARGO_BIN_EXE_annexa"));
    let mut shell = program::command(Path::new("sh"), &root, &root);
    let ran = run(shell.env("SOURCE_DATE_EPOCH", "1796115600").args(["-c", &script])).expect(2);
    ran.says("cannot write").says("nothing was recorded; what was there before is unchanged");
    let names: Vec<_> = fs::read_dir(root.join("evidence")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    annexa(&root, NOW, "evidence verify").expect(0).says("intact: 1 recording");
    annexa(&root, "1796115600", "evidence record").expect(0);
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let (home, root) = repository();
    fs::create_dir(root.join("evidence")).unwrap();
    fs::set_permissions(root.join("evidence"), fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = at(&root, NOW, "evidence record");
    if fs::metadata(&root).unwrap().uid() == 0 {
        // Permissions do not bind the superuser. Git would not trust a repository of somebody else.
        command.uid(65_534).gid(65_534);
        fs::remove_dir_all(root.join(".git")).unwrap();
    }
    run(&mut command).expect(2).says("cannot write").says("needs the right to write there");
    assert_eq!(fs::read_dir(root.join("evidence")).unwrap().count(), 0);
    fs::set_permissions(root.join("evidence"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Kills recordings at every moment of their life. `ANNEXA_ROUNDS` sets how often.
#[test]
fn a_killed_recording_leaves_the_old_state_or_the_new() {
    let rounds: u32 = std::env::var("ANNEXA_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    let (_home, root) = repository();
    annexa(&root, NOW, "evidence record").expect(0);
    let begun = std::time::Instant::now();
    annexa(&root, "1796115600", "evidence record").expect(0);
    let whole = begun.elapsed();
    let (mut old, mut new) = (0, 0);
    for round in 0..rounds {
        fs::remove_dir_all(root.join("evidence/2026-12")).unwrap();
        let mut child = at(&root, "1796115600", "evidence record").stdout(std::process::Stdio::null()).spawn().unwrap();
        // The files are written at the end.
        std::thread::sleep(whole * (rounds * 2 / 3 + round) / (rounds * 3 / 2));
        child.kill().unwrap();
        child.wait().unwrap();
        let said = annexa(&root, NOW, "evidence verify").expect(0).stdout;
        if said.contains("2026-11 to 2026-12") {
            new += 1;
        } else {
            old += 1;
            annexa(&root, "1796115600", "evidence record").expect(0).says("recorded 2026-12");
        }
        assert!(!root.join("evidence/.recording").exists() || !said.contains("2026-12"));
    }
    assert!(old > 0, "{old} old, {new} new");
}

#[test]
fn nonconformities_are_followed_and_hold_only_while_they_are_there() {
    let (_home, root) = repository();
    write(
        &root,
        "annexa.yaml",
        "evidence: { due: { high: 10 } }\nrules: { select: ['aws/s3/public-acl', 'evidence/*'] }\n",
    );
    annexa(&root, NOW, "actions list").expect(2).says("`annexa evidence record` makes the first");
    annexa(&root, NOW, "evidence record").expect(0);
    annexa(&root, NOW, "actions list").expect(0).says("2026-12-02").says("1 open, 0 of them overdue");
    annexa(&root, NOW, "actions list --overdue --today 2026-12-03").expect(0).says("1 open, 1 of them overdue");
    let list = annexa(&root, NOW, "actions list --format json --today 2026-12-03").expect(0);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(list["nonconformities"][0]["overdue"], true);
    // Overdue, it is a finding itself; mended, it is none before a recording says so.
    let overdue = "scan --today 2026-12-03 --rule evidence/nonconformity-overdue";
    annexa(&root, NOW, overdue).expect(0).says("evidence/nonconformity-overdue");
    let whole = "scan --today 2026-12-03 --format json";
    annexa(&root, NOW, whole).expect(1).says("was due on 2026-12-02 and is still there");
    write(&root, "main.tf", BUCKET.replace("public-read", "private"));
    let mended = annexa(&root, NOW, whole).expect(0);
    assert!(!mended.stdout.contains("was due on"), "{}", mended.stdout);
    annexa(&root, "1796288400", "evidence record").expect(0);
    annexa(&root, NOW, "actions list --all").expect(0).says("closed").says("0 open");
    // It comes back.
    write(&root, "main.tf", BUCKET);
    annexa(&root, "1798880400", "evidence record").expect(0);
    annexa(&root, NOW, "actions list").expect(0).says("open, back 1x").says("2027-01-12");
    annexa(&root, NOW, "scan --today 2027-01-02").expect(1).says("evidence/nonconformity-recurred");
}

#[test]
fn gaps_and_age_are_told_by_status_report_and_rules() {
    let (_home, root) = repository();
    write(&root, "annexa.yaml", "evidence: evidence\nrules: { select: ['aws/s3/public-acl', 'evidence/*'] }\n");
    annexa(&root, NOW, "evidence status").expect(1).says("no evidence was recorded");
    annexa(&root, NOW, "scan").expect(1).says("evidence/stale");
    annexa(&root, NOW, "evidence report").expect(2).says("there is no evidence");
    annexa(&root, NOW, "evidence sign-off --evaluator Maren").expect(2).says("nothing was recorded");
    annexa(&root, NOW, "evidence record").expect(0);
    // The first recording does not find itself missing.
    assert_eq!(manifest(&root, "2026-11")["observed"]["findings"]["medium"], 0);
    annexa(&root, NOW, "evidence status --today 2026-12-27").expect(0).says("35 days ago");
    annexa(&root, NOW, "evidence status --today 2026-12-28").expect(1).says("STALE");
    annexa(&root, NOW, "evidence status --today 2026-12-28 --max-age 60").expect(0);
    annexa(&root, NOW, "scan --today 2026-12-28 --format json")
        .expect(1)
        .says("evidence/stale")
        .says("36 days ago, and 35 may pass");
    // December is left out.
    annexa(&root, "1799053200", "evidence record").expect(0).says("recorded 2027-01");
    annexa(&root, "1799053200", "evidence status").expect(1).says("GAPS: nothing was recorded for 2026-12");
    let mut command = at(&root, "1799053200", "evidence sign-off --evaluator Maren --role CISO --remark");
    run(command.arg("a | b")).expect(0).says("recorded 2027-01.sign-off-1: Maren evaluated 2027-01");
    let report = annexa(&root, "1799053200", "evidence report --months 4").expect(0).stdout;
    for line in [
        "**Gaps: nothing was recorded for 2026-12.** Nothing is known of these months.",
        "| 2026-10 | before the first recording | | | | | | |",
        "| 2026-12 | **gap** | | | | | | |",
        "| 2027-01 | Maren, CISO | 2027-01-04 | a \\| b |",
        "| 2026-11 | ____________ | ________ | not evaluated yet (`annexa evidence sign-off`) |",
    ] {
        assert!(report.lines().any(|written| written == line), "{line}\n{report}");
    }
    let order = ["## d)", "### 1.", "### 2.", "### 3.", "### 4.", "## f)", "(clause 9.1)", "## Evaluation"];
    let places: Vec<usize> = order.iter().map(|heading| report.find(heading).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    annexa(&root, "1799053200", "evidence verify").expect(0).says("2 recordings and 1 sign-off");
    // An amendment is not what was signed off.
    write(&root, "other.tf", "resource \"aws_s3_bucket\" \"c\" {}\n");
    annexa(&root, "1799056800", "evidence record --amend").expect(0);
    annexa(&root, "1799056800", "evidence report").expect(0).says("of a recording that was amended since");
    // What was changed is found by every scan.
    write(&root, "evidence/2026-11/SHA256SUMS", "");
    annexa(&root, "1799056800", "scan --format json").expect(1).says("evidence/not-intact");
    annexa(&root, "1799056800", "evidence status").expect(2).says("is not intact: 2026-11/manifest.json");
}

#[test]
fn the_configuration_of_evidence_is_strict() {
    let (_home, root) = repository();
    for (written, said) in [
        ("evidence: ../elsewhere", "is no folder below the root"),
        ("evidence: /srv/evidence", "is no folder below the root"),
        ("evidence: { folders: x }", "folders"),
        ("evidence: { max_age: often }", "a number of days is expected"),
        ("evidence: { due: { grave: 3 } }", "`grave` is no severity"),
    ] {
        write(&root, "annexa.yaml", format!("{written}\n"));
        annexa(&root, NOW, "scan").expect(2).says(said);
    }
}

#[test]
fn the_page_shows_a_configuration_that_is_accepted_and_the_defaults() {
    let page = include_str!("../../docs/evidence.md");
    let shown = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (_home, root) = repository();
    write(&root, "annexa.yaml", shown);
    annexa(&root, NOW, "evidence record").expect(0);
    annexa(&root, NOW, "actions list").expect(0).says("2026-12-22");
    let without = shown.lines().filter(|line| !line.contains("due:") && !line.contains("max_age:"));
    write(&root, "annexa.yaml", without.collect::<Vec<_>>().join("\n"));
    annexa(&root, NOW, "evidence record --amend").expect(0);
    annexa(&root, NOW, "actions list").expect(0).says("2026-12-22");
    // Every key of what is recorded is described.
    for file in ["manifest.json", "summary.json", "nonconformities.json", "exceptions.json", "attestations.json"] {
        let text = fs::read(root.join("evidence/2026-11").join(file)).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for key in value.as_object().unwrap().keys() {
            assert!(page.contains(key.as_str()), "docs/evidence.md does not tell of `{key}` in {file}");
        }
    }
}

#[test]
fn the_register_and_who_measured_stand_in_the_report_and_in_the_list() {
    let (_home, root) = repository();
    let register = "corrective_actions:\n  - { id: CA-1, source: audit 2026-1, found: 2026-09-01, nonconformity: keys were shared, \
                    cause: nobody had an own one, action: a key for each, owner: Wren Okafor, due: 2026-10-01 }\n  - { id: CA-2, source: \
                    aws/s3/public-acl, found: 2026-09-01, nonconformity: the bucket is open, cause: a copied example, action: examples are \
                    reviewed, owner: Ada King, due: 2027-01-31, done: 2026-11-01 }\n";
    program::write(&root, "isms/registers/corrective-actions.yaml", register);
    let mut record = at(&root, NOW, "evidence record");
    run(record.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_ACTOR", "octocat"), ("GITHUB_RUN_ID", "42")])).expect(0);
    annexa(&root, NOW, "evidence report --months 1")
        .expect(0)
        .says("The corrective-actions register has 2 rows: 1 open, of these 1 overdue; 1 done since 2026-11.")
        .says("Of 1 that are done nobody has said whether they were effective.")
        .says("| CA-1 | audit 2026-1 | keys were shared | nobody had an own one | a key for each | 2026-10-01 (overdue) | Wren Okafor |")
        .says("github-actions: octocat, run 42");
    annexa(&root, NOW, "actions list")
        .expect(0)
        .says("    CA-2: cause: a copied example; action: examples are reviewed");
    let list = annexa(&root, NOW, "actions list --all --format csv").expect(0).stdout;
    let mut table = csv::Reader::from_reader(list.as_bytes());
    let rows: Vec<std::collections::BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    let row = rows.iter().find(|row| row["rule"] == "aws/s3/public-acl").unwrap();
    assert_eq!(
        (row["owner"].as_str(), row["due"].as_str(), row["register"].as_str()),
        ("Ada King", "2027-01-31", "CA-2")
    );
}
