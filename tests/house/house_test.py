"""The house rules, checked on the sources. usage: house_test.py PROJECT_FOLDER COMPILE_COMMANDS

First every rule is broken once, in a copy, and must be seen to fail there; then the project itself is checked.
"""

import json
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
import count  # noqa: E402  (beside this file)
import standard_headers  # noqa: E402

CODE = {".cpp", ".hpp", ".py", ".sh"}
FOLDERS = ("kernels", "io", "host", "examples", "benchmarks", "tests", ".ci")

# Which folders' headers a folder may include; the others (tests, examples, benchmarks) are leaves.
MAY_INCLUDE = {"kernels": {"kernels"}, "io": {"kernels", "io"}, "host": {"kernels", "io", "host"}}

# Rooms of a folder, lowest first: a room may include itself and the rooms of the lists before its own. host/main.cpp
# stands above them all.
ORDER = {
    "kernels": [["base"], ["volume", "multigrid"], ["geometry", "transport"], ["bound"]],
    "host": [["settings", "generate", "solve"], ["studies"], ["report"], ["pages", "handover", "batch"], ["app"], ["bench"]],
}
TOP = {"host/main.cpp"}

# What tests/ has besides folders that mirror the sources.
KINDS_OF_TESTS = {"oracle", "exact", "laws", "parity", "house", "command_line", "cuda_shim", "failing_calls", "fuzz"}

# Breaks that stand today, as (rule, file); each goes when the break does.
KNOWN = set()
READERS = re.compile(r"io::(read_volume|describe_volume)\b")

# Words that betray a machine or a library, and the folder they belong to.
WORDS = {
    "kernels": re.compile(r"<(?:thrust|cub|cuda|omp)\b|\bthrust::|\bomp_\w+\(|#pragma omp\b|__(?:global|device|host)__"
                          r"|\bcuda[A-Z]\w+\(|<<<|__CUDA"),
    "io": re.compile(r"<(?:hdf5|H5\w+|tiff\w*|vtk\w+)\.h>|\bH5[A-Z]+\w*\(|\bTIFF[A-Z]\w+\(|\bvtk[A-Z]\w+\b"),
}
LEAVES_ALLOWED = {"io": {"tests", "benchmarks", "examples"}, "kernels": set()}
SHIM = "tests/cuda_shim/"  # stands in for the CUDA runtime and says its words; compiled in a build of its own

MOST_LINES = 400
# A folder of one machine or one person; ${HOME} and ~ are fine.
ABSOLUTE = re.compile(r"(?<![\w.$}])/(?:root|home|Users)/")
COMPILED = set()  # paths inside the project, from the build
THIS_FILE = "tests/house/house_test.py"


def sources(project, suffixes=CODE):
    """Path inside the project and text of every source file."""
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            if path.is_file() and (path.suffix in suffixes or (folder == ".ci" and suffixes is CODE)):
                yield path.relative_to(project).as_posix(), path.read_text()


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def arrows_point_down(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        folder = name.split("/")[0]
        for included in re.findall(r'#include "([^"]+)"', text):
            target = included.split("/")[0]
            if folder in MAY_INCLUDE and target not in MAY_INCLUDE[folder]:
                yield f"{name} includes {included}: {folder}/ may include {', '.join(sorted(MAY_INCLUDE[folder]))} only"


def level(folder, room):
    """Height of a room in its folder; None where it has no place in the order."""
    return next((i for i, rooms in enumerate(ORDER[folder]) if room in rooms), None)


def rooms_point_down(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        folder, *rest = name.split("/")
        if folder not in ORDER or name in TOP:
            continue
        own = level(folder, rest[0])
        if own is None:
            yield f"{name}: {folder}/{rest[0]} has no place in the order of rooms (ORDER in {THIS_FILE})"
            continue
        for included in re.findall(r'#include "([^"]+)"', text):
            target, *there = included.split("/")
            if target != folder or there[0] == rest[0]:
                continue
            other = level(folder, there[0])
            if other is None or other >= own:
                yield f"{name} includes {included}: {folder}/{rest[0]} stands below or beside {folder}/{there[0]}"


TABLE_OF_STUDIES = "host/studies/study_table.cpp"


def studies(project):
    """Stems of the files of studies: each defines the row of its study, `Study NAME_study() {`."""
    table = project / TABLE_OF_STUDIES
    names = {path.stem for path in sorted((project / "host/studies").glob("*.cpp"))
             if re.search(r"^Study \w+_study\(\) \{", path.read_text(), flags=re.M)}
    return names


def studies_stand_alone(project):
    names = studies(project)
    if (project / TABLE_OF_STUDIES).is_file() and not names:
        yield f"{TABLE_OF_STUDIES} is there, and no row of a study that this test can read"
    for name, text in sources(project, {".cpp", ".hpp"}):
        if name.startswith("host/studies/") and name != TABLE_OF_STUDIES:
            for included in re.findall(r'#include "(host/studies/[^"]+)"', text):
                stem = pathlib.PurePath(included).stem
                if stem in names - {pathlib.PurePath(name).stem}:
                    yield f"{name} includes {included}: a study is included by nobody; what two share has a file of its own"


def multigrid_knows_no_voxel(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        if name.startswith("kernels/multigrid/") and "voxel" in text.lower():
            yield f"{name} says voxel: graphs have nodes; what knows voxels belongs to kernels/transport"


def tests_mirror_the_folders(project):
    for name, _ in sources(project):
        parts = name.split("/")
        if parts[0] != "tests" or len(parts) == 2:
            continue
        if parts[1] not in KINDS_OF_TESTS | {"kernels", "io", "host"}:
            yield f"{name}: tests/{parts[1]} is neither a folder of sources nor a kind of test ({THIS_FILE})"
        elif parts[1] in ORDER and len(parts) > 3 and level(parts[1], parts[2]) is None:
            yield f"{name}: there is no {parts[1]}/{parts[2]}/ that it could test"


def words_stay_home(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        folder = name.split("/")[0]
        for home, words in WORDS.items():
            if home == "kernels" and name.startswith(SHIM):
                continue
            found = words.search(without_comments(text))
            if folder != home and folder not in LEAVES_ALLOWED[home] and found:
                yield f"{name} says {found.group()!r}: that word belongs to {home}/"


def files_of_users_are_read_apart(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        if name.startswith("host/app/") and not name.startswith("host/app/reader_"):
            found = READERS.search(without_comments(text))
            if found:
                yield f"{name} says {found.group()}: a file from elsewhere is read by ReaderProcess"


def vectors_have_their_own_files(project):
    """Only *_vectors.cpp are compiled for AVX2; what else were so would end on an older CPU."""
    for name, text in sources(project, {".cpp"}):
        if ("#define TAUVOX_VECTORS" in text) != name.endswith("_vectors.cpp"):
            yield f"{name}: passes on vector registers, and nothing else, stand in files named *_vectors.cpp"


def files_are_short(project):
    for name, text in sources(project):
        if text.count("\n") > MOST_LINES:
            yield f"{name} has {text.count(chr(10))} lines: split it, {MOST_LINES} are the most"


def standard_headers_are_included(project):
    for name, header, used in standard_headers.missing(dict(sources(project, {".cpp", ".hpp"}))):
        yield f"{name} says {used} and includes no <{header}>"


def no_path_of_one_machine(project):
    files = list(sources(project)) + [(p.name, p.read_text()) for p in sorted(project.glob("*"))
                                      if p.is_file() and p.suffix in {".txt", ".md", ".json", ".cff"}]
    for name, text in files:
        found = ABSOLUTE.search(text)
        if found and name != THIS_FILE:
            yield f"{name} names {found.group()}: no absolute path of one machine"


def every_test_is_compiled(project):
    for name, _ in sources(project, {".cpp"}):
        if name.startswith(("tests/", "benchmarks/")) and not name.startswith(SHIM) and name not in COMPILED:
            yield f"{name} is not compiled: tests/FOLDER/*.cpp of the folders that tests/CMakeLists.txt lists, and benchmarks/dev/"


# rule, and one way to break it: file, text put there; and what else must be there for that
ROW = {"host/studies/other.cpp": 'Study other_study() {\n}\n', TABLE_OF_STUDIES: "row(other)\n"}
RULES = [
    (arrows_point_down, "kernels/broken.hpp", '#include "io/read.hpp"\n'),
    (arrows_point_down, "io/broken.cpp", '#include "host/settings/settings.hpp"\n'),
    (arrows_point_down, "host/broken.cpp", '#include "tests/support.hpp"\n'),
    (rooms_point_down, "kernels/base/broken.hpp", '#include "kernels/volume/volume.hpp"\n'),
    (rooms_point_down, "kernels/volume/broken.hpp", '#include "kernels/transport/operator.hpp"\n'),
    (rooms_point_down, "kernels/multigrid/broken.hpp", '#include "kernels/volume/volume.hpp"\n'),
    (rooms_point_down, "kernels/multigrid/broken.hpp", '#include "kernels/transport/blocks.hpp"\n'),
    (rooms_point_down, "kernels/transport/broken.hpp", '#include "kernels/bound/repair.hpp"\n'),
    (rooms_point_down, "kernels/transport/broken.hpp", '#include "kernels/geometry/distance.hpp"\n'),
    (rooms_point_down, "kernels/volume/broken.hpp", '#include "kernels/geometry/distance.hpp"\n'),
    (rooms_point_down, "kernels/new_room/broken.hpp", "#pragma once\n"),
    (rooms_point_down, "host/broken.cpp", "int x;\n"),
    (rooms_point_down, "host/solve/broken.hpp", '#include "host/settings/settings.hpp"\n'),
    (rooms_point_down, "host/settings/broken.hpp", '#include "host/studies/study.hpp"\n'),
    (rooms_point_down, "host/studies/broken.hpp", '#include "host/report/report.hpp"\n'),
    (rooms_point_down, "host/report/broken.hpp", '#include "host/app/console.hpp"\n'),
    (rooms_point_down, "host/app/broken.hpp", '#include "host/bench/measure.hpp"\n'),
    (studies_stand_alone, "host/studies/broken.cpp", '#include "host/studies/other.hpp"\n', ROW),
    (studies_stand_alone, "host/studies/shared.hpp", '#include "host/studies/other.hpp"\n', ROW),
    (studies_stand_alone, TABLE_OF_STUDIES, "rows in no form that is known\n"),
    (multigrid_knows_no_voxel, "kernels/multigrid/broken.hpp", "// a sum over voxels\n"),
    (tests_mirror_the_folders, "tests/odds_and_ends/broken.py", "pass\n"),
    (tests_mirror_the_folders, "tests/host/no_room/broken_test.cpp", "int main() {}\n"),
    (arrows_point_down, "host/broken.cpp", '#include "benchmarks/dev/dev.hpp"\n'),
    (words_stay_home, "benchmarks/dev/broken.cpp", "#include <thrust/copy.h>\n"),
    (words_stay_home, "host/broken.cpp", "#pragma omp parallel for\n"),
    (words_stay_home, "io/broken.cpp", "#include <thrust/copy.h>\n"),
    (words_stay_home, "tests/laws/broken.cpp", "void f() { cudaDeviceReset(); }\n"),
    (words_stay_home, "host/broken.cpp", "#include <hdf5.h>\n"),
    (words_stay_home, "kernels/broken.cpp", "#include <vtkImageData.h>\n"),
    (files_of_users_are_read_apart, "host/app/broken.cpp", "auto v = io::read_volume(path, options);\n"),
    (vectors_have_their_own_files, "kernels/geometry/broken_vectors.cpp", "int x;\n"),
    (vectors_have_their_own_files, "kernels/geometry/broken_cpu.cpp", "#define TAUVOX_VECTORS\n"),
    (files_are_short, "host/broken.cpp", "\n" * (MOST_LINES + 1)),
    (standard_headers_are_included, "host/app/broken.hpp", "std::int64_t n = 0;\n"),
    (standard_headers_are_included, "io/broken.cpp", '#include "io/none.hpp"\n#include <string>\nauto m = std::max(1, 2);\n'),
    (no_path_of_one_machine, "examples/broken.sh", "ls /" + "root/out\n"),
    (every_test_is_compiled, "benchmarks/broken.cpp", "int main() {}\n"),
    (every_test_is_compiled, "tests/unlisted/broken.cpp", "int main() {}\n"),
]


def put(project, files):
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


def fails_when_broken(rule, name, text, beside=None):
    """The rule is content with what stands beside, and not with the one file more."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        put(project, beside or {})
        content = not list(rule(project))
        put(project, {name: text})
        return content and len(list(rule(project))) == 1


def counts_what_a_study_reaches():
    """Two files by their includes, one as the .cpp of a header, one through that; system headers and tests are not met."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        put(project, {
            "host/studies/s.cpp": '#include <vector>\n#include "host/solve/a.hpp"\n',
            "host/solve/a.hpp": "#pragma once\n",
            "host/solve/a.cpp": '#include "host/solve/a.hpp"\n  #include "kernels/base/b.hpp"\n#include "tests/t.hpp"\n',
            "kernels/base/b.hpp": "#pragma once\n",
            "tests/t.hpp": "#pragma once\n",
            "host/solve/lonely.cpp": "",
        })
        return count.reached(project, "host/studies/s.cpp") == [
            "host/solve/a.cpp", "host/solve/a.hpp", "host/studies/s.cpp", "kernels/base/b.hpp"]


def main():
    project = pathlib.Path(sys.argv[1])
    for entry in json.loads(pathlib.Path(sys.argv[2]).read_text()):
        COMPILED.add(os.path.relpath(entry["file"], project))
    complaints = [f"{rule.__name__} does not see {name} with {text.strip()[:60]!r}"
                  for rule, name, text, *beside in RULES if not fails_when_broken(rule, name, text, *beside)]
    if not counts_what_a_study_reaches():
        complaints.append("count.py does not count what a study reaches")
    known = set()
    for rule in dict.fromkeys(rule for rule, *_ in RULES):
        for complaint in rule(project):
            place = (rule.__name__, complaint.split()[0].rstrip(":"))
            if place in KNOWN:
                known.add(place)
            else:
                complaints.append(complaint)
    complaints += [f"{name} keeps {rule}: remove its line from KNOWN" for rule, name in sorted(KNOWN - known)]
    print("\n".join(complaints) or f"{len(list(sources(project)))} files keep the house rules but for {len(known)} known breaks")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
