//! An assessment that is rich in odd things, for the tests of all formats: names and text outside ASCII, places of all
//! sorts, partial, undecided, suppressed and excepted findings, files that were not read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use smol_str::SmolStr;

use crate::engine::assessment::{
    AcceptedDeviation, ApplicabilityRow, Assessment, Attestation, Context, FileState, Finding, FindingKind, IsmsFacts,
    Location, Pass, Presence, RecognisedDocument, Region, ResourceName, RuleRun, ScannedFile, Standing, Suppression,
    SuppressionKind,
};
use crate::isms::control::{ControlId, Framework};
use crate::kind::Notice;
use crate::rule::{About, Bearing, Confidence, ControlLink, Facet, Severity};
use crate::source::lines::LineIndex;
use crate::source::{NotEntered, NotRead, NotReadReason};
use crate::syntax::tree::Place;

pub(super) const STORAGE: &str = "\
# Ablage für Rechnungen 😀
resource \"aws_s3_bucket\" \"invoices\" {
  bucket = \"acme-invoices\"
  tags   = { owner = \"😀 Büro\", acl = \"public-read\" }
}

# annexa:ignore aws/s3/public-acl the files are published on purpose
resource \"aws_s3_bucket\" \"website\" {
\tacl = \"public-read\"
}

module \"logs\" {
  source = \"./modules/bucket\"
}
";

pub(super) const MODULE: &str = "\
resource \"aws_s3_bucket\" \"this\" {
  acl = var.acl
  lifecycle_rule {
    enabled = true
    expiration {
      days = 30
    }
    noncurrent_version_expiration {
      days = 7
    }
  }
}
";

pub(super) const CLUSTER: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:latest
";

pub(super) const PLAN: &str = "\
# Incident management plan

## Reporting

Everyone reports what they see to the security desk.
";

/// The files of the fixture that findings stand in.
pub(super) const FILES: &[(&str, &str)] = &[
    ("infra/Ablage für 100 % #1.tf", STORAGE),
    ("infra/modules/bucket/main.tf", MODULE),
    ("isms/incident-plan.md", PLAN),
    ("k8s/web.yaml", CLUSTER),
];

/// The place of the `nth` occurrence (from 0) of a text.
pub(super) fn place(path: &str, needle: &str, nth: usize) -> Location {
    let (_, text) = FILES.iter().find(|(known, _)| *known == path).expect("a file of the fixture");
    let (start, _) = text.match_indices(needle).nth(nth).expect("the text occurs");
    let lines = LineIndex::new(text);
    let (from, to) = (lines.position(start), lines.position(start + needle.len()));
    let (first, last) = (from.line.saturating_sub(2).max(1), (to.line + 2).min(lines.len()));
    let around = lines.line(first).start..lines.line(last).end;
    let number = |offset: usize| u32::try_from(offset).expect("a small offset");
    let region = Region {
        start_line: from.line,
        start_column: from.column,
        end_line: to.line,
        end_column: to.column,
        byte_offset: number(start),
        byte_length: number(needle.len()),
        text: needle.chars().take(1_000).collect(),
        context: Context { first_line: first, byte_offset: number(around.start), text: text[around].to_string() },
    };
    Location { path: Arc::from(path), region: Some(Arc::new(region)), words: None }
}

/// A file as a whole.
pub(super) fn whole(path: &str) -> Location {
    Location { path: Arc::from(path), region: None, words: None }
}

fn link(control: &str, bearing: Bearing, because: &str) -> ControlLink {
    let control = ControlId::parse(control).expect("a control");
    ControlLink { control, bearing, because: because.into() }
}

fn about(id: &str, title: &str, severity: Severity, facet: Facet) -> About {
    About {
        id: id.into(),
        title: title.into(),
        severity,
        confidence: Confidence::High,
        facet,
        controls: Vec::new(),
        why: SmolStr::default(),
        fix: SmolStr::default(),
        references: Vec::new(),
        aliases: Vec::new(),
        all_aliases: Vec::new(),
    }
}

fn public_acl() -> About {
    About {
        controls: vec![
            link("iso27001:2022/A.5.15", Bearing::Supporting, "a policy on access is void where everyone may read"),
            link("iso27001:2022/A.8.3", Bearing::Direct, "whom the objects are shared with | is the restriction itself"),
        ],
        why: "A canned ACL such as `public-read` grants every anonymous caller the right to read.\nWhat lies there is \
              copied within hours.\n\nSearch engines for open buckets are public."
            .into(),
        fix: "Set `acl = \"private\"`, or remove the argument. Then grant named principals access by a bucket policy.\n\n\
              ```hcl\nacl = \"private\"\n```"
            .into(),
        references: vec![
            "A book on clouds".into(),
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html".into(),
        ],
        aliases: vec!["CKV_AWS_20".into()],
        all_aliases: vec!["AWS-0092".into(), "CKV_AWS_20".into()],
        ..about("aws/s3/public-acl", "S3 bucket ACL lets everyone read the objects", Severity::High, Facet::Implemented)
    }
}

fn abouts() -> Vec<About> {
    let unpinned = About {
        controls: vec![link("iso27001:2022/A.8.9", Bearing::Supporting, "what runs is not what was configured")],
        why: "A tag can be moved.".into(),
        fix: "Name the image by its digest.".into(),
        ..about("kubernetes/image-not-pinned", "Container image is not pinned", Severity::Low, Facet::Implemented)
    };
    let lifecycle = About {
        controls: vec![link("iso27001:2022/A.8.10", Bearing::Direct, "deletion after a time is what it asks for")],
        why: "Old versions stay for ever.".into(),
        fix: "Let them expire".into(),
        confidence: Confidence::Medium,
        ..about("aws/s3/short-expiry", "Objects expire too early", Severity::Medium, Facet::Implemented)
    };
    let outcome = About {
        controls: vec![
            link("iso27001:2022/A.5.24", Bearing::Direct, "planning covers what reporters are told"),
            link("iso27001:2022/A.6.8", Bearing::Supporting, "people report again when they hear back"),
        ],
        why: "Who never hears back stops reporting.".into(),
        fix: "Say in the plan how and when reporters learn the outcome.".into(),
        ..about(
            "isms/incident-plan/outcome-not-told",
            "Incident plan does not say how reporters learn the outcome",
            Severity::Medium,
            Facet::Documented,
        )
    };
    let signed = About {
        controls: vec![link("iso27001:2022/A.8.32", Bearing::Direct, "a signature shows who made a change")],
        confidence: Confidence::Low,
        ..about(
            "repository/unsigned-commits",
            "Fewer than 95 % of commits are signed",
            Severity::Info,
            Facet::Operating,
        )
    };
    let audit = About {
        controls: vec![link("iso27001:2022/9.2", Bearing::Direct, "the programme is what the clause asks for")],
        ..about("isms/audit-programme-missing", "There is no audit programme", Severity::Critical, Facet::Documented)
    };
    let coverage = About {
        controls: vec![link(
            "iso27001:2022/A.5.36",
            Bearing::Supporting,
            "the statement is compared with what is there",
        )],
        ..about("coverage/claimed", "SoA says implemented, the scan says otherwise", Severity::High, Facet::Documented)
    };
    let unreadable = About {
        why: "A file that is not understood is not judged.".into(),
        fix: "Mend the file, or exclude it.".into(),
        ..about("scan/unreadable", "File in scope cannot be read", Severity::Medium, Facet::Implemented)
    };
    let mut all = vec![public_acl(), unpinned, lifecycle, outcome, signed, audit, coverage, unreadable];
    all.sort_by(|left, right| left.id.cmp(&right.id));
    all
}

/// Rules with counts: passes, fails, excepted, unknowns.
fn runs() -> Vec<RuleRun> {
    let counts = |id: &str| match id {
        "aws/s3/public-acl" => [3, 2, 0, 1],
        "aws/s3/short-expiry" => [1, 1, 1, 0],
        "isms/audit-programme-missing" | "kubernetes/image-not-pinned" => [0, 1, 0, 0],
        "isms/incident-plan/outcome-not-told" => [1, 1, 0, 0],
        "repository/unsigned-commits" => [1, 0, 0, 0],
        "scan/unreadable" => [4, 1, 0, 0],
        _ => [0, 0, 0, 0],
    };
    let run = |about: About| {
        let [passes, fails, excepted, unknowns] = counts(&about.id);
        RuleRun {
            severity: about.severity,
            passes,
            fails,
            excepted,
            unknowns,
            unknown_reasons: if unknowns > 0 { [("var.acl".into(), unknowns)].into() } else { BTreeMap::new() },
            not_evaluated: about.id.starts_with("coverage/").then(|| "only some rules were asked for".to_string()),
            about: Arc::new(about),
        }
    };
    abouts().into_iter().map(run).collect()
}

fn resource(target: &str, address: &str, owner: Option<&str>, unit: &str) -> ResourceName {
    let owner = owner.map(Into::into);
    ResourceName { target: target.into(), address: address.into(), owner, unit: Arc::from(unit) }
}

struct Builder {
    rules: Vec<RuleRun>,
    findings: Vec<Finding>,
}

impl Builder {
    fn rule(&self, id: &str) -> usize {
        self.rules.iter().position(|run| run.about.id == id).expect("a rule of the fixture")
    }

    fn finding(&mut self, rule: &str, message: &str, resource: ResourceName, location: Location) -> &mut Finding {
        let rule = self.rule(rule);
        let number = self.findings.len();
        self.findings.push(Finding {
            rule,
            check: 0,
            kind: FindingKind::Fail,
            severity: self.rules[rule].severity,
            message: message.to_string(),
            resource: Arc::new(resource),
            location,
            related: Vec::new(),
            call_chain: Vec::new(),
            presence: None,
            missing: Vec::new(),
            depends_on: None,
            aliases: self.rules[rule].about.all_aliases.clone().into(),
            instances: 1,
            identity: Arc::default(),
            fingerprint: format!("{number:032x}"),
            suppression: None,
            change: None,
        });
        self.findings.last_mut().expect("the one just added")
    }
}

fn findings(builder: &mut Builder) {
    let storage = FILES[0].0;
    let acl = "ACL `public-read` lets everyone read the objects";
    let invoices = resource("terraform/aws_s3_bucket", "aws_s3_bucket.invoices", None, "infra");
    builder.finding(
        "isms/audit-programme-missing",
        "no audit programme was found",
        resource("isms", "isms", None, "."),
        whole("README.md"),
    );
    let finding = builder.finding("aws/s3/public-acl", acl, invoices, place(storage, "public-read", 0));
    finding.related.push((place(storage, "acme-invoices", 0), "the name it is known by".to_string()));
    finding.related.push((place("isms/incident-plan.md", "the security desk", 0), "who is told".to_string()));
    let website = resource("terraform/aws_s3_bucket", "aws_s3_bucket.website", None, "infra");
    let finding = builder.finding("aws/s3/public-acl", acl, website, place(storage, "public-read", 1));
    finding.suppression = Some(Box::new(Suppression {
        kind: SuppressionKind::Inline,
        reason: "the files are published on purpose".to_string(),
        location: place(storage, "annexa:ignore", 0),
        exception: None,
    }));
    let module = "infra/modules/bucket/main.tf";
    let this = || resource("terraform/aws_s3_bucket", "module.logs.aws_s3_bucket.this", None, "infra");
    let finding = builder.finding("aws/s3/public-acl", "the ACL cannot be known", this(), place(module, "var.acl", 0));
    finding.kind = FindingKind::Unknown;
    finding.depends_on = Some("var.acl".into());
    finding.call_chain.push(place(storage, "module \"logs\"", 0));
    let rule = &MODULE[MODULE.find("lifecycle_rule").expect("in it")..MODULE.rfind("\n}").expect("in it")];
    let finding =
        builder.finding("aws/s3/short-expiry", "objects expire after 30 days", this(), place(module, rule, 0));
    finding.call_chain.push(place(storage, "module \"logs\"", 0));
    finding.suppression = Some(Box::new(Suppression {
        kind: SuppressionKind::Exception,
        reason: "accepted until the archive moves".to_string(),
        location: whole("isms/exceptions.yaml"),
        exception: Some("EX-2026-003".into()),
    }));
    builder.finding(
        "scan/unreadable",
        "the file cannot be read: expected `}`",
        resource("scan/file", "infra/broken.tf", None, "."),
        whole("infra/broken.tf"),
    );
    let plan = resource("isms/incident-plan", "isms/incident-plan", None, "isms");
    let finding = builder.finding(
        "isms/incident-plan/outcome-not-told",
        "the plan names a desk, but no way back",
        plan,
        place("isms/incident-plan.md", "Everyone reports what they see to the security desk.", 0),
    );
    finding.severity = Severity::Low;
    finding.presence = Some(Presence::Partial);
    finding.missing = vec!["how reporters are told".to_string(), "when".to_string()];
    let container = resource("container", "Deployment.shop.web/web", Some("Deployment.shop.web"), "k8s");
    builder.finding(
        "kubernetes/image-not-pinned",
        "image `registry.example/web:latest` is not pinned",
        container,
        place("k8s/web.yaml", "registry.example/web:latest", 0),
    );
}

fn passes(builder: &Builder) -> Vec<Pass> {
    let pass = |rule: &str, resource, location, evidence, presence, count| Pass {
        rule: builder.rule(rule),
        check: 0,
        resource,
        location,
        evidence,
        presence,
        count,
    };
    let procedure = resource("isms/incident-plan", "isms/reporting", None, "isms");
    let page =
        Location { path: Arc::from("isms/reporting.docx"), region: None, words: Some("page 3, paragraph 12".into()) };
    let repository = resource("repository", "repository", None, ".");
    vec![
        pass("aws/s3/public-acl", None, whole("infra/Ablage für 100 % #1.tf"), Vec::new(), None, 3),
        pass("aws/s3/short-expiry", None, whole("infra/Ablage für 100 % #1.tf"), Vec::new(), None, 1),
        pass(
            "isms/incident-plan/outcome-not-told",
            Some(Arc::new(procedure)),
            page,
            vec![place("isms/incident-plan.md", "Everyone", 0)],
            Some(Presence::Present),
            1,
        ),
        pass("repository/unsigned-commits", Some(Arc::new(repository)), Location::default(), Vec::new(), None, 1),
    ]
}

fn files() -> Vec<ScannedFile> {
    let file = |path: &str, state| ScannedFile { path: Arc::from(path), state };
    vec![
        file("README.md", FileState::NotRecognised),
        file("annexa.yaml", FileState::NotRecognised),
        file("infra/Ablage für 100 % #1.tf", FileState::Evaluated(vec!["terraform"])),
        file("infra/broken.tf", FileState::Unreadable("expected `}`".to_string())),
        file("infra/modules/bucket/main.tf", FileState::Evaluated(vec!["terraform"])),
        file("infra/modules/bucket/variables.tf", FileState::Context),
        file("isms/incident-plan.md", FileState::Evaluated(vec!["isms"])),
        file("isms/reporting.docx", FileState::Evaluated(vec!["isms"])),
        file("k8s/chart/templates/web.yaml", FileState::SetAside("a template that is not rendered")),
        file("k8s/web.yaml", FileState::Evaluated(vec!["kubernetes"])),
    ]
}

fn facts() -> IsmsFacts {
    let row = |control: &str, applicable, justification: &str| ApplicabilityRow {
        control: control.into(),
        applicable: Some(applicable),
        justification: justification.to_string(),
        status: "implemented".into(),
        owner: "Ines Moreau".to_string(),
        risks: vec!["R-3".to_string()],
        documents: vec!["storage standard".to_string()],
        location: whole("isms/soa.yaml"),
        place: Place::NOWHERE,
    };
    IsmsFacts {
        exists: true,
        documents: vec![RecognisedDocument {
            path: Arc::from("isms/incident-plan.md"),
            document_type: "incident-plan".into(),
            because: "its title says so".to_string(),
            title: "Incident management plan".to_string(),
            standing: Some(Standing { owned: true, approved: false, current: true }),
            dated: Some(date(2026, 3, 2)),
        }],
        applicability: vec![row("A.7.4", false, "there are no premises"), row("A.8.3", true, "risk R-3")],
        exceptions: vec![AcceptedDeviation {
            id: "EX-2026-003".into(),
            owner: "Ines Moreau".to_string(),
            approver: "Tom Farrow".to_string(),
            reason: "accepted until the archive moves".to_string(),
            expires: Some(date(2027, 1, 31)),
            path: Arc::from("isms/exceptions.yaml"),
        }],
        corrective_actions: Vec::new(),
        attestations: vec![Attestation {
            control: "A.6.3".into(),
            facet: Facet::Operating,
            statement: "training held on 2026-09-01, says Ines Moreau".to_string(),
            given: Some(date(2026, 9, 1)),
            valid_until: Some(date(2027, 8, 31)),
            place: Place::NOWHERE,
            location: whole("isms/attestations.yaml"),
        }],
        requirements: Vec::new(),
        references: std::collections::BTreeMap::new(),
    }
}

/// The rich assessment.
pub(super) fn assessment() -> Assessment {
    let mut builder = Builder { rules: runs(), findings: Vec::new() };
    findings(&mut builder);
    let passes = passes(&builder);
    let notice = Notice {
        id: "module-not-installed",
        message: "module `vpc` is not in the repository; vendor it to have it judged".to_string(),
        place: Place::NOWHERE,
    };
    Assessment {
        today: date(2026, 11, 22),
        framework: Framework::Iso2022,
        prefix: String::new(),
        rules: builder.rules,
        findings: builder.findings,
        undecided: Vec::new(),
        passes,
        files: files(),
        not_read: vec![NotRead {
            path: Arc::from("infra/plan.json"),
            reason: NotReadReason::TooLarge,
            detail: "has 20971520 bytes, and files above 10 MiB are not read".to_string(),
        }],
        other_files: 12,
        excluded_files: 3,
        not_entered: vec![NotEntered { path: Arc::from("vendor/charts"), reason: "a git submodule" }],
        notices: vec![(notice, place("infra/Ablage für 100 % #1.tf", "module \"logs\"", 0))],
        units: [("terraform", 1), ("kubernetes", 1), ("isms", 1)].into(),
        resources: [("terraform".into(), 4), ("kubernetes".into(), 1), ("container".into(), 1), ("isms".into(), 3)]
            .into(),
        isms: facts(),
        rule_set_digest: "5f".repeat(32),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_string()),
        repository: Some("https://git.example/acme/platform".to_string()),
        limited: Some("only some rules were asked for".to_string()),
        comparison: None,
    }
}

/// An assessment of an empty folder.
pub(super) fn empty() -> Assessment {
    Assessment {
        rules: Vec::new(),
        findings: Vec::new(),
        passes: Vec::new(),
        files: Vec::new(),
        not_read: Vec::new(),
        other_files: 0,
        excluded_files: 0,
        not_entered: Vec::new(),
        notices: Vec::new(),
        units: BTreeMap::new(),
        resources: BTreeMap::new(),
        isms: IsmsFacts::default(),
        commit: None,
        repository: None,
        limited: None,
        ..assessment()
    }
}
