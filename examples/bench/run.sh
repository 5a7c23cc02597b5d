#!/usr/bin/env bash
# pg2crdb lint beside squawk on the same files, in one run of hyperfine: the SQL
# files of a Temporal release, and a history of 10 MB that is made here.
#
#   examples/bench/run.sh [DIRECTORY FOR THE FILES AND RESULTS]
#
# squawk comes from npm (squawk-cli); its own binary is measured, without the
# Node.js script around it. Both write their report as JSON to /dev/null.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=${1:-$(mktemp -d)}
mkdir -p "$dir"
release=${TEMPORAL:-v1.30.4}

skip() {
  echo "skipped: $*"
  exit 0
}

# squawk_binary prints the path of the binary behind the npm package.
squawk_binary() {
  local script link
  script=${SQUAWK:-$(command -v squawk || true)}
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

# temporal prints the schema folder of the release in the module cache.
temporal() {
  local module
  module=$(go mod download -json "go.temporal.io/server@$release" 2>/dev/null | sed -n 's/.*"Zip": "\(.*\)".*/\1/p')
  [ -n "$module" ] || return 1
  mkdir -p "$dir/temporal"
  unzip -qo "$module" '*/schema/postgresql/v12/*' -d "$dir/temporal"
  find "$dir/temporal" -type d -path '*/schema/postgresql/v12'
}

# history writes 200 migrations of 50 kB: tables, indexes, columns, comments.
history() {
  mkdir -p "$1"
  awk -v dir="$1" 'BEGIN {
    for (f = 1; f <= 200; f++) {
      file = sprintf("%s/%04d_step.sql", dir, f)
      for (t = 1; t <= 64; t++) {
        name = sprintf("t_%d_%d", f, t)
        printf "-- %s: orders of the customer, step %d\n", name, f > file
        printf "CREATE TABLE %s (\n  id BIGSERIAL PRIMARY KEY,\n  customer_id BIGINT NOT NULL,\n", name > file
        printf "  doc JSONB NOT NULL DEFAULT %s,\n  note VARCHAR(255),\n", "\047{}\047" > file
        printf "  amount NUMERIC(12, 2) CHECK (amount >= 0),\n  n INTEGER NOT NULL DEFAULT 0,\n" > file
        printf "  created_at TIMESTAMPTZ NOT NULL DEFAULT now()\n);\n" > file
        printf "CREATE INDEX %s_customer ON %s (customer_id, created_at DESC) WHERE amount > 0;\n", name, name > file
        printf "CREATE INDEX %s_doc ON %s USING gin (doc jsonb_path_ops);\n", name, name > file
        printf "ALTER TABLE %s ADD COLUMN state TEXT, ADD COLUMN changed_at TIMESTAMP;\n", name > file
        printf "COMMENT ON TABLE %s IS %s;\n\n", name, "\047orders\047" > file
      }
      close(file)
    }
  }'
}

compare() {
  local name=$1 path=$2
  mapfile -d '' files < <(find "$path" -name '*.sql' -print0 | sort -z)
  printf '\n== %s: %d files, %d bytes\n' "$name" "${#files[@]}" "$(cat "${files[@]}" | wc -c)"
  printf '%s\0' "${files[@]}" >"$dir/$name.files"
  hyperfine --ignore-failure --warmup 2 --export-markdown "$dir/$name.md" \
    --command-name "pg2crdb lint" "'$dir/pg2crdb' lint --no-config --format json '$path' >/dev/null" \
    --command-name "squawk" "xargs -0 '$squawk' --reporter json <'$dir/$name.files' >/dev/null"
}

if path=$(temporal) && [ -n "$path" ]; then
  compare temporal "$path"
else
  echo "skipped: go.temporal.io/server@$release is not to be had"
fi
history "$dir/history"
compare history "$dir/history"
