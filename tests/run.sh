#!/usr/bin/env bash
# Installs what is needed (Debian 12), builds and passes the tests.   usage: tests/run.sh [cmake options]
set -euo pipefail
cd "$(dirname "$0")/.."
bash .ci/install tests
build=${TAUVOX_BUILD_DIR:-build}
cmake -S . -B "$build" -G Ninja -DTAUVOX_TESTS=ON "$@"  # run_default.sh leaves them out, and the folder remembers
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure --no-tests=error -j"$(nproc)"
