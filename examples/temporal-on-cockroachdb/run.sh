#!/usr/bin/env bash
# Temporal on CockroachDB from nothing: translate the schema of a release, apply
# it with Temporal's own tool, start the server, run a workflow and find it.
#
# The database is new, so it is set up from the consolidated schema, one CREATE
# TABLE for each table; update-schema then finds nothing left to do. VERSIONED=1
# applies version by version instead, as an upgrade does, which takes minutes.
#
# With COCKROACH_BINARY, TEMPORAL_SERVER and TEMPORAL_SQL_TOOL set it runs these
# binaries, otherwise the containers of compose.yaml. What it starts, it stops.
set -euo pipefail
cd "$(dirname "$0")"

export TEMPORAL_VERSION=${TEMPORAL_VERSION:-1.32.0}
export TEMPORAL_PORT=${TEMPORAL_PORT:-7233}
cockroach_port=${COCKROACH_PORT:-26257}
target=${TARGET:->=23.1}
work=$(mktemp -d)
export SCHEMA=$work/schema
pids=()

say() { printf '\n== %s\n' "$*"; }

local_binaries() { [ -n "${COCKROACH_BINARY:-}" ]; }

stop() {
  status=$?
  if local_binaries; then
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
      kill "${pids[i]}" 2>/dev/null || true
      wait "${pids[i]}" 2>/dev/null || true
    done
  else
    docker compose --profile server --profile tool down --volumes >/dev/null 2>&1 || true
  fi
  if [ "$status" -eq 0 ]; then
    rm -rf "$work"
  else
    echo "failed; what was written is in $work" >&2
  fi
  exit "$status"
}
trap stop EXIT

# wait_for SECONDS COMMAND...
wait_for() {
  local left=$1
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo "no answer: $*" >&2; return 1; }
    sleep 1
  done
}

start_cockroach() {
  if local_binaries; then
    "$COCKROACH_BINARY" start-single-node --insecure --store=type=mem,size=1GiB \
      --listen-addr="127.0.0.1:$cockroach_port" --http-addr=127.0.0.1:0 \
      --log-dir="$work/cockroach" >"$work/cockroach.out" 2>&1 &
    pids+=($!)
    wait_for 120 "$COCKROACH_BINARY" sql --insecure --host="127.0.0.1:$cockroach_port" -e 'SELECT 1'
  else
    docker compose up --detach --wait cockroachdb
  fi
}

# sql_tool DATABASE COMMAND...
sql_tool() {
  local db=$1
  shift
  if local_binaries; then
    "$TEMPORAL_SQL_TOOL" --plugin postgres12 --endpoint 127.0.0.1 --port "$cockroach_port" --user root --database "$db" "$@"
  else
    docker compose run --rm --no-TTY sql-tool --plugin postgres12 --endpoint cockroachdb --port 26257 --user root --database "$db" "$@"
  fi
}

start_temporal() {
  if local_binaries; then
    COCKROACH_ADDRESS=127.0.0.1:$cockroach_port \
      "$TEMPORAL_SERVER" --config-file temporal.yaml --allow-no-auth start >"$work/temporal.out" 2>&1 &
    pids+=($!)
  else
    docker compose --profile server up --detach temporal
  fi
}

if local_binaries; then
  : "${TEMPORAL_SERVER:?the path of temporal-server}" "${TEMPORAL_SQL_TOOL:?the path of temporal-sql-tool}"
fi

say "translate Temporal v$TEMPORAL_VERSION for CockroachDB $target"
pg2crdb() {
  if [ -n "${PG2CRDB:-}" ]; then
    "$PG2CRDB" "$@"
  else
    (cd ../.. && go run ./cmd/pg2crdb "$@")
  fi
}
pg2crdb translate "temporal@v$TEMPORAL_VERSION" --target "$target" -o "$SCHEMA" --report "$work/report.txt" 2>"$work/notes.txt"
pg2crdb translate "temporal@v$TEMPORAL_VERSION" --target "$target" --consolidate -o "$SCHEMA/consolidated" --report /dev/null 2>>"$work/notes.txt"
grep ' statements: ' "$work/report.txt" || true

say "start CockroachDB"
start_cockroach

for store in temporal:temporal visibility:temporal_visibility; do
  dir=${store%%:*} db=${store##*:}
  at=$SCHEMA
  local_binaries || at=/schema
  say "the $dir store, in database $db"
  begin=$SECONDS
  version=$(basename "$(printf '%s\n' "$SCHEMA/$dir/versioned/"v* | sort -V | tail -n 1)")
  setup=(--version "${version#v}" --schema-file "$at/consolidated/$dir/schema.sql")
  [ -z "${VERSIONED:-}" ] || setup=(--version 0.0)
  {
    sql_tool "$db" create-database
    sql_tool "$db" setup-schema "${setup[@]}"
    sql_tool "$db" update-schema --schema-dir "$at/$dir/versioned"
  } >"$work/$dir.out" 2>&1 || { tail -n 5 "$work/$dir.out"; exit 1; }
  echo "at version ${version#v} after $((SECONDS - begin)) s"
done

say "start Temporal"
start_temporal

say "a namespace, search attributes, a workflow, and the queries that find it"
(cd client && TEMPORAL_ADDRESS=127.0.0.1:$TEMPORAL_PORT go run .)
