#!/bin/bash
# scan.sh: the scan of action.yml. Takes its inputs from the environment (ANNEXA_*), writes the reports, the outputs and
# the job summary. Exits with 0 on findings too, because the upload and the gate come after; with 2 on a mistake in
# the inputs, a rule or the configuration.
set -euo pipefail

# GitHub drops a summary of more than 1024 KiB as a whole; other steps of the job have their own.
readonly summary_limit=$((960 * 1024))
# Outside the work tree, so that no later scan reads a report as a document.
readonly folder=${ANNEXA_OUTPUT_DIR:-$RUNNER_TEMP/annexa-reports}
readonly sarif=$folder/annexa.sarif evidence=$folder/annexa-evidence.sarif report=$folder/annexa.md
readonly findings=$folder/annexa.json coverage=$folder/annexa-coverage.json annotations=$folder/annexa-annotations.txt

arguments=(scan --color always --format text --format "github=$sarif" --format "sarif=$evidence" --format "markdown=$report"
  --format "json=$findings" --format "annotations=$annotations")
# What both commands are told, so that they speak of the same.
common=()

# lines OPTION TEXT: adds the option once for each line of the text
lines() {
  local line
  while IFS= read -r line; do
    if [ -n "$line" ]; then common+=("$1" "$line"); fi
  done <<< "$2"
}

# base: the revision to compare with; nothing where there is none
base() {
  case ${ANNEXA_DIFF_BASE:-} in
    none) ;;
    ?*) echo "$ANNEXA_DIFF_BASE" ;;
    *)
      local target=origin/${GITHUB_BASE_REF:-}
      if [ -z "${GITHUB_BASE_REF:-}" ] || [ -n "${ANNEXA_BASELINE:-}" ]; then return; fi
      if git merge-base HEAD "$target" > /dev/null 2>&1; then
        echo "$target"
      else
        echo "::warning title=annexa::the checkout has no history to compare with $target, so all findings count; give actions/checkout fetch-depth: 0" >&2
      fi
      ;;
  esac
}

lines --rules "${ANNEXA_RULES:-}"
lines --config "${ANNEXA_CONFIG:-}"
lines --framework "${ANNEXA_FRAMEWORK:-}"
while IFS= read -r line; do
  if [ -n "$line" ]; then arguments+=(--format "$line"); fi
done <<< "${ANNEXA_FORMAT:-}"
compared=false
revision=$(base)
if [ -n "$revision" ]; then compared=true arguments+=(--base "$revision"); fi
if [ -n "${ANNEXA_BASELINE:-}" ]; then compared=true arguments+=(--baseline "$ANNEXA_BASELINE"); fi
if [ "$compared" = true ]; then
  # The base is not this change's fault: what counts is what it adds.
  arguments+=(--fail-on-new "${ANNEXA_FAIL_ON:-configured}")
elif [ -n "${ANNEXA_FAIL_ON:-}" ]; then
  arguments+=(--fail-on "$ANNEXA_FAIL_ON")
fi
if [ "${ANNEXA_STRICT:-false}" = true ]; then arguments+=(--strict); fi
if [ "${ANNEXA_SHOW_UNKNOWN:-false}" = true ]; then arguments+=(--show-unknown); fi
paths=()
while IFS= read -r path; do
  if [ -n "$path" ]; then paths+=("$path"); fi
done <<< "${ANNEXA_PATH:-.}"

mkdir -p "$folder"
status=0
annexa "${arguments[@]}" "${common[@]}" -- "${paths[@]}" || status=$?
case $status in
  0) result=clean ;;
  1) result=findings ;;
  3) result=incomplete ;;
  *) exit "$status" ;;
esac

annexa coverage --format "json=$coverage" "${common[@]}" -- "${paths[@]}"
if [ "${ANNEXA_ANNOTATIONS:-false}" = true ]; then cat "$annotations"; fi

left_out=$(jq '.runs[0].properties.resultsLeftOut // empty' "$sarif")
if [ -n "$left_out" ]; then
  echo "::warning title=annexa::code scanning keeps 5000 findings; $left_out more, none of them more severe, are only in the other reports"
fi

# open FILTER: how many open findings of the report there are
open() {
  jq "[.findings[] | select(.kind == \"fail\" and .suppression == null) | select($1)] | length" "$findings"
}

{
  echo "result=$result"
  echo "findings=$(open true)"
  if [ "$compared" = true ]; then echo "new-findings=$(open '.change == "new" or .change == "worse"')"; fi
  echo "sarif-file=$sarif"
  echo "evidence-file=$evidence"
  echo "report-file=$report"
  echo "coverage=$coverage"
} >> "$GITHUB_OUTPUT"

if [ "${ANNEXA_SUMMARY:-true}" = true ]; then
  # Whole lines only: half a line of a table would spoil the rest.
  awk -v limit="$summary_limit" '
    { size += length($0) + 1 }
    size > limit { print "\n(The report goes on; it is cut here because GitHub shows no longer summary.)"; exit }
    { print }
  ' "$report" >> "$GITHUB_STEP_SUMMARY"
fi
