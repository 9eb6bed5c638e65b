#!/usr/bin/env bash
# Proves and measures tauvox on a GPU machine that may be bare: bash and coreutils are enough.
#
#   benchmarks/gpu_check.sh build     where nvcc and cmake are; makes build-gpu/carry.tar.xz, to be carried along
#   benchmarks/gpu_check.sh all       where the GPU is: all below but largest and peers, in six minutes at most
#   benchmarks/gpu_check.sh device|test|sanitize|passes|profile|suite|largest|peers     one step, ten minutes at most
#   ... [--device cuda|cpu] [--quick] [--seconds N]
#
# --device cpu: the same without a GPU; --quick: small sizes and few tests, to try the script; --seconds: for all of it.
# `profile` leaves what ncu says of every kernel of a solve (benchmarks/gpu_profile.py makes a table of it).
# `largest` solves the largest cubes that fit; `peers` wants torch and a wheel of TauFactor on PYTHONPATH.
#
# After every step $OUT/gpu_check.json (default benchmarks/results/) holds what is done so far, $OUT/gpu_check.log what the
# programs said; a run that is killed leaves both. Exit codes: 0 all passed, 1 something failed, 2 usage, 8 no GPU.
# Environment: TAUVOX_ARCH (default 90), TAUVOX_BUILD_DIR (default build-gpu), TAUVOX_SIZES (edges), PYTHON (for peers).
# shellcheck disable=SC2317  # steps are called by name
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}  # idle CPU threads sleep

usage() { sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 2; }
what=${1:-} device=cuda quick=no total=""
[ $# -gt 0 ] && shift
while [ $# -gt 0 ]; do
  case $1 in
    --device) device=${2:-}; shift 2 || usage ;;
    --seconds) total=${2:-}; shift 2 || usage ;;
    --quick) quick=yes; shift ;;
    *) usage ;;
  esac
done
case $what in build|all|device|test|sanitize|passes|profile|suite|largest|peers) ;; *) usage ;; esac
case $device in cuda|cpu) ;; *) usage ;; esac
[[ ${total:-1} =~ ^[0-9]+$ ]] || usage
build=${TAUVOX_BUILD_DIR:-build-gpu}
tests="kernels parity exact laws host"  # io: files made by Python, nothing on a GPU

if [ "$what" = build ]; then
  cuda=ON; [ "$device" = cpu ] && cuda=OFF
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DTAUVOX_CUDA=$cuda \
    -DCMAKE_CUDA_ARCHITECTURES="${TAUVOX_ARCH:-90}-real" \
    -DTAUVOX_HDF5=OFF -DTAUVOX_TIFF=OFF -DTAUVOX_PNG=OFF -DTAUVOX_VTK=OFF -DTAUVOX_ZLIB=OFF -DTAUVOX_MUPARSER=OFF -DTAUVOX_OPENSSL=OFF \
    -DCMAKE_EXE_LINKER_FLAGS="-static-libstdc++ -static-libgcc" || exit 1
  cmake --build "$build" --target tauvox tauvox_dev test_kernels test_parity test_exact test_laws test_host || exit 1
  rm -rf "$build/carry" && mkdir "$build/carry" || exit 1
  for name in tauvox tauvox_dev tests/test_kernels tests/test_parity tests/test_exact tests/test_laws tests/test_host; do
    strip -o "$build/carry/${name#tests/}" "$build/$name" || exit 1
  done
  # OpenMP's library, for a machine without a compiler.
  cp -L "$("${CXX:-c++}" -print-file-name=libgomp.so.1)" "$build/carry/" || exit 1
  git describe --always --dirty > "$build/carry/commit" 2>/dev/null || echo unknown > "$build/carry/commit"
  tar -C "$build" -cJf "$build/carry.tar.xz" carry || exit 1
  ls -l "$build/carry"
  echo "built $(cat "$build/carry/commit") for $device: carry $build/carry.tar.xz ($(du -sm "$build/carry.tar.xz" | cut -f1) MB)" \
    "or $build/carry ($(du -sm "$build/carry" | cut -f1) MB)"
  exit 0
fi

if [ ! -d "$build/carry" ] && [ -f "$build/carry.tar.xz" ]; then tar -C "$build" -xJf "$build/carry.tar.xz" || exit 2; fi
bin=$build
if [ -d "$build/carry" ]; then
  bin=$build/carry
  ldconfig -p 2>/dev/null | grep -q 'libgomp\.so\.1' || export LD_LIBRARY_PATH="$PWD/$bin${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
program() { if [ -x "$bin/$1" ]; then echo "$bin/$1"; else echo "$bin/tests/$1"; fi; }
tauvox=$(program tauvox) dev=$(program tauvox_dev)
if [ ! -x "$tauvox" ] || [ ! -x "$dev" ]; then
  echo "no $tauvox or $dev here: run 'benchmarks/gpu_check.sh build' first, or carry its folder along" >&2
  exit 2
fi
commit=$(cat "$bin/commit" 2>/dev/null || git describe --always --dirty 2>/dev/null || echo unknown)
date=$(date -u +%Y-%m-%dT%H:%M:%SZ)
out=${OUT:-benchmarks/results}
mkdir -p "$out" || exit 2
log=$out/gpu_check.log json=$out/gpu_check.json
: > "$log" || exit 2
[ -n "$total" ] || { total=570; [ "$what" = all ] && total=345; }
end=$((SECONDS + total)) step_end=$end
name=unknown failed=0 steps=() rows=()

milliseconds() { date +%s%3N; }
text() { printf '"%s"' "$(tr -d '\000-\037' <<< "$1" | sed 's/[\\"]/\\&/g' | cut -c1-500)"; }  # as JSON
left() { local s=$((step_end - SECONDS)); echo $((s > 1 ? s : 1)); }
limited() { timeout -k 5 "$(left)" "$@"; }  # never longer than the step may take
row() {  # name, outcome, JSON, text for people
  rows+=("{\"name\":$(text "$1"),\"outcome\":\"$2\",\"value\":$3}")
  printf '  %-28s %-9s %s\n' "$1" "$2" "${4:-}"
  [ "$2" = failed ] && failed=1
  return 0
}
join() { local IFS=,; printf '%s' "$*"; }
save() {  # whole or not at all
  printf '{"kind":"gpu_check","finished":%s,"failed":%s,"device":%s,"commit":%s,"date":"%s","seconds":%d,"steps":[\n%s\n]}\n' \
    "$1" "$([ $failed = 0 ] && echo false || echo true)" "$(text "$name")" "$(text "$commit")" "$date" "$SECONDS" \
    "$(join "${steps[@]}" | sed 's/},{"step"/},\n{"step"/g')" > "$json.part" && mv "$json.part" "$json"
}
step() {  # function, seconds it may take
  local begin took
  begin=$(milliseconds) rows=()
  step_end=$((SECONDS + $2 < end ? SECONDS + $2 : end))
  echo "$1 (at most $(left) s)"
  if [ "$step_end" -le "$SECONDS" ]; then row "$1" "not run" null "no time left"; else "step_$1"; fi
  took=$(($(milliseconds) - begin))
  printf '  %s took %d.%01d s\n' "$1" $((took / 1000)) $((took % 1000 / 100))
  steps+=("{\"step\":\"$1\",\"seconds\":$((took / 1000)).$(printf %03d $((took % 1000))),\"rows\":[$(join "${rows[@]}")]}")
  save false
}
finding='^=========     at '  # where in a kernel compute-sanitizer found something
last_error() { grep -E '^error: |NOT VALID' "$log" | tail -1; }

run_tests() {  # name of the row, program with arguments: one row with the numbers of tests
  local said status passed skipped outcome
  said=$(limited "${@:2}" 2>&1)
  status=$?
  printf '%s\n' "$said" >> "$log"
  passed=$(grep -c '^\[       OK' <<< "$said")
  skipped=$(grep -c '^\[  SKIPPED \].*ms)' <<< "$said")
  outcome=passed
  [ "$status" -ne 0 ] && outcome=failed
  [ "$passed" = 0 ] && [ "$skipped" = 0 ] && outcome=failed
  local more="$passed passed, $skipped skipped"
  case $status in
    124|137)
      more="$more, then out of time"
      grep -q "^\[  FAILED  \]\|$finding" <<< "$said" || outcome=${unfinished:-failed} ;;
  esac
  row "$1" "$outcome" "{\"passed\":$passed,\"skipped\":$skipped,\"exit_code\":$status}" "$more"
  grep '^\[  FAILED  \].*ms)' <<< "$said" | sort -u | head -5
}
measure() {  # name of the row, arguments of tauvox_dev: one row with its line
  local line status
  line=$(limited "$dev" "${@:2}" --device "$device" 2>> "$log")
  status=$?
  case $status in
    0) row "$1" passed "$line" "$([ "$2" = passes ] || tr ',}' '\n' <<< "$line" |
         sed -n 's/^"\(seconds\|gbytes_per_second\|percent_of_triad\)":/\1 /p' | tr '\n' ' ')" ;;
    124|137) row "$1" "not run" null "no time left in this step" ;;
    *) if last_error | grep -q "out of .*memory"; then row "$1" "no room" null; else row "$1" failed null "$(last_error)"; fi ;;
  esac
  return "$status"
}

step_device() {
  local said
  if said=$(limited "$tauvox" info --json 2>> "$log"); then row info passed "$(tr -d '\n' <<< "$said")"; else row info failed null "$(last_error)"; fi
  printf '%s\n' "$said" >> "$log"
  nvidia-smi >> "$log" 2>&1
  # The smallest benchmark is the probe: it exits 8 with the reason where no GPU can be used.
  measure probe apply --no-triad --size 16 --repeats 1
}
step_test() {
  export TAUVOX_TEST_DEVICE="$device"
  local folder filter='*' said
  for folder in $tests; do
    if [ "$quick" = yes ]; then
      case $folder in
        kernels) filter='Device.*:Launch.*' ;; parity) filter='*Thread*:*Gpu*' ;; exact) filter='*Straight*:*Layer*:*Channel*' ;;
        laws) filter='*Wiener*' ;; host) filter='Bench*-BenchCases.*' ;;
      esac
    fi
    run_tests "test_$folder" "$(program "test_$folder")" --gtest_filter="$filter"
  done
  [ "$device" = cuda ] || return
  said=$(limited "$(program test_parity)" --gtest_filter='*Gpu*' 2>&1)
  grep -q SKIPPED <<< "$said" && row "GPU parity" failed null "skipped although there is a GPU"
}
sanitizer_works() {  # on the smallest benchmark, which has passed without it: not where a sandbox keeps it from the driver
  local said status why wait=$(($(left) / 2))
  said=$(timeout -k 5 "$((wait < 30 ? wait + 1 : 30))" compute-sanitizer --tool memcheck --error-exitcode 1 \
    "$dev" apply --no-triad --size 16 --repeats 1 --device "$device" 2>&1)
  status=$?
  printf '%s\n' "$said" >> "$log"
  [ "$status" = 0 ] && return
  if grep -q "$finding" <<< "$said"; then
    row "memcheck probe" failed null "$(grep -B 1 "$finding" <<< "$said" | head -1)"
    return 1
  fi
  case $status in
    124|137) why="its probe hung" ;;
    *) why=$(sed -n 's/^=* *//; /COMPUTE-SANITIZER\|ERROR SUMMARY\|^{\|^$/!p' <<< "$said" | head -1) ;;
  esac
  why="compute-sanitizer does not work here: ${why:-exit code $status}"
  row sanitize "not run" "$(text "$why")" "$why"
  return 1
}
step_sanitize() {  # short tests: the sanitizer slows kernels down 10 to 100 times
  export TAUVOX_TEST_DEVICE="$device"
  local tool tools="memcheck racecheck initcheck" unfinished="cut short"
  if [ "$device" = cpu ] || ! command -v compute-sanitizer > /dev/null; then
    row sanitize "not run" null "no GPU asked for, or compute-sanitizer is not on PATH"
    return
  fi
  sanitizer_works || return
  [ "$what" = all ] && tools=memcheck
  for tool in $tools; do
    run_tests "$tool parity" compute-sanitizer --tool "$tool" --error-exitcode 1 "$(program test_parity)" --gtest_filter='*Gpu*'
    [ "$what" = all ] && return
    run_tests "$tool laws" compute-sanitizer --tool "$tool" --error-exitcode 1 "$(program test_laws)" \
      --gtest_filter='*Operator*:*Mode*:*Wiener*'
    run_tests "$tool bound" compute-sanitizer --tool "$tool" --error-exitcode 1 "$(program test_host)" --gtest_filter='Bound.Study*'
  done
}
passes() {  # name of the row, arguments: a line for each pass
  measure "$1" passes "${@:2}" || return
  tr '{' '\n' <<< "${rows[-1]}" |
    sed -n 's/.*"pass":"\([^"]*\)","form":"\([^"]*\)","seconds":\([^,]*\),.*"gbytes_per_second":\([^,}]*\).*/\1 \2 \3 \4/p' |
    while read -r pass form seconds speed; do printf '    %-16s %-6s %11.6f s %8.1f GB/s\n' "$pass" "$form" "$seconds" "$speed"; done
}
step_passes() {
  local size default=256
  [ "$device" = cpu ] && default=96
  [ "$quick" = yes ] && default=32
  size=${TAUVOX_SIZES:-$default} size=${size%% *}
  if [ "$quick" = yes ]; then passes "one class, $size" --size "$size" --no-triad --repeats 1; return; fi
  measure triad triad --repeats 5
  passes "one class, $size" --size "$size"
  passes "four classes, $size" --size "$size" --classes 6
  [ "$device" = cuda ] && [ -z "${TAUVOX_SIZES:-}" ] && passes "one class, 512" --size 512
}
step_profile() {
  local size folder sizes="128 512" launches
  [ "$quick" = yes ] && sizes=32
  if [ "$device" = cpu ] || ! command -v ncu > /dev/null; then
    row profile "not run" null "no GPU asked for, or ncu is not on PATH"
    return
  fi
  folder=$(mktemp -d)
  for size in ${TAUVOX_SIZES:-$sizes}; do
    limited "$tauvox" generate electrode --size "$size" --overwrite -o "$folder/e.raw" >> "$log" 2>&1
    # One metric: with more each kernel runs several times, and all memory is saved and restored in between.
    limited ncu --clock-control none --metrics gpu__time_duration.sum --csv --page raw --log-file "$folder/launches" \
      "$tauvox" solve "$folder/e.raw" --shape "$size,$size,$size" --dtype uint8 --phase 0 --device "$device" --quiet \
      --overwrite --json "$folder/solve.json" >> "$log" 2>&1
    case $? in
      0) launches=$(grep -c '^"[0-9]' "$folder/launches")
         gzip -9 < "$folder/launches" > "$out/profile-$size.csv.gz"
         row "profile $size" passed "$launches" "$launches launches" ;;
      124|137) row "profile $size" "not run" null "no time left in this step" ;;
      *) row "profile $size" "not run" null "$(tail -1 "$log")" ;;  # the solve alone passes in the suite, or fails there
    esac
  done
  rm -rf "$folder"
}
suite() {  # name of the row, file, arguments: whole after every row, so the end of the time costs what is not reached
  limited "$tauvox" bench --device "$device" --overwrite -o "$2" "${@:3}" >> "$log" 2>&1
  case $? in
    0) row "$1" passed "$(text "${2##*/}")" "$2" ;;
    124|137) row "$1" "cut short" "$(text "${2##*/}")" "$2" ;;
    *) row "$1" failed null "$(last_error)" ;;
  esac
}
step_suite() {
  local sizes="128 256 512 768 1024" file=$out/suite.json more=(--row-minutes 2 --repeats 5)
  [ "$device" = cpu ] && sizes="64 128"
  [ "$quick" = yes ] && sizes="24 32" more=(--no-triad --repeats 1 --least-seconds 0)
  rm -f "$file"
  sizes=${TAUVOX_SIZES:-$sizes}
  suite suite "$file" --sizes "${sizes// /,}" "${more[@]}"
}
step_largest() {
  local case
  for case in gyroid sphere-packing; do
    suite "largest $case" "$out/largest-$case.json" --cases "$case" --sizes "${TAUVOX_SIZES:-largest}" --repeats 1 --least-seconds 0
  done
}
step_peers() {
  local said sizes="128 256 512"
  [ "$device" = cpu ] && sizes=64
  # shellcheck disable=SC2086
  said=$(limited "${PYTHON:-python3}" -B benchmarks/peers/gpu.py --tauvox "$tauvox" --device "$device" --sizes ${TAUVOX_SIZES:-$sizes} 2>> "$log")
  case $? in
    0) row taufactor passed "$(tail -1 <<< "$said")"; sed '$d' <<< "$said" ;;
    8|127) row taufactor "not run" null "$(grep 'not run' "$log" | tail -1)" ;;
    124|137) row taufactor "not run" null "no time left in this step" ;;
    *) row taufactor failed null "$(tail -1 "$log")" ;;
  esac
}

trap 'save false; exit 1' INT TERM
echo "gpu_check $what --device $device, commit $commit, $date, $total s"
step device 30
name=$(sed -n 's/.*"device":"\([^"]*\)".*/\1/p' <<< "${rows[-1]}")
if [ $failed = 1 ]; then
  echo "gpu_check $what: $(last_error)" >&2
  save true
  last_error | grep -qi 'gpu\|cuda' && exit 8
  exit 1
fi
case $what in
  device) ;;
  all)
    step test $((total * 2 / 5))
    step sanitize $((total / 6))
    step passes $((total / 5))
    step profile $((total / 8))
    step suite "$total" ;;
  *) step "$what" "$total" ;;
esac
save true
echo
if [ -f "$out/suite.json" ]; then
  rm -f "$out/table.md" "$out/table.svg"
  timeout 10 "$tauvox" bench --compare "$out/suite.json" -o "$out/table" 2>&1
fi
printf '%s\n' "${steps[@]}" | tr '{' '\n' | sed -n 's/^"name":"\(.*\)","outcome":"\(failed\|not run\|cut short\|no room\)".*/\2: \1/p'
echo "$([ $failed = 0 ] && echo passed || echo FAILED) in $SECONDS s: $json, $log"
exit $failed
