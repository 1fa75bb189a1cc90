#!/usr/bin/env bash
# Builds phasegrid and phasegrid-worker with optimisation into .build/release.
set -euo pipefail
cd "$(dirname "$0")/.."

# The Swift runtime is linked in: the worker runs where nothing is installed, and the coordinator
# needs the system's libraries only.
swift build -c release --static-swift-stdlib --explicit-target-dependency-import-check error >&2
strip .build/release/phasegrid-worker
