#!/usr/bin/env bash
# Installs the system packages that are missing: those that building and running need, and with
# `tests` as an argument also those that only the tests need.
set -euo pipefail

packages=(
  libopenblas-dev  # matrix products of the worker, linked from its archive
  libssh-dev       # connections to other machines
  libsqlite3-dev   # the catalog
  librsvg2-bin     # rsvg-convert: PNG and PDF diagrams
  fonts-dejavu-core # the diagrams' text in PNG and PDF
)
if [[ ${1:-} == tests ]]; then
  packages+=(
    openssh-server # the tests start servers of their own, on loopback
    openssh-client # keys, agents, and the client whose configuration ours is compared with
    iproute2       # machines in network namespaces, which can be cut off
    tcsh fish      # odd login shells
  )
fi

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
  # Without what only the tests need, the tests that need it are skipped and say so.
  [[ ${1:-} == tests ]] || exit 69
  exit 0
fi
echo "Installing ${missing[*]}" >&2
# Only the program of the server is wanted: no service may begin to listen because of the tests.
if [[ " ${missing[*]} " == *' openssh-server '* && -d /run/systemd/system ]]; then
  "${as_root[@]}" systemctl mask ssh.service ssh.socket >&2
  echo "ssh.service is masked; 'systemctl unmask ssh.service ssh.socket' allows it." >&2
fi
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
