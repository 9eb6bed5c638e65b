"""Runs the built program as a user does: `pytest --tauvox=BUILD/tauvox tests/command_line`."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534
SANITIZED = os.environ.get("TAUVOX_SANITIZE", "").upper() not in ("", "0", "NO", "OFF", "FALSE")  # the build's option
UNTRACED = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}  # for a program under strace: leaks cannot be looked for there
measures_memory = pytest.mark.skipif(SANITIZED, reason="a sanitizer takes memory of its own")


def pytest_addoption(parser):
    parser.addoption("--tauvox", required=True, help="the program")
    parser.addoption("--failed-report", required=True, help="the program that prints the report of a failed run")


@pytest.fixture(scope="session")
def program(request):
    return str(Path(request.config.getoption("--tauvox")).resolve())


@pytest.fixture(scope="session")
def failed_report(request):
    path = str(Path(request.config.getoption("--failed-report")).resolve())
    result = subprocess.run([path], capture_output=True, text=True, timeout=60)
    assert result.returncode == 9, result.stderr
    return json.loads(result.stdout)


def electrode(program, folder, size):
    """A generated one, as a file in a folder; the same for the same size."""
    path = folder / "cathode.h5"
    subprocess.run([program, "generate", "electrode", "--size", str(size), "--seed", "3", "--voxel-size", "0.4um", "-o", path], check=True,
                   capture_output=True)
    return path


@pytest.fixture
def without_gnuplot(monkeypatch):
    """Charts would take most of the time of an evaluation."""
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def tauvox(program, tmp_path):
    """tauvox("solve", ...) in an empty folder; keywords go to subprocess.run."""

    def run(*arguments, **options):
        options = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 120} | options
        return subprocess.run([*options.pop("before", []), program, *map(str, arguments)], **options)

    return run


@pytest.fixture
def solve(tauvox):
    """The report of `tauvox solve ...`, which must exit with `code`."""

    def run(*arguments, code=0, **options):
        if "--device" not in arguments:
            arguments += ("--device", os.environ.get("TAUVOX_TEST_DEVICE", "cpu"))
        result = tauvox("solve", *arguments, "--json", "-", **options)
        assert result.returncode == code, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def as_nobody(program):
    """tauvox as a user without rights in a folder that everyone can enter; yields the folder and the runner."""
    folder = Path(tempfile.mkdtemp(prefix="tauvox_"))
    folder.chmod(0o755)
    copy = shutil.copy(program, folder / "tauvox")
    identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(*arguments):
        return subprocess.run([copy, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=60,
                              **identity)

    yield folder, run
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def value(result, name):
    """Of a quantity of a result; None where it is undefined."""
    return result["quantities"][name]["value"]


STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", re.MULTILINE)


def said_by(result):
    """Standard error without the times and the first line of a log."""
    said = STAMP.sub("", result.stderr)
    return re.sub(r"^tauvox \S+ (solve|evaluate|batch) on .*\n", "", said, flags=re.MULTILINE)


def assert_refused(result, code, *facts, status="failed"):
    """One `error:` line with the facts, then one JSON line with the status; nothing else but notices."""
    lines = said_by(result).splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert result.returncode == code, result.stderr
    assert len(errors) == 1, result.stderr
    for fact in facts:
        assert str(fact) in errors[0]
    records = [json.loads(line) for line in lines if line.startswith("{")]
    assert [(r["status"], r["exit_code"]) for r in records] == [(status, code)]
    assert records[0]["error"].replace("\n", r"\n").replace("\x1b", r"\x1b") == errors[0].removeprefix("error: ")
    assert all(line.startswith(("error: ", "{", "notice: ")) for line in lines), result.stderr


def contents(folder):
    """Name -> bytes of every regular file below `folder`."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def holds(checkpoint, part):
    """Whether a part is kept in the file of a run."""
    try:
        return f'"{part}":' in checkpoint.read_text()
    except FileNotFoundError:  # not yet, or being replaced
        return False


@pytest.fixture
def library(request):
    """Preloaded, it lets calls of the system fail on demand."""
    if SANITIZED:
        pytest.skip("a sanitizer has calls of its own in their place, and wants to be loaded first")
    return os.path.abspath(os.path.join(os.path.dirname(request.config.getoption("--failed-report")), "libfailing_calls.so"))
