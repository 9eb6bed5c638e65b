#!/usr/bin/env bash
# Compares tauvox with other programs on the same volumes, and prints one table.
#
#   bash benchmarks/peers/run.sh                       installs the peers if need be, measures, prints the table
#   bash benchmarks/peers/run.sh --data DIR            ... and every .tif, .h5, .hdf5 of DIR: label 0, first axis
#   bash benchmarks/peers/run.sh --only tauvox         new rows of tauvox; those of the others stay
#   bash benchmarks/peers/run.sh --table               the table of what was measured before
#   bash benchmarks/peers/run.sh --install             makes the peers' environments anew, nothing else
#   bash benchmarks/peers/run.sh --help                sizes, repeats, limits
#
# Environment: TAUVOX (default build/tauvox). Peers go to build-peers/, rows to benchmarks/results/peers.jsonl.
# A peer that cannot be installed or fails is a row that says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
build="build-peers"
tauvox=${TAUVOX:-build/tauvox}

. benchmarks/peers/taufactor.sh

# TauFactor and the others want different versions of NumPy: two environments.
install() {
  rm -rf "$build/others"
  mkdir -p "$build"
  install_taufactor "$build/taufactor"
  /usr/bin/python3 -m venv "$build/others"
  "$build/others/bin/pip" install -q numpy scipy h5py tifffile  # reading and references: cannot do without
  "$build/others/bin/pip" install -q openimpala || true
  "$build/others/bin/pip" install -q porespy openpnm || true
  for package in porespy openpnm openimpala; do "$build/others/bin/pip" show -q "$package" 2>/dev/null || echo "$package is not there"; done
}

output=benchmarks/results/peers.jsonl previous=""
for argument in "$@"; do
  [ "$previous" = --output ] && output=$argument
  previous=$argument
done
case ${1:-} in
  --install) install; exit ;;
  --table) /usr/bin/python3 benchmarks/peers/table.py "$output"; exit ;;
esac
[ -x "$tauvox" ] || { echo "no $tauvox: build it, or name it with TAUVOX=" >&2; exit 2; }
if [ ! -x "$build/others/bin/python" ] || [ ! -x "$build/taufactor/bin/python" ]; then install; fi
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
/usr/bin/python3 -B benchmarks/peers/measure.py --tauvox "$(realpath "$tauvox")" --commit "${TAUVOX_COMMIT:-$commit}" \
  --build "$build" "$@"
case " $* " in *" --help "*|*" -h "*) exit ;; esac
/usr/bin/python3 -B benchmarks/peers/table.py "$output"
