#!/bin/bash
# evidence.sh: records the evidence of the month, signed where ANNEXA_EVIDENCE_KEY holds a key. Takes ANNEXA_CONFIG.
set -euo pipefail

arguments=(evidence record)
if [ -n "${ANNEXA_CONFIG:-}" ]; then arguments+=(--config "$ANNEXA_CONFIG"); fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
annexa "${arguments[@]}" | tee "$said"
# Nothing where the month is recorded already and nothing has changed.
folder=$(sed -n "s/^recorded .* in //p" "$said")
echo "evidence-dir=${folder#"$PWD/"}" >> "$GITHUB_OUTPUT"
