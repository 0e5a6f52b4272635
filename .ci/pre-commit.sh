#!/bin/bash
# What the hooks of .pre-commit-hooks.yaml do under the real pre-commit: bash .ci/pre-commit.sh ANNEXA PRE_COMMIT WORK
#
# ANNEXA is the program, PRE_COMMIT the command of pre-commit, WORK a folder that is emptied first. The hooks that build
# the program run the same entries; what differs is only how it gets onto the PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
annexa=$(realpath "$1")
pre_commit=$(realpath --no-symlinks "$2")
rm -rf "$3"
mkdir -p "$3/bin"
work=$(realpath "$3")

ln -s "$annexa" "$work/bin/annexa"
export PATH="$work/bin:$(dirname "$pre_commit"):$PATH"
export PRE_COMMIT_HOME="$work/home" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.com
export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.com
log=$work/log

fail() {
  cat "$log"
  echo "error: $1" >&2
  exit 1
}

# refused WHAT SIGHT COMMAND...: the command fails, and tells SIGHT
refused() {
  local what=$1 sight=$2
  shift 2
  if "$@" > "$log" 2>&1; then fail "$what was not refused"; fi
  grep -qF -- "$sight" "$log" || fail "$what was refused, but not for '$sight'"
  echo "refused: $what"
}

# passes WHAT SIGHT COMMAND...: the command succeeds, and tells SIGHT: that the hook ran
passes() {
  local what=$1 sight=$2
  shift 2
  "$@" > "$log" 2>&1 || fail "$what was refused"
  grep -qF -- "$sight" "$log" || fail "$what passed without '$sight'"
  echo "passes: $what"
}

# bucket ACL: a file of Terraform
bucket() {
  printf 'resource "aws_s3_bucket_acl" "site" {\n  bucket = "site"\n  acl    = "%s"\n}\n' "$1"
}

# The hooks as a repository of their own: what is not committed yet can be tried, too.
git init --quiet --initial-branch main "$work/hooks"
cp "$root/.pre-commit-hooks.yaml" "$work/hooks/"
git -C "$work/hooks" add .
git -C "$work/hooks" commit --quiet --message hooks

git init --quiet --initial-branch main "$work/user"
git init --quiet --bare "$work/remote"
cd "$work/user"
git remote add origin "$work/remote"
cat > .pre-commit-config.yaml <<CONFIG
repos:
  - repo: $work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks:
      - id: annexa-system
      - id: annexa-system-repository
CONFIG
printf 'rules:\n  select: [aws/s3/public-acl, repository/tracked-secret]\n' > annexa.yaml
"$pre_commit" install --hook-type pre-commit --hook-type pre-push > "$log" 2>&1 || fail "pre-commit cannot be installed"

hook='annexa (staged content)'
acl='ACL `public-read` gives access to everyone'
git add .pre-commit-config.yaml annexa.yaml
bucket public-read > main.tf
git add main.tf
refused "a first commit with a finding" "$acl" git commit --message first
refused "the same, with try-repo" "$acl" "$pre_commit" try-repo "$root" annexa-system
bucket private > main.tf
git add main.tf
passes "the commit that is put right" "$hook" git commit --message first

# Of a file that is staged in part, that part counts.
{ bucket private; echo; } > main.tf
git add main.tf
bucket public-read > main.tf
passes "a staged part without the finding of the rest" "$hook" git commit --message part
grep -q public-read main.tf || fail "what was not staged is lost"
git add main.tf
bucket private > main.tf
refused "a staged part with a finding that the rest has not" "$acl" git commit --message part
grep -q private main.tf || fail "what was not staged is lost"

git reset --quiet --hard
bucket public-read > main.tf
refused "git commit --all" "$acl" git commit --all --message all
git reset --quiet --hard
printf -- '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n' > key.pem
git add key.pem
refused "a key, which is of no type that rules read" '`key.pem` is a private-key' git commit --message key
git rm --quiet --cached key.pem
rm key.pem

passes "a push" "annexa (whole repository)" git push origin main
bucket public-read > main.tf
git commit --quiet --no-verify --all --message unseen
refused "a push of what no hook has seen" "$acl" git push origin main
