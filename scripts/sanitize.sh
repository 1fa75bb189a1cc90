#!/usr/bin/env bash
# Runs the tests of the kernel and of the protocol under a sanitizer: address or undefined.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=$1
options=()
# Undefined behaviour traps where it happens, in the C loops; Swift's compiler takes no such option.
# The address sanitizer's own records of memory grow with every step, which one suite would count.
[[ $sanitizer == undefined ]] || options+=("--sanitize=$sanitizer" --skip TrainerMemoryTests)
export PHASEGRID_SANITIZING=$sanitizer
# OpenBLAS keeps its buffers until the program ends.
export ASAN_OPTIONS=detect_leaks=0
swift test --disable-xctest --scratch-path ".build-$sanitizer" "${options[@]}" \
  --filter 'KernelTests|ProtocolTests'
