#!/usr/bin/env bash
# Writes what the results of a catalog say to every study's statements into docs/STUDIES.md, and the
# diagrams that it shows into docs/figures.
#
#   PHASEGRID_CATALOG=FILE scripts/studies-page.sh
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -n ${PHASEGRID_CATALOG:-} ]] || { echo "Set PHASEGRID_CATALOG to a catalog with the sweeps." >&2; exit 64; }
phasegrid=${PHASEGRID:-.build/release/phasegrid}
page=docs/STUDIES.md

# The lines of `check` as rows: a statement, its claim, and in the next line its evidence.
rows() {
  awk '
    BEGIN { print "| | claim | verdict | measured |"; print "|---|---|---|---|" }
    /^[^ ]/ {
      name = $1
      line = substr($0, length(name) + 1); sub(/^ +/, "", line)
      verdict = line; sub(/:.*/, "", verdict)
      claim = line; sub(/^[^:]*: /, "", claim)
      next
    }
    { sub(/^ +/, ""); gsub(/\|/, "\\|"); gsub(/\|/, "\\|", claim)
      printf "| %s | %s | %s | %s |\n", name, claim, verdict, $0 }'
}

sed -n 's/^<!-- statements \(.*\) -->$/\1/p' "$page" | while read -r study; do
  table=$("$phasegrid" check --study "$study" || [[ $? == 1 ]])
  table=$(rows <<<"$table") awk -v study="$study" '
    $0 == "<!-- statements " study " -->" { print; print ENVIRON["table"]; skips = 1; next }
    $0 == "<!-- end -->" { skips = 0 }
    !skips' "$page" >"$page.new"
  mv "$page.new" "$page"
done
sed -n 's/^!\[.*\](figures\/\(.*\)\.svg)$/\1/p' "$page" | while read -r sweep; do
  "$phasegrid" diagram "$sweep" -o "docs/figures/$sweep.svg"
done
