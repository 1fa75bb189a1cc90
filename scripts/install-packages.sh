#!/usr/bin/env bash
# Installs the system packages that building, running and testing need, if any is missing.
set -euo pipefail

packages=(
  libopenblas-dev  # matrix products of the worker, linked from its archive
  libsqlite3-dev   # the catalog
  librsvg2-bin     # rsvg-convert: PNG and PDF diagrams
  fonts-dejavu-core # the diagrams' text in PNG and PDF
)

missing=()
for package in "${packages[@]}"; do
  # A package that is known but removed has another status.
  if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
    missing+=("$package")
  fi
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -eq 0 ]]; then
  as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo)
else
  echo "Packages are missing and this user may not install them. Run:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
  exit 69
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
