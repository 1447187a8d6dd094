#!/usr/bin/env bash
# Measures the speed of lilliput and keeps the result under benchmarks/results/. Options are those of `lilliput benchmark`.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p benchmarks/results
out="benchmarks/results/$(date +%Y-%m-%d)-$(uname -m)-$(getconf _NPROCESSORS_ONLN)cores.json"
command=.venv/bin/lilliput
[ -x "$command" ] || command=lilliput
"$command" benchmark --json "$@" > "$out.part"
mv "$out.part" "$out"
echo "written: $out"
