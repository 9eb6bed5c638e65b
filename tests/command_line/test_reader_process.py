"""Files are read in a process of their own: whatever becomes of it, the program goes on to say so."""

import json
import os
import random
import re
import resource
import signal
import struct
import subprocess
import time
from pathlib import Path

import h5py
import numpy
import pytest
import volumes
from conftest import SANITIZED, assert_refused

WORD = b"--read-for-the-program"


def reader_of(process):
    """The number of the process that reads for this one."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(20000):
        for child in children.read_text().split() if children.exists() else []:
            if WORD in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
        time.sleep(0.0005)
    raise AssertionError("no reader was seen")


@pytest.fixture
def caught(program, tmp_path):
    """A run whose reader stands still while it reads; yields the run and the number of the reader."""
    with open(tmp_path / "large.raw", "wb") as file:
        file.truncate(8 * 500**3)  # in no blocks on the disk
    run = subprocess.Popen([program, "inspect", "large.raw", "--shape", "500,500,500", "--dtype", "float64"], cwd=tmp_path,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    reader = reader_of(run)
    status = Path(f"/proc/{reader}/status")
    for _ in range(20000):  # until it has confined itself
        if "NoNewPrivs:\t1" in status.read_text():
            break
        time.sleep(0.0005)
    time.sleep(0.05)
    os.kill(reader, signal.SIGSTOP)
    yield run, reader
    if run.poll() is None:
        run.kill()
    run.communicate()


@pytest.mark.parametrize("command", [["inspect"], ["solve", "--phase", "0"], ["evaluate", "--voxel-size", "1um"]])
def test_every_command_that_takes_a_volume_reads_apart(program, tmp_path, command):
    with open(tmp_path / "large.raw", "wb") as file:
        file.truncate(8 * 300**3)
    run = subprocess.Popen([program, *command, "large.raw", "--shape", "300,300,300", "--dtype", "float64"], cwd=tmp_path,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    reader = reader_of(run)
    os.kill(reader, signal.SIGABRT)
    said = run.communicate()[1]
    assert run.returncode == 3 and "signal 6" in said, said


ENDS = [signal.SIGABRT, signal.SIGKILL, signal.SIGQUIT]


@pytest.mark.parametrize("deadly", ENDS if SANITIZED else [signal.SIGSEGV, *ENDS])
def test_a_reader_that_dies_is_an_unreadable_file_unless_it_was_ended(caught, deadly, tmp_path):
    run, reader = caught
    os.kill(reader, deadly)
    os.kill(reader, signal.SIGCONT)
    run.stdout, errors = None, run.communicate(timeout=60)[1]
    result = subprocess.CompletedProcess(run.args, run.returncode, "", errors)
    if deadly in (signal.SIGKILL, signal.SIGQUIT):
        assert_refused(result, 5, "large.raw", f"signal {deadly.value}", "ended from outside")
        assert "damaged" not in errors
    else:
        assert_refused(result, 3, "large.raw", f"signal {deadly.value}", "damaged")
    assert [path.name for path in tmp_path.iterdir()] == ["large.raw"]  # and no core file


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
def test_the_reader_leaves_it_to_the_program_when_to_end(caught, sent):
    run, reader = caught
    os.kill(reader, sent)
    os.kill(reader, signal.SIGCONT)
    errors = run.communicate(timeout=60)[1]
    assert "signal" not in errors, errors


def test_the_reader_ends_with_the_program(caught):
    run, reader = caught
    run.kill()
    run.wait()
    for _ in range(2000):
        stat = Path(f"/proc/{reader}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.005)
    raise AssertionError("the reader is still there")


@pytest.mark.skipif(SANITIZED, reason="sanitizers need files and addresses")
def test_the_reader_has_limits_of_its_own(caught):
    _, reader = caught
    limits = Path(f"/proc/{reader}/limits").read_text()
    def most(name):
        return re.search(rf"^{name}\s+(\S+)", limits, flags=re.M).group(1)
    assert most("Max core file size") == "0" and int(most("Max open files")) <= 64
    assert int(most("Max cpu time")) < 3600 and most("Max address space") != "unlimited"
    status = Path(f"/proc/{reader}/status").read_text()
    assert "NoNewPrivs:\t1" in status and re.search(r"^Seccomp:\t[02]", status, flags=re.M)


def test_no_damaged_file_reaches_the_program(tauvox, tmp_path):
    """Strings of variable length lie in a heap; HDF5 1.10 follows some damaged ones to memory that is not there."""
    with h5py.File(tmp_path / "good.h5", "w") as file:
        data = file.create_dataset("v", data=volumes.LABELS)
        data.attrs["axistags"] = '{"axes": [{"key": "z"}, {"key": "y"}, {"key": "x"}]}'
        data.attrs["axes"] = numpy.array(["z", "y", "x"], dtype=h5py.string_dtype())
        data.attrs.create("spacing_note", data="abc", dtype=h5py.string_dtype())
    content = (tmp_path / "good.h5").read_bytes()
    heap = content.find(b"GCOL")
    chance = random.Random(1)
    for number in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            first, end = (heap, heap + 200) if chance.random() < 0.6 else (0, len(damaged))
            damaged[chance.randrange(first, min(end, len(damaged)))] = chance.choice([0, 255, 1, 127, 128])
        (tmp_path / "damaged.h5").write_bytes(damaged)
        result = tauvox("inspect", "damaged.h5", "--json", "-", timeout=60)
        assert result.returncode in (0, 3, 4), f"{number}: {result.stderr}"
        json.loads(result.stdout.splitlines()[-1] if result.returncode else result.stdout)


@pytest.mark.skipif(SANITIZED, reason="sanitizers need addresses")
def test_a_text_that_claims_gigabytes_takes_none(tauvox, tmp_path):
    """HDF5 allocates and clears what the length in a damaged file says."""
    text = "text of no fixed length"
    with h5py.File(tmp_path / "good.h5", "w") as file:
        file["v"] = volumes.LABELS
        file["v"].attrs["axistags"] = text
    content = (tmp_path / "good.h5").read_bytes()
    stored = struct.pack("<IQ", len(text), content.find(b"GCOL"))
    assert content.count(stored) == 1
    (tmp_path / "long.h5").write_bytes(content.replace(stored, struct.pack("<I", 0xFB000000) + stored[4:]))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = tauvox("inspect", "long.h5")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode in (0, 3), result.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10 and after.ru_maxrss < 2_000_000


def test_codes_come_back_whole_where_shared_memory_may_not_be_so_large(tauvox, tmp_path):
    for name, labels in [("narrow.h5", volumes.LABELS), ("wide.h5", numpy.arange(336, dtype="u2").reshape(volumes.SHAPE))]:
        volumes.hdf5(tmp_path / name, volume=labels)
        plain = json.loads(tauvox("inspect", name, "--json", "-").stdout)
        limited = tauvox("inspect", name, "--json", "-", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
        assert json.loads(limited.stdout)["results"] is not None
        for report in (plain, limited := json.loads(limited.stdout)):
            for result in report["results"]:
                result.pop("seconds")
        assert limited["phases"] == plain["phases"] and limited["results"] == plain["results"]
