#!/usr/bin/env bash
# Effective electronic conductivity of an electrode whose active material conducts a little.
#
#   bash examples/02_electronic_conductivity.sh        after the build; seconds; results in out/02/
#
# The carbon-binder conducts with 100 S/m, the active material with 1 S/m, the pores not at all. The sides are
# joined, as for a piece out of a larger electrode; the second run has walls instead, which cost the paths that
# leave the piece. Everything is said in a study file; the command line adds what differs between the runs.
#
# Expected, to 1e-4 relative, in S/m:
#   joined.json    effective_value    z 1.0020  y 0.94922  x 0.84866
#   walls.json     effective_value    z 0.88317  y 0.86176  x 0.78352
set -euo pipefail
cd "$(dirname "$0")/.."
tauvox=${TAUVOX:-build/tauvox} out=${OUT:-out/02}
mkdir -p "$out"

"$tauvox" generate electrode --size 48 --porosity 0.4 --binder 0.1 --seed 2 -o "$out/electrode.h5" --overwrite

cat > "$out/study.toml" <<STUDY
input = "electrode.h5"
unit = "S/m"
axis = "all"
tolerance = 1e-5
overwrite = true

[conductivity]
0 = 0      # pore
1 = 1      # active material
2 = 100    # carbon-binder
STUDY

"$tauvox" solve "$out/study.toml" --periodic-sides --json "$out/joined.json" --csv "$out/joined.csv"
"$tauvox" solve "$out/study.toml" --json "$out/walls.json"
