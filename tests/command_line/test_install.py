"""An installed tree that was moved elsewhere: the program, its manuals, completion and modulefile."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import volumes
from conftest import SANITIZED

MODULES = next(Path("/usr/lib").glob("*/modulecmd.tcl"), None)  # Debian's environment-modules


@pytest.fixture(scope="module")
def tree(program, tmp_path_factory):
    """Installed into one folder, and moved to another whose name has a blank."""
    build = Path(program).resolve().parent
    if not (build / "generated/share").is_dir() or not shutil.which("cmake"):
        pytest.skip("a build of all targets, and cmake, are needed to install")
    folder = tmp_path_factory.mktemp("installed")
    result = subprocess.run(["cmake", "--install", build, "--prefix", folder / "first"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return (folder / "first").rename(folder / "moved there")


def test_it_runs_where_it_was_moved_to(tree, program, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    bare = {k: v for k, v in os.environ.items() if k != "PATH"} | {"PATH": f"{tree}/bin:/usr/bin:/bin"}
    words = ["solve", "cathode.h5", "--phase", "0,1", "--device", "cpu", "--json", "-", "--quiet"]
    found = subprocess.run(["tauvox", *words], cwd=tmp_path, env=bare, capture_output=True, text=True)
    assert found.returncode == 0 and '"converged"' in found.stdout, found.stderr
    if not SANITIZED:  # a build with a sanitizer has names of folders for its reports
        assert str(Path(program).parent).encode() not in (tree / "bin/tauvox").read_bytes()  # nothing of where it was built


def test_no_library_is_taken_from_the_current_folder(tree, program, tmp_path):
    """A volume may come with files of any name: an empty entry in the list of folders is the current one."""
    for built in (program, tree / "bin/tauvox"):
        listed = subprocess.run(["ldd", built], capture_output=True, text=True, check=True).stdout
        names = [line.split()[0] for line in listed.splitlines() if "=> /" in line]
        assert len(names) > 5, listed
        for name in names:
            (tmp_path / name).write_bytes(b"no library")
        found = subprocess.run([built, "--version"], cwd=tmp_path, capture_output=True, text=True)
        assert found.returncode == 0, found.stderr


def test_manuals_completion_and_schemas_came_along(tree):
    for name in ("man/man1/tauvox.1", "man/man1/tauvox-solve.1", "bash-completion/completions/tauvox", "zsh/site-functions/_tauvox",
                 "fish/vendor_completions.d/tauvox.fish", "tauvox/report.schema.json", "tauvox/bench.schema.json",
                 "doc/tauvox/quantities.md"):
        assert (tree / "share" / name).stat().st_size > 0, name


@pytest.mark.skipif(MODULES is None, reason="no environment-modules")
def test_the_module_finds_the_tree(tree, tmp_path):
    script = ('eval "$("$1" bash use "$2/share/tauvox/modulefiles")"; eval "$("$1" bash load tauvox)"; command -v tauvox; '
              'man -w tauvox-solve || echo "$MANPATH"; eval "$("$1" bash unload tauvox)"; command -v tauvox || echo none')
    found = subprocess.run(["bash", "-c", script, "bash", MODULES, tree], capture_output=True, text=True, cwd=tmp_path,
                           env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    program, manual, after = found.stdout.splitlines()
    assert program == f"{tree}/bin/tauvox", found.stderr
    assert manual.startswith(f"{tree}/share/man")
    assert after == "none"
