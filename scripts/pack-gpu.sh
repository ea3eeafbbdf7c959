#!/usr/bin/env bash
# Packs the tests, the benchmarks and the .NET runtime for a machine that has a GPU but no .NET and no network.
#
#   scripts/pack-gpu.sh [-o FOLDER] [EXTRA...]
#
# Writes FOLDER/dotnet.tar.xz (once for each runtime version) and FOLDER/apps.tar.xz; FOLDER is .gpu in the repository.
# EXTRA files and folders, ../shared/golden for example, are packed under shared/, where the tests look for data.
# On the other machine, scripts/run-gpu.sh unpacks both and runs a program.
set -euo pipefail
cd "$(dirname "$0")/.."

output=.gpu
if [ "${1:-}" = -o ]; then
  output=$2
  shift 2
fi
mkdir -p "$output"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

for project in ${GPU_PROJECTS:-tests/Swat.Gpu.Tests tests/Swat.Tensors.Tests tests/Swat.Model.Tests bench/Swat.Bench src/Swat.Train}; do
  dotnet publish "$project" -c Release -o "$stage/apps/$(basename "$project")" -v q --nologo -p:DebugType=portable
done
# Native code of the coverage collector, for every system, that nothing here starts.
rm -rf "$stage"/apps/*/Microsoft.CodeCoverage
for extra in "$@"; do
  mkdir -p "$stage/apps/shared"
  cp -r "$extra" "$stage/apps/shared/"
done
cp scripts/run-gpu.sh "$stage/apps/"
# In the order of names, and with a window that reaches from one program's copy of a library to the next one's.
(cd "$stage" && find apps -type f | awk -F/ '{ print $NF "\t" $0 }' | sort | cut -f2 | tar -c --no-recursion -T -) | xz -T0 -6 > "$output/apps.tar.xz.tmp"
mv "$output/apps.tar.xz.tmp" "$output/apps.tar.xz"

root=$(dirname "$(readlink -f "$(command -v dotnet)")")
version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" { print $2 }' | sort -V | tail -1)
if [ "$(cat "$output/dotnet.version" 2>/dev/null)" != "$version" ]; then
  tar -C "$root" -c dotnet host/fxr/"$version" shared/Microsoft.NETCore.App/"$version" | xz -T0 -6 > "$output/dotnet.tar.xz.tmp"
  mv "$output/dotnet.tar.xz.tmp" "$output/dotnet.tar.xz"
  echo "$version" > "$output/dotnet.version"
fi
ls -l "$output"
