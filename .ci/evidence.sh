#!/bin/bash
# Evidence as strangers see it: OSCAL by compliance-trestle, digests by coreutils, the signature by securesystemslib, keys
# as openssl and ssh-keygen make them; and recordings that are killed at any moment.
#
# usage: bash .ci/evidence.sh ANNEXA PYTHON FOLDER [ROUNDS]
set -euo pipefail

annexa=$(realpath "$1")
# Not resolved: a virtual environment is known by the path of its link.
python=$(realpath --no-symlinks "$2")
work=$3
rounds=${4:-40}
checks=$(realpath .ci/evidence.py)
export SOURCE_DATE_EPOCH

fail() {
  echo "error: $1" >&2
  exit 1
}

rm -rf "$work"
mkdir -p "$work"
git -c init.defaultBranch=main clone --quiet testdata/repositories/acme.bundle "$work/acme"
openssl genpkey -algorithm ed25519 -out "$work/key.pem"
openssl pkey -in "$work/key.pem" -pubout -out "$work/key.pub"
ssh-keygen -q -t ed25519 -N '' -C evidence -f "$work/ssh-key"
cd "$work/acme"

record() {
  "$annexa" evidence record "$@"
}

# Three months with a gap, two of them signed by one key, one by another; a change and its amendment; a sign-off.
SOURCE_DATE_EPOCH=$(date -u -d 2026-08-22T09:00:00Z +%s)
record --key ../key.pem > /dev/null
SOURCE_DATE_EPOCH=$(date -u -d 2026-10-22T09:00:00Z +%s)
ANNEXA_EVIDENCE_KEY=$(cat ../ssh-key) record > /dev/null
rm infrastructure/aws/storage.tf
ANNEXA_EVIDENCE_KEY=$(cat ../ssh-key) record --amend > /dev/null
git checkout --quiet -- infrastructure
SOURCE_DATE_EPOCH=$(date -u -d 2026-11-22T09:00:00Z +%s)
record --key ../key.pem
"$annexa" evidence sign-off --evaluator 'Maren Oakes' --role CISO --remark 'two findings to be mended' --key ../key.pem
record --key ../key.pem | grep -q 'already recorded' || fail "the same state was recorded twice"
"$annexa" evidence verify --public-key ../key.pub --public-key ../ssh-key.pub --expect 2026-11
if "$annexa" evidence verify --public-key ../ssh-key.pub > /dev/null; then fail "a stranger's key was trusted"; fi
for entry in evidence/20*; do
  (cd "$entry" && sha256sum --check --quiet --strict SHA256SUMS)
done
"$python" "$checks" evidence ../key.pub
status=0
"$annexa" evidence status > ../status.txt || status=$?
[ "$status" = 1 ] || fail "a gap must make the status exit with 1"
grep -q 'GAPS: nothing was recorded for 2026-09' ../status.txt || fail "the gap is not told"
"$annexa" evidence report --format markdown=../report.md --format json=../report.json
grep -q '| 2026-09 | \*\*gap\*\*' ../report.md || fail "the gap is not in the report"
"$annexa" actions list --all > ../actions.txt
tail -n 1 ../actions.txt

# The page of a recording shows the months before it, and so does one of the work tree.
grep -q 'Changed since 2026-10.2' evidence/2026-11/coverage.html || fail "the page tells nothing of the month before"
"$annexa" coverage --format html=../coverage.html
grep -q 'Nothing was recorded for 2026-09' ../coverage.html || fail "the gap is not on the page"

# What is wrong is named.
cp -r evidence ../damaged
printf ' ' >> ../damaged/2026-10/coverage.md
if "$annexa" evidence verify ../damaged > ../damaged.txt; then fail "a changed file was not found"; fi
grep -q '2026-10/coverage.md was changed' ../damaged.txt || fail "the changed file was not named: $(cat ../damaged.txt)"

# Killed at any moment, a recording leaves the old state or the new.
SOURCE_DATE_EPOCH=$(date -u -d 2026-12-22T09:00:00Z +%s)
begun=$(date +%s%N)
record > /dev/null
whole=$((($(date +%s%N) - begun) / 1000))
old=0
for round in $(seq "$rounds"); do
  rm -rf evidence/2026-12
  # Not by the function: what is killed would be the shell around it.
  "$annexa" evidence record > /dev/null 2>&1 &
  pid=$!
  # From the middle, where the scan ends and the files are written, to beyond the end.
  sleep "$(awk "BEGIN { print $whole / 1000000 * (0.5 + 0.6 * $round / $rounds) }")"
  kill -9 "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  "$annexa" evidence verify > /dev/null || fail "round $round left evidence that is not intact"
  [ -d evidence/2026-12 ] || old=$((old + 1))
done
record > /dev/null
"$annexa" evidence verify > /dev/null
echo "$rounds recordings killed: $old left the old state, $((rounds - old)) the new"
