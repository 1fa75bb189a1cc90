#!/usr/bin/env bash
# Builds phasegrid and phasegrid-worker with optimisation into .build/release.
set -euo pipefail
cd "$(dirname "$0")/.."

# The Swift runtime is linked in: the worker runs where nothing is installed, and the coordinator
# needs the system's libraries only. By product, because the tests' support is no part of a release.
for product in phasegrid phasegrid-worker; do
  swift build -c release --static-swift-stdlib --product "$product" >&2
done
strip .build/release/phasegrid-worker
