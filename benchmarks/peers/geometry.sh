#!/usr/bin/env bash
# Metrics of geometry beside other programs; geometry.py has the usage. Tools go to build-peers/geometry, and
# TauFactor, as for run.sh, to build-peers/taufactor.
# Environment: TAUVOX and TAUVOX_DEV (default build/tauvox, build/tauvox_dev).
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=build-peers/geometry
if [ ! -x "$tools/bin/python" ]; then
  mkdir -p build-peers
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q numpy h5py scipy
  for package in edt connected-components-3d SimpleITK scikit-image porespy localthickness; do
    "$tools/bin/pip" install -q "$package" || echo "$package is not there" >&2
  done
fi
. benchmarks/peers/taufactor.sh
[ -x build-peers/taufactor/bin/python ] || install_taufactor build-peers/taufactor >&2
"$tools/bin/python" -B benchmarks/peers/geometry.py --tauvox "$(realpath "${TAUVOX:-build/tauvox}")" \
  --dev "$(realpath "${TAUVOX_DEV:-build/tauvox_dev}")" --taufactor build-peers/taufactor/bin/python "$@"
