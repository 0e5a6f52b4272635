#!/usr/bin/env bash
# Makes the git bundles of this folder. Every name, date and message is fixed, so two runs make the same commits:
# ids.txt holds the commit that each branch and tag ends in, and --check compares a fresh run with it.
#
# The signatures are none: blocks of text in the place where git keeps one. Enough for "is it signed", useless for
# "by whom", and no key is needed to make them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
acme=$here/../acme
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 TZ=UTC LC_ALL=C
umask 022

# --- commits ---------------------------------------------------------------------------------------------------------

person() {
  case $1 in
    adeyemi) echo "Grace Adeyemi <grace.adeyemi@quillmere.example>" ;;
    aarden) echo "Nils Aarden <nils.aarden@quillmere.example>" ;;
    falk) echo "Edda Falk <edda.falk@quillmere.example>" ;;
    hollis) echo "Ben Hollis <ben.hollis@quillmere.example>" ;;
    joshi) echo "Kavita Joshi <kavita.joshi@quillmere.example>" ;;
    lindqvist) echo "Tobias Lindqvist <tobias.lindqvist@quillmere.example>" ;;
    raman) echo "Priya Raman <priya.raman@quillmere.example>" ;;
    tan) echo "Mei Tan <mei.tan@quillmere.example>" ;;
    zielak) echo "Piotr Zielak <piotr.zielak@quillmere.example>" ;;
    *) echo "no such person: $1" >&2; exit 1 ;;
  esac
}

# Three developers have no hardware key yet.
signs() { case $1 in hollis | joshi | tan) return 1 ;; *) return 0 ;; esac; }

signature() {
  printf '%s\n' "-----BEGIN SSH SIGNATURE-----" "this stands where a signature would stand" "made for a test, by nobody" \
    "-----END SSH SIGNATURE-----"
}

# seconds DATE TIME: since 1970, UTC
seconds() { date -u -d "$1 $2" +%s; }

# object WHO WHEN MESSAGE PARENT…: writes a commit of the index, prints its id
object() {
  local who=$1 when=$2 message=$3 line first=yes
  shift 3
  {
    echo "tree $(git write-tree)"
    for line in "$@"; do echo "parent $line"; done
    echo "author $(person "$who") $when +0000"
    echo "committer $(person "$who") $when +0000"
    if signs "$who"; then
      while IFS= read -r line; do
        if [ $first = yes ]; then echo "gpgsig $line"; first=no; else echo " $line"; fi
      done < <(signature)
    fi
    printf '\n%s\n' "$message"
  } | git hash-object -t commit -w --stdin
}

main=""  # where the main branch stands
tip=""   # where the branch of the present pull request stands

# direct WHO DATE MESSAGE: a commit straight on main
direct() {
  git add -A
  main=$(object "$1" "$(seconds "$2" 09:30)" "$3" ${main:+"$main"})
  tip=$main
}

# branch WHO DATE MESSAGE: a commit on the branch of a pull request
branch() {
  git add -A
  tip=$(object "$1" "$(seconds "$2" 10:15)" "$3" "$tip")
}

# merge NUMBER WHO DATE TITLE [REVIEWER]: the pull request reaches main; without a reviewer nobody looked at it
merge() {
  local message="Merge pull request #$1: $4"
  if [ -n "${5:-}" ]; then message+=$'\n\n'"Reviewed-by: $(person "$5")"; fi
  main=$(object "$2" "$(seconds "$3" 15:40)" "$message" "$main" "$tip")
  tip=$main
}

# tag NAME WHO DATE MESSAGE
tag() {
  {
    printf 'object %s\ntype commit\ntag %s\ntagger %s %s +0000\n\n%s\n' \
      "$main" "$1" "$(person "$2")" "$(seconds "$3" 16:00)" "$4"
    signature
  } | git hash-object -t tag -w --stdin | xargs git update-ref "refs/tags/$1"
}

begin() {
  main="" tip=""
  git init -q -b main "$work/$1"
  cd "$work/$1"
  git config core.autocrlf false
  git config core.filemode false
}

finish() {
  git update-ref refs/heads/main "$main"
  git -c pack.threads=1 bundle create -q "$work/$1.bundle" --all HEAD
  git for-each-ref --format="$1 %(refname) %(objectname)" >> "$work/ids.txt"
}

# put PATH…: files or folders of the company as they are today
put() {
  local path
  for path in "$@"; do
    mkdir -p "$(dirname "$path")"
    cp -R "$acme/$path" "$(dirname "$path")/"
  done
}

# put_old SED PATH: a file as it was before
put_old() {
  mkdir -p "$(dirname "$2")"
  sed -E "$1" "$acme/$2" > "$2"
}

# put_last_year PATH…: documents with the dates of the year before
put_last_year() {
  local path
  for path in "$@"; do put_old 's/2026-/2025-/g; s/2027-/2026-/g' "$path"; done
}

# write PATH: a file from standard input
write() {
  mkdir -p "$(dirname "$1")"
  cat > "$1"
}

# --- the company of testdata/acme: fourteen months, three people without keys ------------------------------------------

begin acme

put_old '/infrastructure|kubernetes|isms/d' README.md
put .gitignore services/shop compose.yaml local.env.sample
put_old '/^# The certificate/,/^RUN update/d' services/api/Dockerfile
put_old '/^# Fonts/,/lettersmith.example/d; /^# By number/d; /fonts|pdfpress/d; s/--from=0/--from=build/' services/worker/Dockerfile
direct lindqvist 2025-09-22 "Bring shop, API and worker into one repository"

put infrastructure/aws/{versions,locals,network,storage,database,keys}.tf
put_old '/Was opened/,/^}/d' infrastructure/aws/variables.tf
branch zielak 2025-09-29 "Describe network, database and storage of the shop as code"
merge 1 raman 2025-09-30 "Infrastructure of the shop" raman

put infrastructure/aws/identity.tf infrastructure/aws/cluster.tf
put_old 's/short_retention_days|var.log_retention_days|90$/90/' infrastructure/aws/logging.tf
branch adeyemi 2025-10-08 "Add roles, cluster and log groups"
merge 2 raman 2025-10-09 "Roles, cluster and logs" raman

put isms/backup-policy.md
put_last_year isms/{access-control,cryptography,acceptable-use}-policy.md isms/scope.md
put_old 's/365 days/180 days/; s/^version: "2.0"/version: "1.3"/; s/2026-04-13|2026-05-01/2025-04-14/' \
  isms/logging-and-monitoring-policy.md
direct falk 2025-10-21 "Move the policies from the shared drive into the repository"

put .github/workflows/ci.yml .github/dependabot.yml .github/pull_request_template.md
branch aarden 2025-11-05 "Test every service and plan the infrastructure on pull requests"
merge 3 lindqvist 2025-11-06 "Continuous integration" lindqvist

put_last_year isms/incident/{incident-management-plan,reporting-procedure,playbook-ransomware,contacts}.md
direct falk 2025-11-17 "Incident plan: what the taken-over mailbox taught us"

put kubernetes/shop/{namespace,shop,api}.yaml
put_old 's/worker:latest/worker:1.9.0/; /Limits were taken/d' kubernetes/shop/worker.yaml
branch joshi 2025-12-02 "Take the deployments over from the old cluster"
put kubernetes/shop/ingress.yaml kubernetes/shop/network-policies.yaml
branch joshi 2025-12-03 "Add the ingress and close the namespace by default"
merge 4 adeyemi 2025-12-04 "Deployments of the shop" adeyemi

put services/api/Dockerfile
branch hollis 2026-01-13 "Trust the partner bank's new root certificate"
merge 5 lindqvist 2026-01-13 "Partner bank's certificate" lindqvist

put isms/{information-security,acceptable-use}-policy.md isms/{scope,objectives,risk-methodology,internal-audit-programme}.md
direct falk 2026-01-26 "Policy, objectives and audit programme of the year, as approved by management"

put infrastructure/azure infrastructure/README.md
branch zielak 2026-01-27 "Describe bookkeeping archive and reporting in Azure"
merge 6 raman 2026-01-29 "Office and reporting" raman

put README.md SECURITY.md CODEOWNERS isms/access-control-policy.md
branch raman 2026-02-17 "Access control policy 2.3, owners of folders, and the way to report a weakness"
merge 7 falk 2026-02-18 "Access control policy and owners" falk

put_old '/^FROM debian/s/ AS build$/ AS tools/; /^# (Fonts|By number)/d; s/--from=0/--from=build/;
  s/--from=build (.*(fonts|pdfpress))/--from=tools \1/' services/worker/Dockerfile
branch tan 2026-02-24 "Put the fonts and the PDF tool into the worker's image"
put services/worker
branch tan 2026-02-25 "Tidy the stages of the worker's image"
merge 8 tan 2026-02-25 "Fonts for engraving previews"

put infrastructure/aws/security-groups.tf infrastructure/aws/variables.tf
direct raman 2026-03-06 "Open the build machines for the migration weekend"

put isms/cryptography-policy.md
direct raman 2026-03-09 "Cryptography policy 1.5: a key of its own for the export"

put kubernetes/control-plane
branch adeyemi 2026-03-24 "Keep the workshop's control plane in the repository"
merge 9 zielak 2026-03-25 "Workshop cluster" zielak

put isms/logging-and-monitoring-policy.md infrastructure/aws/logging.tf
branch raman 2026-04-14 "Keep logs for a year: policy and the first log groups"
merge 10 falk 2026-04-16 "Logging policy 2.0" falk
tag v4.11.0 lindqvist 2026-04-20 "Shop 4.11.0"

put kubernetes/shop/sessions.yaml
branch joshi 2026-04-28 "Keep sessions in Valkey"
merge 11 adeyemi 2026-04-29 "Sessions" adeyemi

put isms/supplier-policy.md isms/registers/supplier-register.yaml
branch falk 2026-05-12 "Supplier policy 1.2 and the register of suppliers"
merge 12 raman 2026-05-13 "Suppliers" raman

put isms/internal-audit-report-2026-05.md
put_old '/- id: CA-06/,$d' isms/registers/corrective-actions.yaml
direct falk 2026-06-02 "Audit report and what follows from it"

put isms/incident
direct falk 2026-06-15 "Incident plan 2.2: tell company customers within 24 hours"

put isms/secure-development-policy.md
branch lindqvist 2026-06-29 "Development policy: sign commits and tags"
merge 13 aarden 2026-06-30 "Development policy 1.3" aarden

put kubernetes/shop/worker.yaml
branch hollis 2026-07-08 "Worker: take the limits out until the leak is found"
put kubernetes/staging
branch hollis 2026-07-08 "Add a debug pod on staging"
merge 14 lindqvist 2026-07-09 "Hunt for the leak" lindqvist

put .github/workflows/triage.yml
branch aarden 2026-07-21 "Label issues by the first word of their title"
merge 15 lindqvist 2026-07-21 "Triage" lindqvist

put .github/workflows/release.yml
branch tan 2026-08-11 "Announce releases to the team"
merge 16 aarden 2026-08-12 "Releases" aarden
tag v4.12.0 lindqvist 2026-08-17 "Shop 4.12.0"

put kubernetes/shop/rbac.yaml
branch zielak 2026-09-08 "Let the dashboard act in the name of who is signed in"
merge 17 adeyemi 2026-09-09 "Dashboard" adeyemi

put isms/management-review-2026-09.md
direct falk 2026-09-23 "Minutes of the management review"

put infrastructure/edge kubernetes/monitoring
branch adeyemi 2026-10-06 "Begin to move the content delivery network and the alerts into code"
merge 18 raman 2026-10-07 "Network edge and alerts" raman

put isms/registers/{statement-of-applicability,exceptions,attestations}.yaml
put isms/registers/{risk-register,asset-inventory,training-records,training-records-2024}.csv
direct falk 2026-10-19 "Statement of Applicability 2.4 and the risks of the year"

put kubernetes/shop/bookkeeping-export.yaml
branch joshi 2026-11-09 "Export invoices to the bookkeeping archive each night"
merge 19 raman 2026-11-10 "Bookkeeping export" raman

put annexa.yaml
branch aarden 2026-11-18 "Configure the compliance scan"
merge 20 falk 2026-11-19 "Compliance scan" falk

git rm -rqf --cached . && find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
cp -R "$acme/." .
direct falk 2026-11-20 "Bring the registers up to date"

finish acme

# --- a small library that does it right: everything signed, reviewed, owned ----------------------------------------------

begin signed

write README.md <<'TEXT'
# nib

Measures how ink flows, for the previews in Quillmere's shop.
TEXT
write LICENSE <<'TEXT'
All rights reserved, Quillmere Ltd. Use inside the company only.
TEXT
write .gitignore <<'TEXT'
target/
.env
*.pem
TEXT
write SECURITY.md <<'TEXT'
# Security
Write to security@quillmere.example. We confirm within two working days and mend critical weaknesses within seven.
TEXT
write CODEOWNERS <<'TEXT'
*          @quillmere/development
/.github/  @quillmere/platform @quillmere/security
TEXT
direct lindqvist 2026-01-12 "Start the library for ink"

write src/flow.txt <<'TEXT'
flow = width * speed
TEXT
branch aarden 2026-02-03 "Estimate the flow from width and speed"
merge 1 lindqvist 2026-02-04 "Flow" lindqvist

write .github/dependabot.yml <<'TEXT'
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: { interval: weekly }
TEXT
write .github/workflows/ci.yml <<'TEXT'
name: ci
on: [pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - run: make test
TEXT
branch adeyemi 2026-04-14 "Test pull requests and follow new versions"
merge 2 raman 2026-04-15 "Continuous integration" raman

write src/paper.txt <<'TEXT'
spread = flow * absorption
TEXT
branch aarden 2026-07-07 "Spread the ink by the paper's absorption"
merge 3 zielak 2026-07-08 "Paper" zielak
tag v1.0.0 lindqvist 2026-07-13 "nib 1.0.0"

write src/paper.txt <<'TEXT'
spread = flow * absorption * humidity
TEXT
branch zielak 2026-10-20 "Take the humidity of the workshop into account"
merge 4 aarden 2026-10-21 "Humidity" aarden

finish signed

# --- what must not be tracked: a file of settings and a private key, both fake ---------------------------------------------

begin secrets

write README.md <<'TEXT'
# label-printer

Prints shipping labels in the warehouse.
TEXT
direct hollis 2026-05-04 "Print labels"

write .env <<'TEXT'
PRINTER_HOST=printer.quillmere.example
CARRIER_PASSWORD=not-a-password-but-a-test
TEXT
direct hollis 2026-05-05 "Settings of the warehouse machine"

write deploy/id_rsa <<'TEXT'
Here would be a private key. This one opens nothing.
TEXT
direct tan 2026-05-06 "Deploy over SSH"

write label.txt <<'TEXT'
name
street
TEXT
direct hollis 2026-08-19 "Shorter labels"

finish secrets

# -------------------------------------------------------------------------------------------------------------------------

if [ "${1:-}" = --check ]; then
  diff -u "$here/ids.txt" "$work/ids.txt" && echo "the bundles are what this script makes"
else
  cp "$work"/*.bundle "$work/ids.txt" "$here/"
  ls -l "$here"/*.bundle
fi
