#!/bin/bash
# sarif.sh MULTITOOL GITHUB.sarif FULL.sarif: Microsoft's validator finds no error in either profile.
#
# The validator exits with 0 whatever it finds, so its own log is read. Warnings and notes are printed, errors fail.
set -euo pipefail
multitool=$1 github=$2 full=$3
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 # a bare machine has no ICU

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# errors FILE KINDS: prints the number of errors, and every result of the validator to standard error
errors() {
  rm -f "$work/log.sarif"
  "$multitool" validate "$1" --rule-kind "$2" --output "$work/log.sarif" --log ForceOverwrite > "$work/out" 2>&1 ||
    { cat "$work/out" >&2; exit 1; }
  python3 - "$work/log.sarif" <<'PYTHON'
import collections, json, sys

run = json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"][0]
rules = [rule["id"] for rule in run["tool"]["driver"].get("rules", [])]
seen = collections.Counter()
for result in run.get("results", []):
    rule = result.get("ruleId") or rules[result["ruleIndex"]]
    level = result.get("level", "warning")
    seen[level] += 1
    if seen[level] <= 20:
        place = result["locations"][0]["physicalLocation"]["region"]
        arguments = " ".join(result["message"].get("arguments", [])) or result["message"].get("text", "")
        print(f"  {level}: {rule} at line {place['startLine']}: {arguments}", file=sys.stderr)
broken = any(not invocation.get("executionSuccessful", True) for invocation in run.get("invocations", []))
print("broken" if broken else seen["error"])
PYTHON
}

# A check that cannot fail says nothing: the validator must object to a result without a place and without a rule.
echo '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"bad"}},"results":[{"message":{"text":"bad"}}]}]}' > "$work/bad.sarif"
found=$(errors "$work/bad.sarif" 'Sarif;Ghas' 2> /dev/null)
[ "$found" != 0 ] || { echo "the validator accepts a file that is wrong" >&2; exit 1; }

status=0
for case in "$github|Sarif;Ghas" "$full|Sarif"; do
  file=${case%|*} kinds=${case#*|}
  found=$(errors "$file" "$kinds")
  echo "$(basename "$file") ($kinds): $found errors"
  [ "$found" = 0 ] || status=1
done
exit $status
