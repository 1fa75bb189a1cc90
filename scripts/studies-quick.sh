#!/usr/bin/env bash
# Every study's phenomenon on this machine's cores: the sweeps that take seconds as they are, the
# others with fewer seeds (sweeps/quick); draws their first diagrams and holds the statements against
# the results. A statement that needs more seeds is not covered. Stopped in the middle, it goes on when
# it is started again.
#
#   RESULTS=FOLDER   where the catalog and the diagrams are put (default: results)
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build-release.sh
phasegrid=.build/release/phasegrid
results=${RESULTS:-results}
mkdir -p "$results"
export PHASEGRID_CATALOG=${PHASEGRID_CATALOG:-$results/phasegrid.sqlite}

for file in sweeps/{two-layer-phase-diagram,initial-condensation,convolution-condensation}.yaml \
  sweeps/dropout-condensation.yaml sweeps/quick/*.yaml; do
  name=$(sed -n 's/^sweep: //p' "$file")
  "$phasegrid" run "$file"
  for kind in svg png; do "$phasegrid" diagram "$name" -o "$results/$name.$kind"; done
  # Status 1 is a statement that does not hold: the words say which, docs/STUDIES.md says more.
  "$phasegrid" check "$name" || [[ $? == 1 ]]
done
echo "The catalog is $PHASEGRID_CATALOG, the diagrams are in $results."
