"""A run that goes on from another folder, by other names of its files, and at a limit of CPU time."""

import os
import resource
import shutil
import signal
import subprocess

import h5py
import numpy
import pytest
from conftest import assert_refused, holds
from test_interruption import LONG, command, interrupted, numbers, volume, wait_for  # noqa: F401

pytestmark = pytest.mark.usefixtures("without_gnuplot")


@pytest.mark.parametrize("option", ["mask", "conductivity-table"])
def test_a_file_is_known_by_what_is_in_it_and_not_by_its_path(program, tauvox, volume, tmp_path, option):
    (tmp_path / "sub").mkdir()
    mask = numpy.ones((96, 96, 96), "u1")
    mask[:, 40:44] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    with h5py.File(volume) as file:
        numpy.save(tmp_path / "grey.npy", 100 * file["label"][:])
    (tmp_path / "table.csv").write_text("0,1\n100,0.5\n200,0.1\n")
    what = {"mask": 'input = "cathode.h5"\nphase = [0]\nmask = "mask.npy"\n',
            "conductivity-table": 'input = "grey.npy"\nconductivity-table = "table.csv"\n'}[option]
    (tmp_path / "study.toml").write_text(what + 'axis = ["z", "x"]\nthreads = 1\ndevice = "cpu"\ntolerance = 1e-6\nsolver = "jacobi"\n')
    run = subprocess.Popen([program, "solve", "study.toml", "--json", tmp_path / "out.json"], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
                           stdout=subprocess.DEVNULL)
    wait_for(lambda: holds(tmp_path / "out.ckpt", "axis z") or run.poll() is not None)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=LONG)
    assert run.returncode == 75, said
    shutil.copytree(tmp_path, tmp_path / "other", ignore=shutil.ignore_patterns("sub", "out.json", "out.settings.toml"))
    again = tauvox("solve", "../study.toml", "--json", tmp_path / "out.json", cwd=tmp_path / "sub")
    assert again.returncode == 0 and "axis z" in again.stderr and "kept" in again.stderr, again.stderr
    mask[:, 40:45] = 0
    numpy.save(tmp_path / "other/mask.npy", mask)
    (tmp_path / "other/table.csv").write_text("0,1\n100,0.5\n200,0.2\n")
    assert_refused(tauvox("solve", "study.toml", "--json", "out.json", cwd=tmp_path / "other"), 3, "the checkpoint is of another run")


def test_in_a_folder_that_is_no_utf8_a_run_goes_on_as_well(program, tauvox, volume, tmp_path):
    folder = tmp_path / os.fsdecode(b"bad\xffdir")
    folder.mkdir()
    shutil.copy(volume, folder)
    more = ["--field", "f.vti", "--csv", "out.csv", "--solver", "jacobi"]
    whole = tauvox(*command(*more))
    assert whole.returncode == 0, whole.stderr
    code, said = interrupted(program, folder, signal.SIGTERM, *more)
    assert code == 75, said
    again = tauvox(*command(*more), cwd=folder)
    assert again.returncode == 0 and "kept" in again.stderr, again.stderr
    assert numbers(folder / "out.json") == numbers(tmp_path / "out.json")
    assert not [f for f in os.listdir(folder) if "ckpt" in f or ".tmp." in f]


def test_a_limit_of_cpu_time_ends_a_run_in_good_order(tauvox, volume, tmp_path):
    """ulimit -S -t: the system tells every second from then on."""
    def one_second():
        resource.setrlimit(resource.RLIMIT_CPU, (1, resource.RLIM_INFINITY))

    ended = tauvox(*command("--tolerance", "1e-9", "--solver", "jacobi", "--precision", "double"), preexec_fn=one_second)
    assert ended.returncode == 75 and f"signal {int(signal.SIGXCPU)}" in ended.stderr, ended.stderr
