#!/usr/bin/env bash
# Measures steps per second of processor time of the kernel's workloads, on one core: ours, and
# PyTorch and JAX where they are installed, one after the other in the same rounds. Writes the tables
# into docs/PERFORMANCE.md once every workload but the large ones has been measured.
#
#   WORKLOADS="W6 W2-100"   these alone; `all` is also the large ones, whose steps take seconds
#   PEERS="torch"           these alone, or none
#   ROUNDS=3                how often everything is measured
#   MEASURED_SECONDS=1      processor time of one measurement
#   LOG=FILE                the measurements, a line of JSON each; those that it has are kept
#   PHASEGRID_PEERS_PYTHON  the Python that has the peers (benchmarks/requirements.txt)
#   PHASEGRID_WORKER        a worker to measure; it is built unless given
#
# Each workload takes about two minutes by default, the large ones about ten.
set -euo pipefail
cd "$(dirname "$0")/.."

large=" W3-big W3-big-4h4l W3-big-pre W4 "
all=$(sed -n 's/.*"name": "\([^"]*\)".*/\1/p' benchmarks/workloads.json)
standard=$(for name in $all; do [[ $large == *" $name "* ]] || echo "$name"; done)
rounds=${ROUNDS:-3}
seconds=${MEASURED_SECONDS:-1}
python=${PHASEGRID_PEERS_PYTHON:-python3}
peers=${PEERS-torch jax}
log=${LOG:-results/bench-kernel.jsonl}
case ${WORKLOADS:-} in
  '') workloads=$standard ;;
  all) workloads=$all ;;
  *) workloads=$WORKLOADS ;;
esac
for name in $workloads; do
  grep -q "\"name\": \"$name\"" benchmarks/workloads.json ||
    { echo "'$name' is no workload of benchmarks/workloads.json." >&2; exit 64; }
done

for peer in $peers; do
  [[ -f benchmarks/${peer}_peer.py ]] || { echo "'$peer' is no peer of benchmarks/." >&2; exit 64; }
done

[[ -n ${PHASEGRID_WORKER:-} ]] || scripts/build-release.sh
worker=${PHASEGRID_WORKER:-.build/release/phasegrid-worker}
folder=$(mktemp -d)
programs=()
# Ends the programs of a workload; those that had nothing to do have ended themselves.
end() {
  kill "${programs[@]}" 2>/dev/null || true
  wait "${programs[@]}" 2>/dev/null || true
  programs=()
}
trap 'rm -rf "$folder"; end' EXIT
mkdir -p "$(dirname "$log")"
[[ -n ${LOG:-} ]] || : >"$log"
touch "$log"

pinned=()
if command -v taskset >/dev/null; then
  core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
  pinned=(taskset -c "$core")
  echo "On core $core, $rounds rounds of $seconds s." >&2
else
  echo "taskset is missing: the programs may change cores meanwhile." >&2
fi
if [[ -n $peers ]] && ! command -v "$python" >/dev/null; then
  echo "$python is missing, and the peers with it: only ours is measured." >&2
  peers=
fi

# Every mode of the peers as `peer options`; what a workload has no such mode for is skipped.
modes() {
  for peer in $peers; do
    case $peer in
      torch) printf 'torch --mode %s\n' eager eager-fused compile tangent 'eager-fused --pruned' ;;
      jax) printf 'jax --mode %s\n' scan step vmap 'scan --pruned' ;;
    esac
  done
}

# Starts a mode's program and waits until it has made its first step; from then on it measures once
# for every line that it is sent, so that starting and compiling are paid once.
start() {
  local index=$1 peer=$2 input output
  shift 2
  mkfifo "$folder/$index.in" "$folder/$index.out"
  PYTHONDONTWRITEBYTECODE=1 "${pinned[@]}" "$python" "benchmarks/${peer}_peer.py" "$workload" "$@" \
    --seconds "$seconds" --served <"$folder/$index.in" >"$folder/$index.out" \
    2>"$folder/$index.words" &
  programs+=($!)
  exec {input}>"$folder/$index.in" {output}<"$folder/$index.out"
  rm "$folder/$index.in" "$folder/$index.out"
  inputs[index]=$input
  outputs[index]=$output
  hear "$index"
}

# Takes a program's next line: a measurement is kept; after anything but that or `ready` the program
# is not asked again.
hear() {
  local index=$1 line
  if ! read -r line <&"${outputs[index]}"; then
    echo "${names[index]} of $workload failed: $(tail -n 1 "$folder/$index.words")" >&2
    names[index]=
    return
  fi
  case $line in
    *'"status":"ok"'*) echo "$line" >>"$log" ;;
    *'"status":"skipped"'*)
      names[index]=
      [[ $line != *'not installed'* ]] || missing[${line#*'"reason":"'}]=1
      ;;
  esac
}

ours() {
  "${pinned[@]}" "$worker" bench "$@" --seconds "$seconds" >>"$log" ||
    echo "Ours failed with $*." >&2
}

declare -A missing=()
trap '' PIPE
for workload in $workloads; do
  echo "$workload" >&2
  inputs=() outputs=() names=() programs=()
  while read -r peer options; do
    index=${#names[@]}
    names+=("$peer $options")
    # shellcheck disable=SC2086 # options are words
    start "$index" "$peer" $options
  done < <(modes)
  for ((round = 0; round < rounds; round++)); do
    ours peak
    if grep -q "\"name\": \"$workload\".*\"judges\": \"last\"" benchmarks/workloads.json; then
      ours "$workload" --plain
    fi
    ours "$workload"
    for index in "${!names[@]}"; do
      [[ -n ${names[index]} ]] || continue
      echo >&"${inputs[index]}" || true
      hear "$index"
    done
  done
  for index in "${!inputs[@]}"; do
    input=${inputs[index]} output=${outputs[index]}
    exec {input}>&- {output}<&-
  done
  end
done
for reason in "${!missing[@]}"; do echo "${reason%\"\}}" >&2; done

machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
awk -v machine="$machine" -f scripts/bench-kernel.awk benchmarks/bounds.txt "$log" \
  >"$folder/table"
cat "$folder/table"
for name in $standard; do
  if ! grep -q "\"workload\":\"$name\"" "$log"; then
    echo "docs/PERFORMANCE.md is left as it is: $name has not been measured." >&2
    exit
  fi
done
document=docs/PERFORMANCE.md
awk -v table="$folder/table" '
  /<!-- kernel -->/ { print; while ((getline line < table) > 0) print line; skipping = 1; next }
  /<!-- end -->/ { skipping = 0 }
  !skipping { print }' "$document" >"$folder/document"
cp "$folder/document" "$document"
