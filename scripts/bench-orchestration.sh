#!/usr/bin/env bash
# Measures what the coordinator costs on this machine: planning, dispatching and recognising 10,000
# idle trials, beside GNU Parallel in the same run where it is installed; then machines over SSH,
# which are servers on loopback and in network namespaces. Writes the table into docs/PERFORMANCE.md.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build-release.sh
phasegrid=$PWD/.build/release/phasegrid
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PHASEGRID_CATALOG=$folder/catalog.sqlite
export PHASEGRID_WORK_DIRECTORY=$folder/work
cat >"$folder/idle.yaml" <<'SWEEP'
sweep: bench-idle
study: idle
parameters:
  index: {min: 1, max: 10000, count: 10000}
SWEEP

# Seconds of wall time of a command, the best of three.
best_wall() {
  local best=999 started ended
  for _ in 1 2 3; do
    started=$(date +%s%N)
    "$@" >"$folder/out" 2>"$folder/words" || { cat "$folder/words" >&2; return 1; }
    ended=$(date +%s%N)
    best=$(awk -v a="$best" -v n="$((ended - started))" 'BEGIN { s = n / 1e9; printf "%.3f", s < a ? s : a }')
  done
  echo "$best"
}

number() { sed -n "s/^ *\"$1\": \([0-9.eE+-]*\),\{0,1\}$/\1/p" "$folder/summary"; }

plan_seconds=$(best_wall "$phasegrid" plan "$folder/idle.yaml")
started=$(date +%s%N)
"$phasegrid" run "$folder/idle.yaml" --slots 2 --json >"$folder/summary" 2>"$folder/words" ||
  { cat "$folder/words" >&2; exit 1; }
run_seconds=$(awk -v n="$(($(date +%s%N) - started))" 'BEGIN { printf "%.2f", n / 1e9 }')
cpu_milliseconds=$(awk -v s="$(number cpuSeconds)" 'BEGIN { printf "%.3f", s * 1000 / 10000 }')
memory_megabytes=$(awk -v b="$(number peakMemoryBytes)" 'BEGIN { printf "%.1f", b / 1e6 }')
resume_seconds=$(best_wall "$phasegrid" resume bench-idle)

if command -v parallel >/dev/null; then
  parallel_milliseconds=$( { /usr/bin/env bash -c \
    'TIMEFORMAT="%U %S"; time seq 1000 | parallel -j2 true {} >/dev/null 2>&1' ; } 2>&1 |
    awk '{ printf "%.2f", $1 + $2 }')
else
  parallel_milliseconds="not installed"
fi

# The laboratories of the tests bring the machines up; the programs are the release ones.
unset PHASEGRID_CATALOG PHASEGRID_WORK_DIRECTORY
: >"$folder/rows"
PHASEGRID_BENCHMARK=$folder/rows PHASEGRID_PROGRAMS=$PWD/.build/release \
  swift test --disable-xctest --no-parallel --filter ClusterBenchmarks >"$folder/words" 2>&1 ||
  { grep '^.. Test' "$folder/words" >&2; exit 1; }

table=$(cat <<TABLE
| what | measured | bound |
|---|---|---|
| \`plan\` of 10,000 trials, wall | $plan_seconds s | 0.5 s |
| \`resume\` of 10,000 finished trials, wall | $resume_seconds s | 0.1 s |
| 10,000 idle trials on 2 local slots, CPU of the coordinator a trial | $cpu_milliseconds ms | 0.2 ms |
| the same, wall in all | $run_seconds s | - |
| the same, most memory of the coordinator | $memory_megabytes MB | 60 MB |
| GNU Parallel, 1,000 of \`true\`, CPU in all a command, in the same run | $parallel_milliseconds ms | - |
$(cat "$folder/rows")
TABLE
)
echo "$table"
document=docs/PERFORMANCE.md
awk -v table="$table" '
  /<!-- orchestration -->/ { print; print table; skipping = 1; next }
  /<!-- end -->/ { skipping = 0 }
  !skipping { print }' "$document" >"$folder/document"
cp "$folder/document" "$document"
