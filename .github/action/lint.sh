#!/usr/bin/env bash
# Runs pg2crdb lint with the inputs of the action, which come as variables so
# that nothing in them is taken for a command.
set -uo pipefail

args=()
for name in target layout since after baseline fail-on config format output; do
  variable=${name//-/_}
  variable=INPUT_${variable^^}
  if [ -n "${!variable:-}" ]; then
    args+=("--$name=${!variable}")
  fi
done

code=0
pg2crdb lint "${args[@]}" -- "$INPUT_PATH" || code=$?
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "exit-code=$code" >>"$GITHUB_OUTPUT"
fi
exit "$code"
