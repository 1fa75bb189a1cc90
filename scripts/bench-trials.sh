#!/usr/bin/env bash
# Measures what the trials of the main sweep cost in processor time, and what a trial costs outside
# its training steps: start, data, plan, evaluation and result. Writes the table into
# docs/PERFORMANCE.md.
#
# Each figure is the least of several rounds: whatever else the machine does adds to it.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
scripts/build-release.sh
phasegrid=$PWD/.build/release/phasegrid
worker=$PWD/.build/release/phasegrid-worker
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PHASEGRID_WORK_DIRECTORY=$folder/work
sweep=two-layer-phase-diagram

# The sums over a results table with provenance: trials, CPU seconds, and those of the narrowest.
sums() {
  awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { trials++; seconds += $column["cpuSeconds"]; steps += $column["steps"] }
    END { printf "%d %.3f %d\n", trials, seconds, steps }'
}

least=
for round in $(seq "$rounds"); do
  export PHASEGRID_CATALOG=$folder/catalog-$round.sqlite
  "$phasegrid" run "sweeps/$sweep.yaml" --slots 1 >"$folder/words" 2>&1 ||
    { cat "$folder/words" >&2; exit 1; }
  read -r trials seconds steps < <("$phasegrid" results "$sweep" --format csv --provenance | sums)
  least=$(awk -v a="${least:-1e9}" -v b="$seconds" 'BEGIN { print (b < a ? b : a) }')
done

# The CPU milliseconds and the steps of a trial of a width and a bound on its steps: the least of
# many processes, so that the start of a slot's life is in it too.
trial() {
  local milliseconds=1e9 taken
  for _ in $(seq $((4 * rounds))); do
    "$worker" train - >"$folder/trial" <<<"{\"study\": \"$sweep\", \"parameters\":
      {\"width\": $1, \"training.stepsMax\": $2, \"stop.lossFraction\": 1e-12}}"
    milliseconds=$(sed -n 's/^  "cpuSeconds": \([0-9.eE-]*\),$/\1/p' "$folder/trial" |
      awk -v a="$milliseconds" '{ b = $1 * 1000; printf "%.5f", (b < a ? b : a) }')
  done
  taken=$(sed -n 's/^  "steps": \([0-9]*\),$/\1/p' "$folder/trial")
  echo "$milliseconds $taken"
}

# What is left of a trial when its steps are taken off, by two trials that differ in steps alone.
rows=
for width in 1000 16000; do
  read -r short few < <(trial "$width" 1)
  read -r long many < <(trial "$width" 400)
  bound=$([[ $width == 1000 ]] && echo "2 ms" || echo "-")
  rows+=$(awk -v s="$short" -v l="$long" -v f="$few" -v m="$many" -v w="$width" -v b="$bound" '
    BEGIN {
      step = (l - s) / (m - f)
      printf "| a trial of m = %d outside its steps, CPU | %.2f ms | %s |\\n", w, s - f * step, b
      printf "| a step of it, CPU | %.2f us | - |\\n", step * 1000
    }')
done

table=$(cat <<TABLE
| what | measured | bound |
|---|---|---|
| the $trials trials of \`sweeps/$sweep.yaml\`, $steps steps, CPU in all | $least s | 5 s |
$(printf '%b' "$rows")
TABLE
)
echo "$table"
document=docs/PERFORMANCE.md
awk -v table="$table" '
  /<!-- trials -->/ { print; print table; skipping = 1; next }
  /<!-- end trials -->/ { skipping = 0 }
  !skipping { print }' "$document" >"$folder/document"
cp "$folder/document" "$document"
