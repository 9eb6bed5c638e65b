#!/usr/bin/env bash
# Proves and measures tauvox on a GPU machine that may be bare: no network, no cmake, no HDF5, TIFF or VTK.
#
#   benchmarks/gpu_check.sh build                  where nvcc and cmake are; makes build-gpu/, to be carried along
#   benchmarks/gpu_check.sh test|sanitize|bench|profile|largest|peers    where the GPU is; each within ten minutes
#   ... [--device cuda|cpu]                        cpu: the same steps without a GPU, to try the script
#
# `largest` solves the largest cubes that fit; `peers` wants torch and a wheel of TauFactor on PYTHONPATH.
#
# Each step ends in a table and in a JSON file in $OUT (default benchmarks/results/).
# Exit codes: 0 all passed, 1 something failed, 2 usage, 8 no GPU.
# Environment: TAUVOX_ARCH (default 90), TAUVOX_BUILD_DIR (default build-gpu), TAUVOX_SIZES (edges), PYTHON (for peers).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}  # idle CPU threads sleep
step=${1:-}
device=cuda
[ "${2:-}" = --device ] && device=${3:-}
build=${TAUVOX_BUILD_DIR:-build-gpu}
out=${OUT:-benchmarks/results}
tauvox=$build/tauvox
limit=570  # seconds a step may take
end=$((SECONDS + limit))

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
case $step in build|test|sanitize|bench|profile|largest|peers) ;; *) usage ;; esac
case "$device" in cuda|cpu) ;; *) usage ;; esac

if [ "$step" = build ]; then
  cuda=ON; [ "$device" = cpu ] && cuda=OFF
  cmake -S . -B "$build" -G Ninja -DTAUVOX_CUDA=$cuda -DCMAKE_CUDA_ARCHITECTURES="${TAUVOX_ARCH:-90}" \
    -DTAUVOX_HDF5=OFF -DTAUVOX_TIFF=OFF -DTAUVOX_VTK=OFF -DTAUVOX_OPENSSL=OFF \
    -DCMAKE_EXE_LINKER_FLAGS="-static-libstdc++ -static-libgcc" || exit 1
  cmake --build "$build" || exit 1
  git describe --always --dirty > "$build/commit" 2>/dev/null || echo unknown > "$build/commit"
  echo "built $(cat "$build/commit") in $build/ for $device; carry: $build/tests/test_* $tauvox $build/commit"
  exit 0
fi

[ -x "$tauvox" ] || { echo "no $tauvox here: run 'benchmarks/gpu_check.sh build' first, or carry it along" >&2; exit 2; }
commit=$(cat "$build/commit" 2>/dev/null || echo unknown)
date=$(date -u +%Y-%m-%dT%H:%M:%SZ)
mkdir -p "$out"
log=$out/$step.log
: > "$log"

# The smallest benchmark is the probe: it exits 8 with the reason where no GPU can be used.
probe=$("$tauvox" bench triad --device "$device" --repeats 1 2>> "$log")
status=$?
if [ $status -ne 0 ]; then
  echo "gpu_check $step: $(grep '^error: ' "$log" | tail -1)" >&2
  exit $status
fi
name=${probe#*\"device\":\"} name=${name%%\"*}

left() { local s=$((end - SECONDS)); echo $((s > 1 ? s : 1)); }
rows=() failed=0
row() {  # name, outcome, JSON or text
  rows+=("{\"name\":\"$1\",\"outcome\":\"$2\",\"value\":$3}")
  printf '%-36s %-8s %s\n' "$1" "$2" "${4:-}"
  [ "$2" = failed ] && failed=1
  return 0
}
run_tests() {  # name of the row, program with arguments: one row with the numbers of tests
  local text outcome=passed passed skipped
  text=$(timeout "$(left)" "${@:2}" 2>&1) || outcome=failed
  printf '%s\n' "$text" >> "$log"
  passed=$(grep -c '^\[       OK' <<< "$text")
  skipped=$(grep -c '^\[  SKIPPED \].*ms)' <<< "$text")
  row "$1" $outcome "{\"passed\":$passed,\"skipped\":$skipped}" "$passed passed, $skipped skipped"
}
measure() {  # name of the row, arguments of `tauvox bench`: one row with its line
  local line status
  line=$(timeout "$(left)" "$tauvox" bench "${@:2}" --device "$device" 2>> "$log")
  status=$?
  if [ $status -eq 0 ]; then
    row "$1" passed "$line" "$(tr ',' '\n' <<< "$line" |
      sed -n 's/"\(seconds\|gbytes_per_second\|percent_of_triad\|voxels_per_second\|iterations\)":/\1 /p' | tr '\n' ' ')"
  elif [ $status -eq 124 ]; then
    row "$1" "not run" null "no time left in this step"
  elif tail -2 "$log" | grep -q "out of .*memory"; then
    row "$1" "no room" null "does not fit in memory"
  else
    row "$1" failed null "$(grep '^error: ' "$log" | tail -1)"
  fi
}
passes() {  # name of the row, arguments of `tauvox bench passes`: one row, a line for each pass
  local line
  if line=$(timeout "$(left)" "$tauvox" bench passes "${@:2}" --device "$device" 2>> "$log"); then
    row "$1" passed "$line"
    tr '{' '\n' <<< "$line" | sed -n 's/"pass":"\([^"]*\)","form":"\([^"]*\)","seconds":\([^,]*\),.*"percent_of_triad":\([^,}]*\).*/\1 \2 \3 \4/p' |
      while read -r pass form seconds percent; do printf '  %-16s %-6s %11.6f s %6.1f %% of triad\n' "$pass" "$form" "$seconds" "$percent"; done
  else
    row "$1" failed null "$(grep '^error: ' "$log" | tail -1)"
  fi
}

echo "gpu_check $step on $name, commit $commit, $date"
case $step in
test)
  export TAUVOX_TEST_DEVICE="$device"
  for folder in kernels host exact laws parity; do  # io: files made by Python, nothing on a GPU
    if [ -x "$build/tests/test_$folder" ]; then
      run_tests "test_$folder" "$build/tests/test_$folder"
    else
      row "test_$folder" failed null "not built, or not carried along"
    fi
  done
  if [ "$device" = cuda ]; then
    parity=$("$build/tests/test_parity" --gtest_filter='*Gpu*' 2>&1)
    grep -q SKIPPED <<< "$parity" && row "GPU parity" failed null "skipped although there is a GPU"
  fi ;;
sanitize)
  # Short tests: the sanitizer slows kernels down 10 to 100 times.
  export TAUVOX_TEST_DEVICE="$device"
  for tool in memcheck racecheck initcheck; do
    if [ "$device" = cpu ] || ! command -v compute-sanitizer > /dev/null; then
      row $tool "not run" null "no GPU asked for, or compute-sanitizer is absent"
    else
      run_tests "$tool parity" compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test_parity" \
        --gtest_filter='*Gpu*'
      run_tests "$tool laws" compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test_laws" \
        --gtest_filter='*Operator*:*Mode*:*Wiener*'
      run_tests "$tool bound" compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test_host" \
        --gtest_filter='Bound.Study*'
    fi
  done ;;
bench)
  measure triad triad
  cpu_sizes="64 128" gpu_sizes="128 256 512 768 1024"
  sizes=${TAUVOX_SIZES:-$([ "$device" = cpu ] && echo "$cpu_sizes" || echo "$gpu_sizes")}
  for size in $sizes; do
    verify=precision
    [ "$size" -gt 256 ] && verify=fluxes
    measure "solve $size" solve --size "$size" --repeats 3 --verify $verify
    for precision in double single; do
      measure "apply $size $precision" apply --size "$size" --precision $precision
    done
  done
  # The suite last: its file is whole after every row, so the end of the time costs only what is not reached.
  suite=$out/suite-${date//:/}.json
  timeout "$(left)" "$tauvox" bench --device "$device" --sizes "${sizes// /,}" -o "$suite" 2>> "$log"
  case $? in
    0) row suite passed "\"$suite\"" "$suite" ;;
    124) row suite "cut short" "\"$suite\"" "$suite" ;;
    *) row suite failed null "$(grep -E '^error: |NOT VALID' "$log" | tail -1)" ;;
  esac ;;
profile)
  size=${TAUVOX_SIZES:-$([ "$device" = cpu ] && echo 96 || echo 512)}; size=${size%% *}
  passes "passes, one class, $size" --size "$size"
  passes "passes, four classes, $size" --size "$size" --classes 6
  if [ "$device" = cuda ] && command -v nsys > /dev/null; then
    outcome=passed
    timeout "$(left)" nsys profile --force-overwrite true -o "$out/solve" "$tauvox" bench solve --device cuda --size "$size" \
      --repeats 1 --verify fluxes >> "$log" 2>&1 || outcome=failed
    nsys stats --report cuda_gpu_kern_sum "$out/solve.nsys-rep" 2>&1 | tee -a "$log"
    row nsys $outcome null "$out/solve.nsys-rep"
  else
    row nsys "not run" null "no GPU asked for, or nsys is absent"
  fi ;;
largest)
  suite=$out/largest-${date//:/}.json
  for case in gyroid sphere-packing; do
    file=${suite%.json}-$case.json
    timeout "$(left)" "$tauvox" bench --device "$device" --cases $case --sizes "${TAUVOX_SIZES:-largest}" --repeats 1 \
      --least-seconds 0 -o "$file" 2>> "$log"
    case $? in
      0) row "largest $case" passed "\"$file\"" "$(grep -E "^$case .* s, " "$log" | tail -1)" ;;
      124) row "largest $case" "not run" null "no time left in this step" ;;
      *) row "largest $case" failed null "$(grep -E '^error: |NOT VALID' "$log" | tail -1)" ;;
    esac
  done ;;
peers)
  sizes=${TAUVOX_SIZES:-$([ "$device" = cpu ] && echo "64" || echo "128 256 512")}
  # shellcheck disable=SC2086
  text=$(timeout "$(left)" "${PYTHON:-python3}" -B benchmarks/peers/gpu.py --tauvox "$tauvox" --device "$device" --sizes $sizes 2>> "$log")
  case $? in
    0) row taufactor passed "$(tail -1 <<< "$text")"; sed '$d' <<< "$text" ;;
    8|127) row taufactor "not run" null "$(grep 'not run' "$log" | tail -1)" ;;
    124) row taufactor "not run" null "no time left in this step" ;;
    *) row taufactor failed null "$(tail -1 "$log")" ;;
  esac ;;
esac
json="$out/$step-$(tr -c 'a-zA-Z0-9\n' '-' <<< "$name" | tr -s '-' | sed 's/-$//').json"
printf '{"step":"%s","device":"%s","commit":"%s","date":"%s","rows":[\n%s\n]}\n' "$step" "$name" "$commit" "$date" \
  "$(IFS=$'\n'; sed '$!s/$/,/' <<< "${rows[*]}")" > "$json"
echo "$([ $failed = 0 ] && echo passed || echo FAILED): $json, $log"
exit $failed
