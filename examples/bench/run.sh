#!/usr/bin/env bash
# pg2crdb lint beside squawk on the same files, in one run of hyperfine: the SQL
# files of a Temporal release, and a file of 10 MB that internal/synth makes.
#
#   examples/bench/run.sh [DIRECTORY FOR THE FILES AND RESULTS]
#
# squawk comes from npm (squawk-cli). It is measured as npm installs it, a script
# of Node.js around a binary, and that binary by itself as well. All write their
# report as JSON to /dev/null.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=${1:-$(mktemp -d)}
mkdir -p "$dir"
release=${TEMPORAL:-v1.30.4}

skip() {
  echo "skipped: $*"
  exit 0
}

script=${SQUAWK:-$(command -v squawk || true)} # as npm installs it

# squawk_binary prints the path of the binary behind the npm package.
squawk_binary() {
  local link
  [ -n "$script" ] || return 1
  link=$(readlink -f "$script")
  if head -c 2 "$link" | grep -q '#!'; then
    find "$(dirname "$link")/../../.." -path '*@squawk-cli*' -type f -name 'squawk' -perm -u+x | head -n 1
  else
    echo "$link"
  fi
}

command -v hyperfine >/dev/null || skip "hyperfine is not installed"
squawk=$(squawk_binary) || skip "squawk is not installed (npm install squawk-cli; set SQUAWK to its path)"
[ -n "$squawk" ] || skip "the binary of squawk-cli was not found"

go build -o "$dir/pg2crdb" ./cmd/pg2crdb
printf '%s\n' "$("$dir/pg2crdb" version | head -n 1)" "$("$squawk" --version)" "$(hyperfine --version)"

# temporal prints the schema folder of the release in the module cache.
temporal() {
  local module
  module=$(go mod download -json "go.temporal.io/server@$release" 2>/dev/null | sed -n 's/.*"Zip": "\(.*\)".*/\1/p')
  [ -n "$module" ] || return 1
  mkdir -p "$dir/temporal"
  unzip -qo "$module" '*/schema/postgresql/v12/*' -d "$dir/temporal"
  find "$dir/temporal" -type d -path '*/schema/postgresql/v12'
}

compare() {
  local name=$1 path=$2
  mapfile -d '' files < <(find "$path" -name '*.sql' -print0 | sort -z)
  printf '\n== %s: %d files, %d bytes\n' "$name" "${#files[@]}" "$(cat "${files[@]}" | wc -c)"
  printf '%s\0' "${files[@]}" >"$dir/$name.files"
  hyperfine --ignore-failure --warmup 2 --export-markdown "$dir/$name.md" \
    --command-name "pg2crdb lint" "'$dir/pg2crdb' lint --no-config --format json '$path' >/dev/null" \
    --command-name "squawk-cli" "xargs -0 '$script' --reporter json <'$dir/$name.files' >/dev/null" \
    --command-name "its binary alone" "xargs -0 '$squawk' --reporter json <'$dir/$name.files' >/dev/null"
}

if path=$(temporal) && [ -n "$path" ]; then
  compare temporal "$path"
else
  echo "skipped: go.temporal.io/server@$release is not to be had"
fi
go run ./internal/tools/synth history 10000000 "$dir/history.sql"
compare history "$dir/history.sql"
