"""The house rules, checked on the sources. usage: house_test.py PROJECT_FOLDER COMPILE_COMMANDS

First every rule is broken once, in a copy, and must be seen to fail there; then the project itself is checked.
"""

import json
import os
import pathlib
import re
import sys
import tempfile

CODE = {".cpp", ".hpp", ".py", ".sh"}
FOLDERS = ("kernels", "io", "host", "examples", "benchmarks", "tests", ".ci")

# Which folders' headers a folder may include; the others (tests, examples, benchmarks) are leaves.
MAY_INCLUDE = {"kernels": {"kernels"}, "io": {"kernels", "io"}, "host": {"kernels", "io", "host"}}

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
            if path.is_file() and (path.suffix in suffixes or folder == ".ci"):
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


# What studies share: everything in host/studies/ that is no study itself.
SHARED_BY_STUDIES = {"study", "phases", "resolution", "coarsen", "throat", "verify", "quantity", "report", "units",
                     "transport_quantities"}


def studies_stand_alone(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        if name.startswith("host/studies/"):
            for included in re.findall(r'#include "(host/studies/[^"]+)"', text):
                stem = pathlib.PurePath(included).stem
                if stem not in SHARED_BY_STUDIES | {pathlib.PurePath(name).stem}:
                    yield f"{name} includes {included}: a study never includes another study"


def words_stay_home(project):
    for name, text in sources(project, {".cpp", ".hpp"}):
        folder = name.split("/")[0]
        for home, words in WORDS.items():
            if home == "kernels" and name.startswith(SHIM):
                continue
            found = words.search(without_comments(text))
            if folder != home and folder not in LEAVES_ALLOWED[home] and found:
                yield f"{name} says {found.group()!r}: that word belongs to {home}/"


def files_are_short(project):
    for name, text in sources(project):
        if text.count("\n") > MOST_LINES:
            yield f"{name} has {text.count(chr(10))} lines: split it, {MOST_LINES} are the most"


def no_path_of_one_machine(project):
    files = list(sources(project)) + [(p.name, p.read_text()) for p in sorted(project.glob("*"))
                                      if p.is_file() and p.suffix in {".txt", ".md", ".json", ".cff"}]
    for name, text in files:
        found = ABSOLUTE.search(text)
        if found and name != THIS_FILE:
            yield f"{name} names {found.group()}: no absolute path of one machine"


def every_test_is_compiled(project):
    for name, _ in sources(project, {".cpp"}):
        if name.startswith("tests/") and not name.startswith(SHIM) and name not in COMPILED:
            yield f"{name} is not compiled: tests/CMakeLists.txt takes tests/FOLDER/*.cpp of the folders it lists"


# rule, and one way to break it: file, text put there
RULES = [
    (arrows_point_down, "kernels/broken.hpp", '#include "io/read.hpp"\n'),
    (arrows_point_down, "io/broken.cpp", '#include "host/settings/settings.hpp"\n'),
    (arrows_point_down, "host/broken.cpp", '#include "tests/support.hpp"\n'),
    (studies_stand_alone, "host/studies/broken.cpp", '#include "host/studies/other.hpp"\n'),
    (words_stay_home, "host/broken.cpp", "#pragma omp parallel for\n"),
    (words_stay_home, "io/broken.cpp", "#include <thrust/copy.h>\n"),
    (words_stay_home, "tests/laws/broken.cpp", "void f() { cudaDeviceReset(); }\n"),
    (words_stay_home, "host/broken.cpp", "#include <hdf5.h>\n"),
    (words_stay_home, "kernels/broken.cpp", "#include <vtkImageData.h>\n"),
    (files_are_short, "host/broken.cpp", "\n" * (MOST_LINES + 1)),
    (no_path_of_one_machine, "examples/broken.sh", "ls /" + "root/out\n"),
    (every_test_is_compiled, "tests/unlisted/broken.cpp", "int main() {}\n"),
]


def fails_when_broken(rule, name, text):
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
        return len(list(rule(project))) == 1


def main():
    project = pathlib.Path(sys.argv[1])
    for entry in json.loads(pathlib.Path(sys.argv[2]).read_text()):
        COMPILED.add(os.path.relpath(entry["file"], project))
    complaints = [f"{rule.__name__} does not see {name} with {text.strip()[:60]!r}"
                  for rule, name, text in RULES if not fails_when_broken(rule, name, text)]
    for rule in dict.fromkeys(rule for rule, _, _ in RULES):
        complaints += rule(project)
    print("\n".join(complaints) or f"{len(list(sources(project)))} files keep the house rules")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
