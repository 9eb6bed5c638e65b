#!/usr/bin/env bash
# Effective diffusivity of the electrolyte in the pores of an electrode.
#
#   bash examples/01_effective_diffusivity.sh          after the build; seconds; results in out/01/
#
# Three labels: 0 pore, 1 active material, 2 carbon-binder. First only the pores conduct. Then the nano-pores
# within the carbon-binder do as well, with D = 0.05 D0: D_eff rises by 7 to 9 per cent.
#
# Expected, to 1e-4 relative:
#   pores.json         effective_ratio      z 0.15308  y 0.16383  x 0.16098
#   pores.json         tortuosity_factor    z 2.6131  y 2.4416  x 2.4848
#   nano_pores.json    effective_ratio      z 0.16672  y 0.17559  x 0.17309
#   nano_pores.json    tortuosity_factor    z 2.4229  y 2.3005  x 2.3337
#
# The tortuosity factor compares with the mean of all that conducts: eps0 D0 / D_eff at first, then
# (eps0 D0 + eps2 D2) / D_eff.
set -euo pipefail
cd "$(dirname "$0")/.."
tauvox=${TAUVOX:-build/tauvox} out=${OUT:-out/01}
mkdir -p "$out"

"$tauvox" generate electrode --size 48 --porosity 0.4 --seed 1 --voxel-size 0.4um -o "$out/electrode.h5" --overwrite

common=(--axis all --tolerance 1e-5 --overwrite)
"$tauvox" solve "$out/electrode.h5" --phase 0 "${common[@]}" --json "$out/pores.json" --field "$out/pores.vti"
"$tauvox" solve "$out/electrode.h5" --conductivity 0=1,1=0,2=0.05 "${common[@]}" --json "$out/nano_pores.json"
