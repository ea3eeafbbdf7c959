#!/usr/bin/env bash
# Installs PoCL, an OpenCL driver for CPUs, and the loader that finds it (Debian, Ubuntu). Does nothing where both are installed.
set -euo pipefail

packages=(pocl-opencl-icd ocl-icd-libopencl1)

installed() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || return 1
  done
}

install() {
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

# A second try: another installation may hold the package manager's lock, or have left a package half-way.
installed || install || { sleep 5; install; }
installed
