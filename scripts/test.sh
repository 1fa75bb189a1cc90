#!/usr/bin/env bash
# Builds and runs all tests; the last line counts them.
#
# Tests that compute run side by side. Tests that start programs, kill them and look at what is left
# run one after the other, so that none waits for the processor time of another.
set -euo pipefail
cd "$(dirname "$0")/.."

processes='WorkerTests|TransportTests|OrchestrationTests|EndToEndTests'
options=(--disable-xctest --explicit-target-dependency-import-check error)
phases=(computing processes)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
for phase in "${phases[@]}"; do
  case $phase in
    computing) selection=(--skip "$processes") ;;
    processes) selection=(--filter "$processes" --no-parallel) ;;
  esac
  # What starts, and every passed case, is of no interest; their arguments may be lines of their own.
  set +e
  swift test "${options[@]}" "${selection[@]}" 2>&1 | tee -a "$log" |
    awk '/^(◇|✔) / && !/^✔ Test run/ { skipping = 1 }
      skipping { if (/ (started\.|passed after [0-9.]+ seconds\.)$/) skipping = 0; next }
      /^(↳ Testing|↳ Target)|^\[[0-9]+\/[0-9]+\]/ { next }
      { print; fflush() }'
  [[ ${PIPESTATUS[0]} -eq 0 ]] || status=1
  set -e
done

total=$(sed -n 's/^. Test run with \([0-9]*\) tests.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
failed=$(grep -cE '^✘ Test (".*"|[^ ]+)( with [0-9]+ test cases)? failed after' "$log" || true)
ran=$(grep -cE '^. Test run with [0-9]+ tests' "$log" || true)
# A run that ended before its last line has lost its tests, whatever they were.
[[ $ran -eq ${#phases[@]} ]] || { echo "A test run did not reach its end." >&2; status=1; }
passed=$((total - failed))
[[ $status -eq 0 || $failed -gt 0 ]] || failed=1
echo "$passed passed, $failed failed"
exit "$status"
