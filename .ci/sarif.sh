#!/bin/sh
# Validates SARIF files with Microsoft's own validator: .ci/sarif.sh PROGRAM RULE-KINDS FILE...
#   .ci/sarif.sh PROGRAM 'Sarif' full.sarif        .ci/sarif.sh PROGRAM 'Sarif;Ghas' github.sarif
# Fails on the first error. Warnings and notes are printed, so that a new one is seen.
#
# The program is called itself, not by the npm wrapper: that passes its arguments through a shell, which takes the `;`
# between rule kinds for the end of the command, so that everything after it is silently left out.
set -eu

program=${1:?the validator, Sarif.Multitool}
kinds=${2:?rule kinds, such as 'Sarif;Ghas'}
shift 2
[ $# -gt 0 ] || { echo "no file to validate" >&2; exit 2; }

export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
log=$(mktemp)
trap 'rm -f "$log" "$log.sarif"' EXIT

for file in "$@"; do
    "$program" validate "$file" --rule-kind "$kinds" --output "$log.sarif" --log ForceOverwrite >"$log" 2>&1 || true
    tail -n 40 "$log"
    if grep -q '): error ' "$log" || ! grep -q 'Analysis completed successfully' "$log"; then
        echo "$file: not valid for $kinds" >&2
        exit 1
    fi
done
