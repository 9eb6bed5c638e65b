#!/usr/bin/env bash
# Adds a toy study, a toy metric and a toy face law to a copy of the tree, each in its one place, builds that and looks for
# them: in --help, the report, its schema and the page of quantities.      usage: tests/house/toy.sh [cmake options]
# What is edited is what CONTRIBUTING.md says: a study is a file and a row, a metric a row of quantities and a line that
# fills it, a law a struct and its name in a list. Nothing else may have to follow. Takes minutes; CI runs it.
set -euo pipefail
cd "$(dirname "$0")/../.."
toys=$PWD/tests/house/toy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$tree"
cd "$tree"

# insert FILE after|before PATTERN TEXT-FILE: at the first line that matches, which must be there.
insert() {
  awk -v how="$2" -v pattern="$3" -v text="$4" '
    function put() { while ((getline line < text) > 0) print line }
    !done && $0 ~ pattern { done = 1; if (how == "before") { put(); print } else { print; put() } next }
    { print }
    END { exit !done }' "$1" >"$1.new" || { echo "toy.sh: no line like '$3' in $1" >&2; exit 1; }
  mv "$1.new" "$1"
}
found() {  # found WHERE WORD FILE
  grep -q -- "$2" "$3" || { echo "toy.sh: $2 is not in $1" >&2; exit 1; }
}

# 1. a study: one file, one row
[ "$(wc -l <"$toys/toy_mean.cpp.in")" -le 60 ] || { echo "toy.sh: the toy study has more than 60 lines" >&2; exit 1; }
cp "$toys/toy_mean.cpp.in" host/studies/toy_mean.cpp
printf '  row(toy_mean) \\\n' >"$work/row"
insert host/studies/study_table.cpp after '^#define TAUVOX_STUDIES' "$work/row"

# 2. a metric of a study that is there: a row, and the line that fills it
cat >"$work/definition" <<'ROW'
          .quantities = {{.name = "toy_share", .title = "share of the toy", .symbol = "s",
                          .definition = "Voxels of the label over all voxels, once more.", .known = Known::always},
ROW
insert host/studies/percolation.cpp before '^ +[.]quantities = [{]' "$work/definition"
awk '/^ +[.]quantities = [{]v/ { sub(/[.]quantities = [{]/, "               ") } { print }' host/studies/percolation.cpp >"$work/file"
cp "$work/file" host/studies/percolation.cpp
printf '  result.quantities.push_back({"toy_share", set.fraction});\n' >"$work/line"
insert host/studies/percolation.cpp before '^  return result;' "$work/line"

# 3. a face law: a struct, and its name in the list
insert kernels/transport/law.hpp before '^/// All laws' "$toys/toy_law.hpp.in"
sed -i 's/^using Laws = std::tuple<\(.*\)>;/using Laws = std::tuple<\1, ToyGeometric>;/; s/^#include <limits>/#include <cmath>\n&/' \
  kernels/transport/law.hpp
found "the list of laws" "ToyGeometric>;" kernels/transport/law.hpp
cp "$toys/toy_law_test.cpp.in" tests/kernels/toy_law_test.cpp

# ccache takes what the toys do not touch from any other build: paths count as those below the tree's folder.
export CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1
cmake -S . -B build -G Ninja -DTAUVOX_WERROR=ON "$@" >"$work/configure" || { cat "$work/configure"; exit 1; }
cmake --build build --target tauvox test_kernels >"$work/build" || { tail -n 60 "$work/build"; exit 1; }

build/tests/test_kernels --gtest_filter='ToyLaw.*' >"$work/law" || { cat "$work/law"; exit 1; }
found "the tests that ran" "1 test ran\|1 test from\|PASSED  . 1 test" "$work/law"
build/tauvox generate electrode --size 24 --seed 1 -o "$work/e.h5" >/dev/null
build/tauvox solve --help >"$work/help"
build/tauvox solve "$work/e.h5" --study toy_mean --json "$work/study.json" >"$work/study.txt"
build/tauvox inspect "$work/e.h5" --json "$work/metric.json" >"$work/metric.txt"
build/tauvox info --schema >"$work/schema.json"
build/tauvox info --quantities >"$work/quantities.md"
found --help toy_mean "$work/help"
found "the report of the study" '"toy_mean_label"' "$work/study.json"
found "the text of the study" "mean label of the toy" "$work/study.txt"
found "the report of the metric" '"toy_share"' "$work/metric.json"
for name in toy_mean_label toy_share; do
  found "the schema" "$name" "$work/schema.json"
  found "the page of quantities" "$name" "$work/quantities.md"
done
echo "toy study, metric and law: each in one place, found everywhere"
