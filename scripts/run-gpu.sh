#!/usr/bin/env bash
# Unpacks what scripts/pack-gpu.sh packed and runs one of its programs.
#
#   scripts/run-gpu.sh [-p PACKAGE_FOLDER] PROGRAM [ARGUMENT...]
#
# PROGRAM names a published folder, as Swat.Gpu.Tests or Swat.Bench. GPU_WRAPPER (compute-sanitizer --tool memcheck, say) is put
# before the command. With GPU_OPENCL=0 NVIDIA's OpenCL is left alone.
set -euo pipefail

package=.gpu
if [ "${1:-}" = -p ]; then
  package=$2
  shift 2
fi
target=/tmp/swat-gpu
if [ ! -e "$target/ready" ]; then
  mkdir -p "$target/dotnet"
  tar -C "$target/dotnet" -xJf "$package/dotnet.tar.xz"
  tar -C "$target" -xJf "$package/apps.tar.xz"
  # NVIDIA's OpenCL needs an entry for the ICD loader.
  if [ "${GPU_OPENCL:-1}" != 0 ] && [ -w /etc ] && [ ! -e /etc/OpenCL/vendors/nvidia.icd ]; then
    mkdir -p /etc/OpenCL/vendors
    echo libnvidia-opencl.so.1 > /etc/OpenCL/vendors/nvidia.icd
  fi
  touch "$target/ready"
fi
export DOTNET_ROOT=$target/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
folder=$target/apps/$1
shift
# The program is the one library with settings of its own.
program=$(ls "$folder"/*.runtimeconfig.json | head -1)
exec ${GPU_WRAPPER:-} "$target/dotnet/dotnet" "${program%.runtimeconfig.json}.dll" "$@"
