#!/bin/bash
# comment.sh: keeps one comment on a pull request up to date. Takes PULL_REQUEST, REPORT and GH_TOKEN.
set -euo pipefail

readonly marker='<!-- annexa -->'
# GitHub takes 65,536 characters and drops the rest of the request otherwise; the report keeps below 60,000 bytes.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{ echo "$marker"; cat "$REPORT"; } > "$body"

comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
# A comment of somebody else that quotes the marker is not ours to edit: ours begins with it, and a program wrote it.
first=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
if ! known=$(gh api --paginate "$comments" --jq "$first"); then
  echo "::warning title=annexa::the comments of the pull request cannot be read; the report is in the job summary"
  exit 0
fi
known=${known%%$'\n'*}
if [ -n "$known" ]; then
  request=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known")
else
  request=(--method POST "$comments")
fi
if ! gh api "${request[@]}" --field "body=@$body" --silent; then
  echo "::warning title=annexa::the comment cannot be written (does the job have pull-requests: write?); the report is in the job summary"
fi
