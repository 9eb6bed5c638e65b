#!/usr/bin/env bash
# Installs what is needed (Debian 12), builds tauvox, generates an electrode and evaluates its pore transport.
# Results in out/: numbers (JSON, CSV), fields for ParaView (.vti), pictures (PNG).
#   usage: examples/run_default.sh [cmake options]
set -euo pipefail
cd "$(dirname "$0")/.."
echo "1/3 install and build (some minutes the first time)"
bash .ci/install
cmake -S . -B build -G Ninja -DTAUVOX_TESTS=OFF "$@"
cmake --build build
mkdir -p out

echo "2/3 generate an electrode: label 0 = pore, 1 = active particles, 2 = carbon-binder"
build/tauvox generate electrode --size 96 --porosity 0.4 --seed 1 -o out/electrode.h5 --overwrite

echo "3/3 diffusion through the pore, along z, y and x"
build/tauvox solve out/electrode.h5 --phases pore=0,active=1,binder=2 --phase pore --axis all --device cpu --overwrite \
  --json out/result.json --csv out/result.csv --field out/field.vti --png out/slice

cat <<'END'

In out/:
  electrode.h5                  the structure
  result.json, result.csv       the numbers above, and how they were found
  result.settings.toml          the same run as a file: build/tauvox solve FILE
  field_{z,y,x}.vti             labels and concentration for ParaView, one file per axis of transport
  slice_structure.png           middle slice: pale pore, blue particles, orange carbon-binder
  slice_concentration_*.png     middle slice along each transport: from 1 (yellow) to 0 (violet), greys insulate
END
