#!/bin/sh
# Validates SARIF files with Microsoft's own validator: .ci/sarif.sh RULE-KINDS FILE...
#   .ci/sarif.sh 'Sarif' full.sarif        .ci/sarif.sh 'Sarif;Ghas' github.sarif
# Fails on the first error. Warnings and notes are printed, so that a new one is seen.
#
# The validator's npm wrapper passes its arguments through a shell, which takes the `;` between rule kinds for the end
# of the command, so that everything after it is silently left out. The inner quotes keep it whole.
set -eu

kinds=${1:?rule kinds, such as 'Sarif;Ghas'}
shift
[ $# -gt 0 ] || { echo "no file to validate" >&2; exit 2; }

export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
log=$(mktemp)
trap 'rm -f "$log" "$log.sarif"' EXIT

for file in "$@"; do
    case $file in /*) path=$file ;; *) path=$PWD/$file ;; esac
    npx --yes @microsoft/sarif-multitool@5.7.0 validate "'$path'" --rule-kind "'$kinds'" \
        --output "$log.sarif" --log ForceOverwrite >"$log" 2>&1 || true
    grep -v '^npm warn' "$log" || true
    if grep -q '): error ' "$log" || ! grep -q 'Analysis completed successfully' "$log"; then
        echo "$file: not valid for $kinds" >&2
        exit 1
    fi
done
