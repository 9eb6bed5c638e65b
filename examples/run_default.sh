#!/usr/bin/env bash
# Installs what is needed (Debian 12), builds tauvox, generates an electrode and evaluates its pore transport.
# Results in out/: numbers (JSON, CSV), fields for ParaView (.vti), pictures (PNG).
set -euo pipefail
cd "$(dirname "$0")/.."
bash .ci/install
cmake -S . -B build -G Ninja -DTAUVOX_TESTS=OFF -DTAUVOX_BENCHMARKS=OFF
cmake --build build
mkdir -p out
build/tauvox generate electrode --size 96 --porosity 0.4 --seed 1 -o out/electrode.h5 --overwrite
build/tauvox solve out/electrode.h5 --phase 0 --axis all --device cpu --overwrite \
  --json out/result.json --csv out/result.csv --field out/field.vti --png out/slice
ls -l out
