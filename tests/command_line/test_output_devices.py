"""Outputs whose names cannot be: of devices, of what standard output goes to, of each other."""

import os
import subprocess
from pathlib import Path

import pytest
import volumes
from conftest import assert_refused

SOLVE = ["solve", "cathode.h5", "--phase", "0,1", "--device", "cpu"]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)



@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link.json", "far.json"])
@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_what_standard_output_goes_to_is_not_replaced(tauvox, tmp_path, name, option):
    """A rename would put the output in the place of the log of a job."""
    (tmp_path / "link.json").symlink_to("/dev/stdout")
    (tmp_path / "far.json").symlink_to("link.json")
    log = tmp_path / "job.log"
    log.write_text("begun\n")
    for words in [[*SOLVE, option, name, "--overwrite"], ["inspect", "cathode.h5", "--json", name, "--overwrite"]]:
        with open(log, "a") as standard:
            result = tauvox(*words, capture_output=False, stdout=standard, stderr=subprocess.PIPE)
        assert_refused(result, 7, name, "not a regular file", "--json -")
        assert log.read_text() == "begun\n"


def test_no_command_writes_under_a_device(tauvox, tmp_path):
    for link in ("all.json", "v.npy"):
        (tmp_path / link).symlink_to("/dev/stdout")
    (tmp_path / "lot").mkdir()
    (tmp_path / "lot/batch.csv").symlink_to("/dev/stdout")
    assert tauvox("evaluate", "cathode.h5", "--phases", "pore=0,a=1,b=2", "--voxel-size", "1um", "--device", "cpu", "-o", "r").returncode == 0
    for words in [["collect", "r", "-o", "all.json", "--overwrite"], ["convert", "cathode.h5", "v.npy", "--overwrite"],
                  ["batch", "cathode.h5", "--phases", "pore=0,a=1,b=2", "-o", "lot"], [*SOLVE, "--json", "/dev/null"]]:
        with open(tmp_path / "job.log", "w") as standard:
            result = tauvox(*words, capture_output=False, stdout=standard, stderr=subprocess.PIPE)
        assert_refused(result, 7, "not a regular file")


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no such folder here")
def test_a_folder_in_memory_is_a_folder(tauvox):
    name = f"/dev/shm/tauvox_test_{os.getpid()}"
    try:
        assert tauvox(*SOLVE, "--json", f"{name}.json").returncode == 0
    finally:
        for left in Path("/dev/shm").glob(f"tauvox_test_{os.getpid()}*"):
            left.unlink()


def test_a_link_that_leads_nowhere_is_named(tauvox, tmp_path):
    (tmp_path / "a.h5").symlink_to("gone.h5")
    assert_refused(tauvox("inspect", "a.h5"), 3, "symbolic link leads nowhere", "gone.h5")


def test_two_outputs_cannot_share_a_name(tauvox):
    assert_refused(tauvox(*SOLVE, "--json", "out.txt", "--csv", "./out.txt"), 2, "same name", "out.txt")
    assert_refused(tauvox(*SOLVE, "--field", "out.stl"), 2, "out.stl", ".vti")
