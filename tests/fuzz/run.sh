#!/usr/bin/env bash
# The readers of files under libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer, form by form.
# usage: tests/fuzz/run.sh FOLDER [SECONDS_A_FORM] [FORM...]      (10; all forms)
# FOLDER keeps the build, the inputs that reach something new (corpus/FORM) and those that were not borne (found/FORM).
# Needs clang with libFuzzer; where it is not there that is said, and nothing is run.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$1 seconds=${2:-10}
shift $(($# < 2 ? $# : 2))
forms=("$@")
[ ${#forms[@]} -gt 0 ] || forms=(h5 tif npy npz mha nrrd nii nii.gz png vti)
python=/usr/bin/python3
[ -x "$python" ] || python=python3

mkdir -p "$out"
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$out/probe.cpp"
if ! clang++ -fsanitize=fuzzer,address "$out/probe.cpp" -o "$out/probe" 2>/dev/null; then
  echo "no clang with libFuzzer: the readers are not fuzzed"
  exit 0
fi
cmake -S . -B "$out/build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DTAUVOX_FUZZ=ON -DTAUVOX_CUDA=OFF \
  -DTAUVOX_TESTS=ON >"$out/configured" 2>&1 || { cat "$out/configured"; exit 1; }
cmake --build "$out/build" --target fuzz_read

"$python" tests/fuzz/seeds.py "$out/seeds"
for kept in tests/fuzz/kept/*.*; do cp "$kept" "$out/seeds/${kept#*.}"; done
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1  # leaks are those of libraries at an error
# Whose fault an input is: the first frame of the stack that is no sanitizer's. What a library does to itself ends the
# process that reads in the program, and is told; what is ours fails.
whose() {
  if TAUVOX_FUZZ_FORM=$2 "$out/build/tests/fuzz_read" -timeout=20 -rss_limit_mb=3000 -malloc_limit_mb=1000000 "$1" >"$1.log" 2>&1; then
    echo borne  # by itself: what came before it, or little memory, had ended the process
    return
  fi
  grep -E '^ +#[0-9]+ ' "$1.log" |
    grep -v -E '__(interceptor|asan|sanitizer|GI)_| in (fuzzer|__asan|__sanitizer)::| in (malloc|calloc|realloc|free|operator new(\[\])?|mem[a-z]+|str[a-z]+)[ (]|libclang_rt|libc\.so|/sysdeps/' |
    head -n 1 || true
}

failed=0
for form in "${forms[@]}"; do
  mkdir -p "$out/corpus/$form" "$out/found/$form"
  # The size of an input is bounded, not what it claims.
  TAUVOX_FUZZ_FORM=$form "$out/build/tests/fuzz_read" "$out/corpus/$form" "$out/seeds/$form" -fork=1 -ignore_crashes=1 \
    -ignore_timeouts=1 -ignore_ooms=1 -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -malloc_limit_mb=1000000 \
    -max_len=65536 -artifact_prefix="$out/found/$form/" >"$out/$form.log" 2>&1 || true
  ours=0 others=0
  while IFS= read -r found; do
    frame=$(whose "$found" "$form")
    case $frame in
      borne) ;;
      *libhdf5* | *libvtk* | *libexpat* | *libtiff* | *libpng* | *libz.so* | *liblzf*) others=$((others + 1)) ;;
      *) ours=$((ours + 1)) && echo "$form: $found: ${frame:-no stack, see $found.log}" ;;
    esac
  done < <(find "$out/found/$form" -type f ! -name '*.log')
  echo "$form: $(grep -oE '^#[0-9]+: cov' "$out/$form.log" | tail -n 1 | grep -oE '[0-9]+' || echo 0) inputs in $seconds s," \
    "$(find "$out/corpus/$form" -type f | wc -l) kept, not borne: $ours by tauvox, $others by a library"
  failed=$((failed + ours))
done
[ "$failed" = 0 ]
