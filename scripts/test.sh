#!/usr/bin/env bash
# Builds and runs all tests. The last line is the test runner's count.
set -euo pipefail
cd "$(dirname "$0")/.."

options=()
for option in "$@"; do
  case $option in
    --release) options+=(-c release -Xswiftc -enable-testing --scratch-path .build-release-tests) ;;
    --sanitize=address)
      options+=(--sanitize=address --scratch-path .build-asan --filter 'ProtocolTests|KernelTests') ;;
    --sanitize=thread)
      options+=(--sanitize=thread --scratch-path .build-tsan
        --filter 'CatalogStoreTests|OrchestrationTests|TransportTests') ;;
    *) echo "usage: scripts/test.sh [--release] [--sanitize=address|thread]" >&2; exit 64 ;;
  esac
done
exec swift test --disable-xctest --explicit-target-dependency-import-check error "${options[@]}"
