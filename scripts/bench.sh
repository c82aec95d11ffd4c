#!/bin/sh
# Measures speed and memory against bare peers (docs/benchmarks.md). Arguments go to the benchmark; try --help.
here=$(dirname "$(readlink -f "$0")")
PATH=$(node "$here/setup.mjs") || exit 1
export PATH
exec node "$here/bench/main.ts" "$@"
