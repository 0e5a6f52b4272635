#!/bin/bash
# platform.sh: decides where findings are shown. Takes the inputs UPLOAD and ANNOTATIONS (true, false, auto), whether
# the pull request comes from a FORK, and GH_TOKEN; writes the outputs `upload` and `annotations` (true or false).
set -euo pipefail

# available: whether code scanning takes an upload here, as far as the token may know
available() {
  if [ "${FORK:-}" = true ]; then
    echo "the pull request comes from a fork, whose token may not upload"
    return 1
  fi
  local answer
  # Without an analysis so far the answer is 404 and says so; where code scanning is off, it is 403 or another 404.
  if answer=$(gh api "repos/$GITHUB_REPOSITORY/code-scanning/alerts?per_page=1" 2>&1 > /dev/null); then
    return 0
  fi
  case $answer in
    *"no analysis found"*) return 0 ;;
    *) echo "code scanning does not answer: ${answer:-no reason given}" && return 1 ;;
  esac
}

choice() {
  case $2 in
    true | false | auto) ;;
    *)
      echo "::error title=annexa::the input $1 is true, false or auto, not '$2'"
      exit 2
      ;;
  esac
}

upload=${UPLOAD:-auto} annotations=${ANNOTATIONS:-auto}
choice upload-sarif "$upload"
choice annotations "$annotations"
if [ "$upload" = auto ]; then
  if reason=$(available); then
    upload=true
  else
    upload=false
    echo "Findings are not uploaded to code scanning, because $reason. They are in the job summary and beside the code."
  fi
fi
if [ "$annotations" = auto ]; then
  annotations=$([ "$upload" = true ] && echo false || echo true)
fi
{
  echo "upload=$upload"
  echo "annotations=$annotations"
} >> "$GITHUB_OUTPUT"
