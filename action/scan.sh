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

arguments=(scan --color always --format text --format "github=$sarif" --format "sarif=$evidence" --format "markdown=$report")

# lines OPTION TEXT: adds the option once for each line of the text
lines() {
  local line
  while IFS= read -r line; do
    if [ -n "$line" ]; then arguments+=("$1" "$line"); fi
  done <<< "$2"
}

lines --format "${ANNEXA_FORMAT:-}"
lines --rules "${ANNEXA_RULES:-}"
lines --config "${ANNEXA_CONFIG:-}"
lines --framework "${ANNEXA_FRAMEWORK:-}"
lines --fail-on "${ANNEXA_FAIL_ON:-}"
if [ "${ANNEXA_STRICT:-false}" = true ]; then arguments+=(--strict); fi
if [ "${ANNEXA_SHOW_UNKNOWN:-false}" = true ]; then arguments+=(--show-unknown); fi
arguments+=(--)
while IFS= read -r path; do
  if [ -n "$path" ]; then arguments+=("$path"); fi
done <<< "${ANNEXA_PATH:-.}"

mkdir -p "$folder"
status=0
annexa "${arguments[@]}" || status=$?
case $status in
  0) result=clean ;;
  1) result=findings ;;
  3) result=incomplete ;;
  *) exit "$status" ;;
esac

{
  echo "result=$result"
  echo "sarif-file=$sarif"
  echo "evidence-file=$evidence"
  echo "report-file=$report"
} >> "$GITHUB_OUTPUT"

if [ "${ANNEXA_SUMMARY:-true}" = true ]; then
  # Whole lines only: half a line of a table would spoil the rest.
  awk -v limit="$summary_limit" '
    { size += length($0) + 1 }
    size > limit { print "\n(The report goes on; it is cut here because GitHub shows no longer summary.)"; exit }
    { print }
  ' "$report" >> "$GITHUB_STEP_SUMMARY"
fi
