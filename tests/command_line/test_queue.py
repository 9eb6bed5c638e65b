"""Several workers on one lot, as jobs of a queue are; and what they found, collected."""

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy
import pytest
import volumes
from conftest import assert_refused

OPTIONS = ["--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "--ionic", "pore", "--axis", "z",
           "--threads", "1"]
WITHOUT_FIGURES = os.environ | {"PATH": "", "SLURM_JOB_ID": "77"}  # gnuplot would take most of the time


@pytest.fixture(autouse=True)
def scans(tmp_path):
    (tmp_path / "scans").mkdir()
    for i in range(8):
        volumes.hdf5(tmp_path / "scans" / f"s{i}.h5", volume=numpy.roll(volumes.repeated(2), i, axis=0)[: 14 - i // 2])
    return tmp_path / "scans"


@pytest.fixture
def begin(program, tmp_path):
    """Starts a worker; what is still there at the end of the test is killed."""
    workers = []

    def start(*arguments, lot="lot", scans="scans/*.h5"):
        words = [program, "batch", scans, "-o", lot, *OPTIONS, *arguments]
        workers.append(subprocess.Popen(words, cwd=tmp_path, env=WITHOUT_FIGURES, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.poll() is None:
            worker.kill()
            worker.communicate()


def end_of(worker, code=0):
    said, errors = worker.communicate(timeout=100)
    assert worker.returncode == code, said + errors
    return said, errors


def evaluated(*outputs):
    return sorted(line.split()[1] for said in outputs for line in said.splitlines() if "(evaluated," in line)


def table(tmp_path, lot="lot"):
    return list(csv.DictReader((tmp_path / lot / "batch.csv").open()))


def wait_for(condition):
    for _ in range(2000):
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come")


ALL = [f"scans/s{i}.h5:" for i in range(8)]


def nothing_is_left(tmp_path):
    return not [p for p in (tmp_path / "lot").rglob("*") if any(word in p.name for word in (".part", ".claim", ".tmp", "lock"))]


FOUND_ALONE = []


@pytest.fixture
def alone(begin, tmp_path):
    """The table of one worker, of these volumes, which are the same in each test."""
    if not FOUND_ALONE:
        end_of(begin(lot="alone"))
        FOUND_ALONE.append((tmp_path / "alone/batch.csv").read_bytes())
    return FOUND_ALONE[0]


@pytest.mark.parametrize("count", [2, 3])
def test_workers_share_a_lot_and_find_what_one_finds(count, begin, alone, tmp_path):
    outputs = [end_of(worker)[0] for worker in [begin() for _ in range(count)]]
    assert evaluated(*outputs) == ALL
    assert (tmp_path / "lot/batch.csv").read_bytes() == alone
    assert "8 of 8 volumes" in (tmp_path / "lot/batch.html").read_text()
    assert nothing_is_left(tmp_path)
    state = json.loads(next((tmp_path / "lot/volumes").glob("s0-*/state.json")).read_text())
    assert state["job"] == "77" and state["host"] and state["ended"].endswith("Z")


def test_a_worker_that_is_killed_is_replaced(begin, alone, tmp_path):
    killed = begin()
    claims = lambda: list((tmp_path / "lot/volumes").glob("*.claim"))  # noqa: E731
    for _ in range(20):  # stopped while it has a claim
        wait_for(claims)
        killed.send_signal(signal.SIGSTOP)
        if claims():
            break
        killed.send_signal(signal.SIGCONT)
    other = begin()
    wait_for(lambda: len(list((tmp_path / "lot/volumes").glob("*/state.json"))) >= 4)
    killed.kill()  # not waited for yet: its number still exists
    said, notices = end_of(other)
    assert "running elsewhere (claimed," in said and f"process {killed.pid} on" in said and "job 77" in said
    assert notices.count("taken over") == 1 and f"process {killed.pid} on" in notices
    assert (tmp_path / "lot/batch.csv").read_bytes() == alone
    assert nothing_is_left(tmp_path)


def test_a_silent_machine_is_given_time(begin, alone, tmp_path):
    end_of(begin())
    folder = next((tmp_path / "lot/volumes").glob("s3-*"))
    part = folder.with_name(folder.name + ".part.elsewhere.123")
    folder.rename(part)
    (part / "state.json").unlink()
    (part / "results.json.tauvox-lock").write_text("elsewhere 124 1\n")
    claim = folder.with_name(folder.name + ".claim")
    claim.write_text("elsewhere 123 1 55\n")
    said, _ = end_of(begin("--no-wait"))
    assert "scans/s3.h5: running elsewhere (claimed" in said and "process 123 on elsewhere, job 55" in said
    assert {row["volume"] for row in table(tmp_path) if row["status"] == "running elsewhere"} == {"scans/s3.h5"}
    waiting = begin()
    wait_for(lambda: "s3.h5: running elsewhere" in waiting.stdout.readline())
    os.utime(claim, (time.time() - 3600,) * 2)
    said, notices = end_of(waiting)
    assert evaluated(said) == ["scans/s3.h5:"] and "taken over" in notices and "elsewhere" in notices
    folder.rename(part)
    claim.write_text("elsewhere 123 1 55\n")
    os.utime(claim, (time.time() - 3600,) * 2)
    assert end_of(begin("--quiet")) == ("", "") and (folder / "results.json").exists()
    assert (tmp_path / "lot/batch.csv").read_bytes() == alone
    assert nothing_is_left(tmp_path)


@pytest.mark.skipif(subprocess.run(["unshare", "--uts", "hostname", "node1"], capture_output=True).returncode != 0, reason="no names of hosts of our own")
def test_workers_of_two_machines_share_a_lot(program, alone, tmp_path):
    """By their names, which is all that a claim knows of a machine."""
    def on(node):
        words = ["unshare", "--uts", "sh", "-c", f'hostname {node} && exec "$@"', "sh", program, "batch", "scans/*.h5", "-o", "lot", *OPTIONS]
        return subprocess.Popen(words, cwd=tmp_path, env=os.environ | {"SLURM_JOB_ID": "77"}, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    outputs = [end_of(worker)[0] for worker in [on("node1"), on("node2")]]
    assert evaluated(*outputs) == ALL
    assert (tmp_path / "lot/batch.csv").read_bytes() == alone
    assert {json.loads(state.read_text())["host"] for state in (tmp_path / "lot/volumes").glob("*/state.json")} <= {"node1", "node2"}
    assert nothing_is_left(tmp_path)


def test_who_has_lost_its_claim_writes_nothing(begin, tmp_path):
    """As a machine that was suspended and comes back."""
    end_of(begin())
    folder = next((tmp_path / "lot/volumes").glob("s0-*"))
    before = (folder / "results.json").read_bytes()
    (folder / "state.json").rename(tmp_path / "state.json")
    worker = begin(scans="scans/s0.h5")
    claim = folder.with_name(folder.name + ".claim")
    wait_for(claim.exists)
    worker.send_signal(signal.SIGSTOP)
    assert claim.exists()
    claim.write_text("elsewhere 123 1 55\n")
    worker.send_signal(signal.SIGCONT)
    wait_for(lambda: "running elsewhere" in worker.stdout.readline())
    assert (folder / "results.json").read_bytes() == before and "elsewhere 123" in claim.read_text()
    (tmp_path / "state.json").rename(folder / "state.json")
    end_of(worker)


def test_shards_together_are_the_lot(begin, alone, tmp_path, tauvox):
    outputs = [end_of(begin("--shard", f"{i}/3"))[0] for i in (1, 2, 3)]
    assert [len(evaluated(said)) for said in outputs] == [3, 2, 3] and evaluated(*outputs) == ALL
    assert "shard 0 of 3: 3 of 8 volumes" in outputs[2]
    assert len({row["volume"] for row in table(tmp_path)}) == 8
    assert (tmp_path / "lot/batch.csv").read_bytes() == alone
    assert not evaluated(end_of(begin("--shard", "0/3"))[0])  # 3/3 has done it
    for wrong in ("4/3", "-1/3", "1", "/3", "1/", "1/0", "a/b", "1/3x", "/100"):
        assert_refused(tauvox("batch", "scans/*.h5", "-o", "lot", *OPTIONS, f"--shard={wrong}"), 2, "--shard", "I/N")


def test_the_job_script_hands_signals_on_and_asks_for_its_queue(program, tauvox, tmp_path):
    """Without Slurm: what it would call is a stand-in."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/scontrol").write_text('#!/bin/bash\necho "$@" >> asked\n')
    (tmp_path / "bin/scontrol").chmod(0o755)
    (tmp_path / "s.toml").write_text('phases = { pore = 0, active = 1, binder = 2 }\nvoxel-size = "1um"\ndevice = "cpu"\n'
                                     'ionic = ["pore"]\naxis = ["z"]\n')
    script = Path(__file__).parents[2] / "examples/hpc/slurm_array.sh"
    environment = WITHOUT_FIGURES | {"PATH": str(tmp_path / "bin"), "TAUVOX": program, "SHARDS": "2"}
    command = ["/bin/bash", script, "scans/*.h5", "s.toml", "lot"]
    job = subprocess.Popen(command, cwd=tmp_path, env=environment | {"SLURM_ARRAY_TASK_ID": "0"}, stdout=subprocess.DEVNULL)
    wait_for(lambda: list((tmp_path / "lot/volumes").glob("*.claim")))
    job.send_signal(signal.SIGUSR1)
    assert job.wait(60) == 75 and (tmp_path / "asked").read_text() == "requeue 77\n"
    for task in "01":
        assert subprocess.run(command, cwd=tmp_path, env=environment | {"SLURM_ARRAY_TASK_ID": task}, timeout=60).returncode == 0
    assert {row["status"] for row in table(tmp_path)} == {"finished"} and len({row["volume"] for row in table(tmp_path)}) == 8


def test_an_array_that_is_too_short_is_told(tauvox):
    few = os.environ | {"SLURM_ARRAY_TASK_COUNT": "2", "PATH": ""}
    result = tauvox("batch", "scans/*.h5", "-o", "lot", *OPTIONS, "--shard", "7/8", env=few)
    assert result.returncode == 0 and "2 tasks" in result.stderr


def test_what_failed_is_tried_once_by_all_workers(begin, scans, tmp_path):
    for path in scans.glob("s[1-7].h5"):
        path.unlink()
    (scans / "s1.h5").write_bytes((scans / "s0.h5").read_bytes()[:2000])
    end_of(begin(), 12)
    volumes.hdf5(scans / "s0.h5", volume=volumes.repeated(10))
    first = begin("--retry-failed")
    wait_for(lambda: list((tmp_path / "lot/volumes").glob("*.claim")))
    first.send_signal(signal.SIGSTOP)
    second = begin("--retry-failed")
    wait_for(lambda: "failed (evaluated" in second.stdout.readline() or second.poll())
    first.send_signal(signal.SIGCONT)
    said, _ = end_of(first, 12)
    assert "s1.h5: failed (kept" in said
    end_of(second, 12)
    assert "failed (kept" in end_of(begin(), 12)[0]
    assert "failed (evaluated" in end_of(begin("--retry-failed"), 12)[0]


def test_files_that_look_the_same_are_not_read_again(begin, scans, tmp_path):
    """By the time of the inode, which nobody can set."""
    for path in scans.glob("s[1-7].h5"):
        path.unlink()
    time.sleep(4)  # younger ones are read
    end_of(begin())
    state = next((tmp_path / "lot/volumes").glob("*/state.json"))
    assert json.loads(state.read_text())["seen"]
    old = (scans / "s0.h5").stat()
    changed = volumes.hdf5(scans / "new.h5", volume=volumes.repeated(2)[::-1][:14])
    assert (scans / "new.h5").stat().st_size == old.st_size, changed
    (scans / "s0.h5").write_bytes((scans / "new.h5").read_bytes())
    (scans / "new.h5").unlink()
    os.utime(scans / "s0.h5", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert evaluated(end_of(begin())[0]) == ["scans/s0.h5:"]


def test_collect(begin, tauvox, tmp_path):
    end_of(begin())
    end_of(begin("--tolerance", "1e-3", scans="scans/s[01].h5", lot="more"))
    end_of(begin(scans="scans/s[01].h5", lot="twice"))
    interrupted = next((tmp_path / "more/volumes").glob("s0-*")) / "results.json"
    left = tmp_path / "lot/volumes/s0-1.part.elsewhere.9"
    left.mkdir()
    (left / "results.json").write_bytes(interrupted.read_bytes())
    report = json.loads(interrupted.read_text())
    interrupted.write_text(json.dumps(report | {"status": "interrupted"}))
    (tmp_path / "more/results.json").write_text("{")
    result = tauvox("collect", "lot", "more", "twice", "lot/volumes", "-o", "all.csv")
    assert result.returncode == 0, result.stderr
    assert "9 evaluations" in result.stdout
    for what in (f"2 left out: another folder holds the same evaluation, such as {tmp_path}/twice/volumes/s", "1 left out: failed or not finished", "1 left out: not readable"):
        assert what in result.stderr
    rows = list(csv.DictReader((tmp_path / "all.csv").open()))
    assert len({row["id"] for row in rows}) == 9 and len({row["settings_hash"] for row in rows}) == 2
    assert all(len(row["sha256"]) == 64 and row["job"] == "77" and row["date"].endswith("Z") for row in rows)
    assert all(row["device"].startswith("cpu") and row["version"] for row in rows)
    assert [row["volume"] for row in rows] == sorted(row["volume"] for row in rows)
    # The quantities are those of the lot's own table.
    of_lot = [row for row in rows if "/lot/" in row["folder"]]
    for own, row in zip(table(tmp_path), of_lot, strict=True):
        quantities = list(own)[list(own).index("axis"):]
        assert own["volume"] == row["volume"] and [own[q] for q in quantities] == [row[q] for q in quantities]
    again = tauvox("collect", "more", "twice", "lot", "-o", "again.csv")
    assert again.returncode == 0 and (tmp_path / "again.csv").read_bytes() == (tmp_path / "all.csv").read_bytes()
    assert_refused(tauvox("collect", "lot", "-o", "all.csv"), 7, "all.csv")
    assert tauvox("collect", "lot", "more", "-o", "all.json", "--overwrite").returncode == 0
    found = json.loads((tmp_path / "all.json").read_text())
    assert [r["id"] for r in found] == list(dict.fromkeys(row["id"] for row in rows))
    porous = [r for r in found[0]["rows"] if (r["phase"], r["with"], r["axis"]) == ("pore", "", "z")]
    assert porous[0]["quantities"]["effective_ratio"]["value"] > 0


def test_what_limits_and_masks_say_is_collected(tauvox, tmp_path):
    """Of one volume and the same settings: other contents of the files that settings name are other evaluations."""
    volume = volumes.hdf5(tmp_path / "s.h5", volume=volumes.repeated(2))

    def evaluate(folder, *more, code=0):
        done = tauvox("evaluate", "s.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "-o", folder, *more,
                      env=WITHOUT_FIGURES)
        assert done.returncode == code, done.stderr

    for folder, most, verdict, code in [("a", 0.9, "pass", 0), ("b", 0.1, "fail", 11), ("c", 0.8, "pass", 0), ("d", 0.9, "pass", 0)]:
        (tmp_path / "limits.toml").write_text(f'decision_rule = "simple"\nporosity.max = {most}\n')
        evaluate(folder, "--limits", "limits.toml", code=code)
    for folder, cut in [("e", 1), ("f", 2)]:
        mask = numpy.ones_like(volumes.repeated(2))
        mask[:, :cut, :cut] = 0
        volumes.hdf5(tmp_path / "mask.h5", volume=mask)
        evaluate(folder, "--mask", "mask.h5")
    said = tauvox("collect", *"abcdef", "-o", "all.csv")
    assert said.returncode == 0 and "5 evaluations" in said.stdout, said.stderr
    assert f"1 left out: another folder holds the same evaluation, such as {tmp_path}/d\n" in said.stderr
    rows = list(csv.DictReader((tmp_path / "all.csv").open()))
    expected = {"a": "pass", "b": "fail", "c": "pass", "e": "", "f": ""}
    assert {Path(row["folder"]).name: row["verdict"] for row in rows} == expected
    assert len({row["id"] for row in rows}) == 5 and len({row["settings_hash"] for row in rows}) == 2, volume
    said = {Path(row["folder"]).name: row["judgements"] for row in rows}
    assert "in [-, 0.9]: pass" in said["a"] and "in [-, 0.1]: fail" in said["b"] and said["e"] == "", said
    assert tauvox("collect", *"abcdef", "-o", "all.json").returncode == 0
    assert {Path(r["folder"]).name: r["judgements"] for r in json.loads((tmp_path / "all.json").read_text())} == said
    assert {Path(r["folder"]).name: r["verdict"] for r in json.loads((tmp_path / "all.json").read_text())} == expected


def test_what_cannot_be_collected_is_refused(tauvox, tmp_path):
    assert_refused(tauvox("collect", "scans", "-o", "all.csv"), 3, "no finished evaluation")
    assert_refused(tauvox("collect", "nowhere", "-o", "all.csv"), 3, "nowhere")
    assert_refused(tauvox("collect", "scans", "-o", "all.txt"), 2, ".csv or .json")
    assert_refused(tauvox("collect", "scans"), 2, "--output")
    assert not (tmp_path / "all.csv").exists()
