"""What a run without a terminal says on standard error: where it runs, and when."""

import json
import os
import pty
import re
import socket
import subprocess

import numpy
import pytest
from conftest import STAMP

RUNS = {
    "solve": ["solve", "cathode.h5", "--phase", "0", "--device", "cpu", "--threads", "1"],
    "evaluate": ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--device", "cpu", "--threads", "1", "-o", "report"],
    "batch": ["batch", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--device", "cpu", "--threads", "1", "-o", "lot"],
}
pytestmark = pytest.mark.usefixtures("without_gnuplot")


@pytest.fixture(autouse=True)
def volume(tauvox):
    assert tauvox("generate", "electrode", "--size", 12, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5").returncode == 0


@pytest.mark.parametrize("name", RUNS)
def test_the_first_line_says_where_and_every_line_when(tauvox, name):
    job = os.environ | {"SLURM_JOB_ID": "99", "SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": "3"}
    result = tauvox(*RUNS[name], env=job)
    assert result.returncode == 0, result.stderr
    head, *others = result.stderr.splitlines()
    device = r"cpu, taken by each evaluation" if name == "batch" else r"cpu \(1 thread\)"
    assert re.fullmatch(rf"tauvox \S+ {name} on {re.escape(socket.gethostname())}, process \d+, Slurm job 77_3, device {device}",
                        STAMP.sub("", head)), head
    assert all(STAMP.match(line) for line in [head, *others])
    assert not STAMP.search(result.stdout)
    quiet = tauvox(*RUNS[name], "--quiet", *(("--overwrite",) if name == "evaluate" else ()), env=job)
    assert quiet.returncode == 0 and quiet.stderr == ""


# words, and what writes all it has to say into a file: nothing is left for standard output
OTHERS = {
    "inspect": (["inspect", "grey.npy", "--json", "i.json"], True),
    "inspect without a file": (["inspect", "grey.npy"], False),
    "convert": (["convert", "ghost.npy", "new.h5", "--phases", "pore=0,ghost=7", "--allow-absent"], True),
    "generate": (["generate", "electrode", "--size", "12", "-o", "generated.h5"], True),
    "collect": (["collect", "report", "-o", "all.csv"], True),
    "export": (["export", "pybamm", "report/results.json", "--electrode", "positive", "-o", "cell.json"], True),
    "export without a file": (["export", "pybamm", "report/results.json", "--electrode", "positive"], False),
    "bench": (["bench", "--sizes", "8", "--cases", "gyroid", "--no-triad", "--repeats", "1", "--least-seconds", "0", "--device", "cpu", "-o", "b.json"], True),
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_command_that_says_something_by_the_way_can_be_quiet(tauvox, tmp_path, name):
    numpy.save(tmp_path / "ghost.npy", numpy.zeros((4, 4, 4)))
    numpy.save(tmp_path / "grey.npy", numpy.random.default_rng(1).random((4, 4, 4)))
    if "report" in str(OTHERS[name]):
        assert tauvox(*RUNS["evaluate"], "--ionic", "pore").returncode == 0
    words, in_file = OTHERS[name]
    loud = tauvox(*words)
    assert loud.returncode == 0 and loud.stdout, loud.stderr
    assert loud.stderr or name.split()[0] in ("inspect", "generate", "collect")  # nothing was to be said by the way
    quiet = tauvox(*words, "--quiet", *(["--overwrite"] if in_file else []))
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert (quiet.stdout == "") == in_file
    assert in_file or quiet.stdout == loud.stdout


def test_an_error_is_said_also_where_all_is_quiet(tauvox):
    for words in ["solve no.h5 --phase 0", "evaluate no.h5 -o r", "inspect no.h5", "convert no.h5 n.h5", "generate electrode --size 4 -o e.txt",
                  "collect no -o all.csv", "export pybamm no.json", "bench --sizes 2 -o b.json"]:
        result = tauvox(*words.split(), "--quiet")
        assert result.returncode in (2, 3, 4) and "error: " in result.stderr, words


def test_without_slurm_there_is_no_job(tauvox):
    bare = {k: v for k, v in os.environ.items() if not k.startswith("SLURM")}
    assert "job" not in tauvox(*RUNS["solve"], env=bare).stderr.splitlines()[0]


def test_what_programs_read_is_as_it_was(tauvox):
    failed = tauvox("solve", "nowhere.h5", "--phase", "0")
    *_, error, record = failed.stderr.splitlines()
    assert error.startswith("error: ") and json.loads(record)["exit_code"] == 3
    assert re.fullmatch(STAMP.pattern.strip("^ "), json.loads(record)["time"])
    assert json.loads(tauvox(*RUNS["solve"], "--json", "-").stdout)["status"] == "success"


def test_a_terminal_gets_neither_head_nor_times(program, tmp_path):
    ours, theirs = pty.openpty()
    run = subprocess.Popen([program, *RUNS["solve"]], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=theirs,
                           env=os.environ | {"NO_COLOR": "1"})
    assert run.wait(60) == 0
    os.close(theirs)
    try:
        said = os.read(ours, 1 << 16).decode()
    except OSError:  # nothing was said
        said = ""
    os.close(ours)
    assert "process" not in said and not STAMP.search(said)
    assert not re.search(r"\x1b\[[\d;]*m", said)  # no colours, with or without NO_COLOR
