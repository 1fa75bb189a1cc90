#!/usr/bin/env bash
# The main sweep on this machine's cores: trains what is missing, draws the diagram, checks the
# claims. Stopped in the middle, it goes on when it is started again.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build-release.sh
phasegrid=.build/release/phasegrid
sweep=two-layer-phase-diagram
results=results
mkdir -p "$results"
export PHASEGRID_CATALOG=${PHASEGRID_CATALOG:-$results/phasegrid.sqlite}

"$phasegrid" run "sweeps/$sweep.yaml"
for kind in svg png csv; do
  "$phasegrid" diagram "$sweep" -o "$results/$sweep.$kind"
done
"$phasegrid" check "$sweep"
echo "The catalog is $PHASEGRID_CATALOG, the diagram $results/$sweep.svg and .png."
