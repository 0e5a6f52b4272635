//! What must hold of chains: any change of what was recorded is found.

use std::collections::BTreeMap;

use ed25519_dalek::pkcs8::spki::EncodePublicKey as _;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, spki::der::pem::LineEnding};

use super::attestation;
use super::chain::{self, Found, FoundEntry, FoundFile, Signer};
use super::entry::{EntryKind, EntryName};
use super::key::{PublicKey, SigningKey};
use super::manifest::{
    ATTESTATION, FileItem, MANIFEST, Manifest, PeriodItem, PreviousItem, RunnerItem, SCHEMA, SUMS, ToolItem, digest,
};
use super::period::Period;

/// Folders, files, bytes.
type Disk = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

fn key(seed: u8) -> SigningKey {
    let raw = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    SigningKey::read(&raw.to_pkcs8_pem(LineEnding::LF).unwrap()).unwrap()
}

fn manifest(name: EntryName, number: u64, before: Option<(&str, &str)>, signer: Option<&SigningKey>) -> Manifest {
    Manifest {
        schema: SCHEMA.to_owned(),
        kind: name.kind.name().to_owned(),
        entry: name.to_string(),
        sequence: number,
        period: PeriodItem::of(name.period),
        observed_at: format!("{}T05:17:00Z", name.period.start()),
        observed_by: "clock".to_owned(),
        generated_at: format!("{}T05:{:02}:00Z", name.period.start(), 17 + number),
        clock: "system".to_owned(),
        late: false,
        repository: None,
        inputs: None,
        tool: ToolItem { name: "annexa".to_owned(), version: "1.2.3".to_owned(), program: None, rule_set: None },
        runner: RunnerItem { kind: "local".to_owned(), variables: BTreeMap::new() },
        signer: signer.map(|key| key.public().signer()),
        previous: before.map(|(entry, sha256)| PreviousItem { entry: entry.to_owned(), sha256: sha256.to_owned() }),
        observed: None,
        files: Vec::new(),
    }
}

/// The files of an entry.
fn entry(manifest: &Manifest, signer: Option<&SigningKey>) -> BTreeMap<String, Vec<u8>> {
    let mut manifest = manifest.clone();
    let contents = [
        ("coverage.json", format!("{{\"entry\":\"{}\"}}\n", manifest.entry)),
        ("findings.sarif", "{\"version\":\"2.1.0\",\"runs\":[]}\n".to_owned()),
        ("empty.txt", String::new()),
    ];
    manifest.files = contents
        .iter()
        .map(|(name, text)| FileItem {
            name: (*name).to_owned(),
            size: text.len() as u64,
            sha256: digest(text.as_bytes()),
        })
        .collect();
    let mut files: BTreeMap<String, Vec<u8>> =
        contents.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    files.insert(SUMS.to_owned(), manifest.sums().into_bytes());
    files.insert(MANIFEST.to_owned(), manifest.to_bytes());
    if let Some(key) = signer {
        files.insert(ATTESTATION.to_owned(), attestation::sign(&manifest, key));
    }
    files
}

/// Seven entries: months, an amendment, a sign-off, a month left out.
fn disk(signer: Option<&SigningKey>) -> Disk {
    let mut disk = Disk::new();
    let mut before: Option<(String, String)> = None;
    let names = ["2026-01", "2026-02", "2026-02.2", "2026-03", "2026-03.sign-off-1", "2026-05", "2026-06"];
    for (index, name) in names.iter().enumerate() {
        let named = EntryName::parse(name).unwrap();
        let previous = before.as_ref().map(|(entry, sum)| (entry.as_str(), sum.as_str()));
        let manifest = manifest(named, index as u64 + 1, previous, signer);
        let files = entry(&manifest, signer);
        before = Some(((*name).to_owned(), digest(&files[MANIFEST])));
        disk.insert((*name).to_owned(), files);
    }
    disk
}

fn found(disk: &Disk) -> Found {
    let file = |(name, bytes): (&String, &Vec<u8>)| {
        let is_text = [MANIFEST, SUMS, ATTESTATION].contains(&name.as_str());
        let state =
            if is_text { FoundFile::Text(bytes.clone()) } else { FoundFile::Hashed(bytes.len() as u64, digest(bytes)) };
        (name.clone(), state)
    };
    let (entries, strangers): (Vec<_>, Vec<_>) = disk.iter().partition(|(name, _)| EntryName::parse(name).is_some());
    Found {
        entries: entries
            .into_iter()
            .map(|(name, files)| FoundEntry { name: name.clone(), files: files.iter().map(file).collect() })
            .collect(),
        strangers: strangers.into_iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// What is wrong with a disk.
fn wrong(disk: &Disk) -> Option<String> {
    chain::check(&found(disk)).err().map(|problem| problem.to_string())
}

/// A sequence of numbers that is the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one_of<'a>(&mut self, items: impl IntoIterator<Item = &'a String>) -> String {
        let items: Vec<&String> = items.into_iter().collect();
        items[self.below(items.len())].clone()
    }
}

#[test]
fn a_change_of_any_byte_is_found() {
    let signer = key(1);
    let mut changed = 0;
    for disk in [disk(None), disk(Some(&signer))] {
        assert_eq!(wrong(&disk), None);
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        let places =
            disk.iter().flat_map(|(folder, files)| files.iter().map(move |(file, bytes)| (folder, file, bytes)));
        for (folder, file, bytes) in places {
            // Of the newest entry, which no other vouches for, more than of the others.
            let step = if folder == "2026-06" { 5 } else { 23 };
            for at in (numbers.below(step)..bytes.len()).step_by(step) {
                let mut damaged = disk.clone();
                let byte = &mut damaged.get_mut(folder).unwrap().get_mut(file).unwrap()[at];
                *byte ^= 1 << numbers.below(8);
                assert!(wrong(&damaged).is_some(), "{folder}/{file} at {at}");
                changed += 1;
            }
        }
    }
    assert!(changed > 1_500, "{changed}");
}

#[test]
fn whatever_is_added_removed_or_moved_is_found() {
    let signer = key(1);
    let both = [disk(None), disk(Some(&signer))];
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let (mut kinds, mut rounds) = ([0_usize; 8], 0);
    while rounds < 3_000 {
        // Signed ones take their time.
        let whole = &both[usize::from(rounds % 8 == 0)];
        let mut disk = whole.clone();
        let kind = numbers.below(kinds.len());
        let folder = numbers.one_of(disk.keys());
        let file = numbers.one_of(disk[&folder].keys());
        let other = numbers.one_of(disk.keys());
        match kind {
            // A file is removed, emptied of a byte, given one more, or added.
            0 => drop(disk.get_mut(&folder).unwrap().remove(&file)),
            1 => drop(disk.get_mut(&folder).unwrap().get_mut(&file).unwrap().pop()),
            2 => disk.get_mut(&folder).unwrap().get_mut(&file).unwrap().push(b'\n'),
            3 => drop(disk.get_mut(&folder).unwrap().insert(format!("more-{rounds}.json"), b"{}".to_vec())),
            // The files of two entries change places, one or all of them.
            4 => {
                let (one, two) = (disk[&folder][&file].clone(), disk[&other].get(&file).cloned());
                let Some(two) = two else { continue };
                disk.get_mut(&folder).unwrap().insert(file.clone(), two);
                disk.get_mut(&other).unwrap().insert(file, one);
            }
            5 => {
                let (one, two) = (disk[&folder].clone(), disk[&other].clone());
                disk.insert(folder.clone(), two);
                disk.insert(other, one);
            }
            // A month is removed from the middle, or added as a copy.
            6 if folder != "2026-06" => drop(disk.remove(&folder)),
            6 => continue,
            _ => drop(disk.insert(
                ["2026-07", "2026-04", "2026-01.2", "notes"][numbers.below(4)].to_owned(),
                disk[&folder].clone(),
            )),
        }
        if disk == *whole {
            continue;
        }
        assert!(wrong(&disk).is_some(), "kind {kind}, {folder}");
        kinds[kind] += 1;
        rounds += 1;
    }
    assert!(kinds.iter().all(|count| *count > 100), "{kinds:?}");
}

#[test]
fn the_newest_month_can_be_taken_away_and_only_what_is_known_elsewhere_shows_it() {
    let mut disk = disk(None);
    let head = chain::check(&found(&disk)).unwrap().head().unwrap().digest.clone();
    disk.remove("2026-06");
    let chain = chain::check(&found(&disk)).unwrap();
    assert!(chain.record_of(Period::parse("2026-06").unwrap()).is_none());
    assert!(chain.entries.iter().all(|entry| entry.digest != head));
}

#[test]
fn whoever_makes_a_middle_entry_anew_breaks_the_next_and_has_not_the_key() {
    let signer = key(1);
    let mut disk = disk(Some(&signer));
    let forge = |disk: &mut Disk, folder: &str| {
        let files = disk.get_mut(folder).unwrap();
        let mut manifest = Manifest::read(&files[MANIFEST]).unwrap();
        manifest.runner.kind = "somewhere else".to_owned();
        files.insert(SUMS.to_owned(), manifest.sums().into_bytes());
        files.insert(MANIFEST.to_owned(), manifest.to_bytes());
        files.insert(ATTESTATION.to_owned(), attestation::sign(&manifest, &key(2)));
    };
    forge(&mut disk, "2026-06");
    let problem = wrong(&disk).unwrap();
    assert!(problem.starts_with("2026-06/attestation.dsse.json names another key than the manifest"), "{problem}");
    let mut disk = super::tests::disk(None);
    let files = disk.get_mut("2026-03").unwrap();
    let mut manifest = Manifest::read(&files[MANIFEST]).unwrap();
    manifest.late = true;
    files.insert(SUMS.to_owned(), manifest.sums().into_bytes());
    files.insert(MANIFEST.to_owned(), manifest.to_bytes());
    let problem = wrong(&disk).unwrap();
    assert_eq!(problem, "2026-03.sign-off-1 was made after another `2026-03` than the one that is there");
}

#[test]
fn the_first_problem_in_the_order_of_the_chain_is_told() {
    let mut disk = disk(None);
    for folder in ["2026-06", "2026-02.2", "2026-05"] {
        disk.get_mut(folder).unwrap().insert("coverage.json".to_owned(), b"{}".to_vec());
    }
    assert_eq!(wrong(&disk).as_deref(), Some("2026-02.2/coverage.json was changed after it was recorded"));
    disk.remove("2026-02");
    let problem = "2026-02.2 has the number 3 in the chain where 2 should follow: `2026-02` is missing before it";
    assert_eq!(wrong(&disk).as_deref(), Some(problem));
}

#[test]
fn gaps_and_amendments_are_known() {
    let chain = chain::check(&found(&disk(None))).unwrap();
    let month = |text| Period::parse(text).unwrap();
    let gaps: Vec<String> = chain.gaps(month("2026-08")).iter().map(ToString::to_string).collect();
    assert_eq!(gaps, ["2026-04", "2026-07", "2026-08"]);
    assert_eq!(chain.record_of(month("2026-02")).unwrap().manifest.entry, "2026-02.2");
    assert_eq!(chain.next_name(month("2026-02"), EntryKind::Record).to_string(), "2026-02.3");
    assert_eq!(chain.next_name(month("2026-03"), EntryKind::SignOff).to_string(), "2026-03.sign-off-2");
    assert_eq!(chain.sign_offs(month("2026-03")).count(), 1);
}

#[test]
fn a_trusted_key_must_have_signed_all_from_the_first_signed_entry_on() {
    let (one, two) = (key(1), key(2));
    let signed = chain::check(&found(&disk(Some(&one)))).unwrap();
    let unsigned = chain::check(&found(&disk(None))).unwrap();
    assert_eq!(chain::signer(&unsigned, &[]), Ok(Signer::Nobody));
    assert_eq!(chain::signer(&signed, &[]), Ok(Signer::Unknown));
    assert_eq!(chain::signer(&signed, &[two.public(), one.public()]), Ok(Signer::Trusted(0)));
    assert!(chain::signer(&signed, &[two.public()]).unwrap_err().what.contains("none of those given"));
    assert_eq!(chain::signer(&unsigned, &[one.public()]).unwrap_err().to_string(), "2026-06 is not signed");
    let mut late = unsigned.clone();
    for entry in &mut late.entries[3..] {
        entry.manifest.signer = Some(one.public().signer());
    }
    assert_eq!(chain::signer(&late, &[one.public()]), Ok(Signer::Trusted(3)));
    late.entries[6].manifest.signer = None;
    let problem = chain::signer(&late, &[one.public()]).unwrap_err().to_string();
    assert_eq!(problem, "2026-06 is not signed, although entries before it are");
}

#[test]
fn an_entry_made_long_before_the_one_it_follows_is_wrong() {
    let mut disk = disk(None);
    let previous = (String::from("2026-05"), digest(&disk["2026-05"][MANIFEST]));
    for (generated, is_wrong) in [("2026-05-01T04:23:00Z", false), ("2026-05-01T04:22:59Z", true), ("soon", true)] {
        let name = EntryName::parse("2026-06").unwrap();
        let mut manifest = manifest(name, 7, Some((&previous.0, &previous.1)), None);
        manifest.generated_at = generated.to_owned();
        disk.insert("2026-06".to_owned(), entry(&manifest, None));
        assert_eq!(wrong(&disk).is_some(), is_wrong, "{generated}: {:?}", wrong(&disk));
    }
}

/// A field of SSH's wire format.
fn field(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A key as `ssh-keygen` writes it.
fn open_ssh(cipher: &str, kind: &str, pair: &[u8]) -> String {
    use base64ct::{Base64, Encoding as _};
    let public = [field(kind.as_bytes()), field(&pair[32..])].concat();
    let private = [
        &[1, 2, 3, 4, 1, 2, 3, 4][..],
        &field(kind.as_bytes()),
        &field(&pair[32..]),
        &field(pair),
        &field(b"me"),
        &[1, 2, 3],
    ]
    .concat();
    let body = [
        b"openssh-key-v1\0",
        &field(cipher.as_bytes())[..],
        &field(b"none"),
        &field(b""),
        &1_u32.to_be_bytes(),
        &field(&public),
        &field(&private),
    ]
    .concat();
    let text = Base64::encode_string(&body);
    let lines: Vec<&str> = text.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", lines.join("\n"))
}

#[test]
fn keys_are_read_in_both_forms_and_refused_with_a_reason() {
    use base64ct::{Base64, Encoding as _};
    let raw = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let pair = raw.to_keypair_bytes();
    let public = key(1).public();
    assert_eq!(SigningKey::read(&open_ssh("none", "ssh-ed25519", &pair)).unwrap().public(), public);
    assert_eq!(PublicKey::read(&raw.verifying_key().to_public_key_pem(LineEnding::CRLF).unwrap()), Ok(public.clone()));
    let blob = Base64::encode_string(&[field(b"ssh-ed25519"), field(&pair[32..])].concat());
    assert_eq!(PublicKey::read(&format!("ssh-ed25519 {blob} me@here\n")), Ok(public.clone()));
    assert_eq!(PublicKey::read(&format!("command=\"x y\" ssh-ed25519 {blob}")), Ok(public));
    let mut other_half = pair;
    other_half[40] ^= 1;
    for (text, reason) in [
        (open_ssh("aes256-ctr", "ssh-ed25519", &pair), "passphrase"),
        (open_ssh("none", "ssh-rsa", &pair), "of type ssh-rsa"),
        (open_ssh("none", "ssh-ed25519", &other_half), "damaged"),
        (open_ssh("none", "ssh-ed25519", &pair).replacen("AAAA", "A", 1), "damaged"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----".to_owned(), "passphrase"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----".to_owned(), "rsa private key"),
        ("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----".to_owned(), "PKCS#8"),
        (format!("ssh-ed25519 {blob}"), "no private key"),
        (String::new(), "no private key"),
    ] {
        let error = SigningKey::read(&text).unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
    for text in [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-rsa AAAAB3NzaC1yc2EAAAA=",
        "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----",
    ] {
        assert!(PublicKey::read(text).is_err(), "{text}");
    }
}

#[test]
fn the_statement_says_what_was_observed_and_no_more() {
    let disk = disk(None);
    let manifest = Manifest::read(&disk["2026-06"][MANIFEST]).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(&attestation::statement(&manifest)).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], attestation::PREDICATE_TYPE);
    assert_eq!(statement["predicate"]["entry"], "2026-06");
    assert!(statement["predicate"].get("files").is_none());
    let subjects = statement["subject"].as_array().unwrap();
    assert_eq!(subjects.len(), 1 + manifest.files.len());
    assert_eq!(subjects[0]["name"], "2026-06/manifest.json");
    assert_eq!(subjects[0]["digest"]["sha256"], digest(&disk["2026-06"][MANIFEST]));
    let text = statement.to_string().to_lowercase();
    assert!(!text.contains("passed") && !text.contains("\"result\""));
}
