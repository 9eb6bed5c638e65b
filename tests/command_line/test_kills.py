"""Runs that are killed at random points: the same command goes on, each output is the whole old or the whole new one, nothing is left.

TAUVOX_TEST_KILLS (24 a command) says how many, TAUVOX_TEST_SEED where. .ci/heavy kills 100 a command.
"""

import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

import h5py
import pytest

KILLS = int(os.environ.get("TAUVOX_TEST_KILLS", "24"))
SEED = int(os.environ.get("TAUVOX_TEST_SEED", "1"))
LONG = 120
FRESH = re.compile(r"\.tmp\.[^/]*\.\d+(\.\d+)?$")

SOLVE = ["solve", "cathode.h5", "--phase", "0", "--axis", "z,y,x", "--threads", "1", "--device", "cpu", "--field", "field.h5",
         "--png", "picture", "--csv", "table.csv", "--json", "out.json"]
EVALUATE = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--axis", "z", "--threads", "1",
            "--device", "cpu", "-o", "report"]
COMMANDS = {"solve": SOLVE, "evaluate": EVALUATE}


def without_times(node):
    """What does not depend on when it was run, and not on whether it had to be continued."""
    if isinstance(node, dict):
        return {k: without_times(v) for k, v in node.items() if k not in ("seconds", "stages")}
    return [without_times(v) for v in node] if isinstance(node, list) else node


def facts_of(path):
    """What must be there, bit by bit; fails where the file is not whole."""
    if path.suffix == ".json":
        return without_times(json.loads(path.read_text())["results"])
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            return {name: file[name][...].tobytes() for name in ("label", "concentration")} | {"tau": file.attrs["tortuosity_factor"]}
    if path.name == "table.csv":
        head, *rows = [line.split(",") for line in path.read_text().splitlines()]
        return [[cell for name, cell in zip(head, row, strict=True) if "seconds" not in name] for row in rows]
    if path.suffix == ".html":  # has times in it
        return path.read_text().rstrip().endswith("</html>")
    return path.read_bytes()


def outputs(folder):
    """Name -> facts of every finished output."""
    return {str(p.relative_to(folder)): facts_of(p) for p in folder.rglob("*")
            if p.is_file() and p.name != "cathode.h5" and not FRESH.search(p.name) and ".ckpt" not in p.name and ".tauvox-lock" not in p.name}


def leftovers(folder):
    return [str(p) for p in folder.rglob("*") if FRESH.search(p.name) or ".ckpt" in p.name or ".tauvox-lock" in p.name]


class Killing:
    """The runs of one command, in one folder."""

    def __init__(self, program, volume, folder, command):
        self.program, self.folder, self.command = program, folder, command
        self.random = random.Random(SEED)
        self.kills = self.late = self.kept = 0
        folder.mkdir()
        shutil.copy(volume, folder / "cathode.h5")

    def start(self, *more):
        return subprocess.Popen([self.program, *self.command, *more], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, *more):
        began = time.monotonic()
        run = self.start(*more)
        _, said = run.communicate(timeout=LONG)
        assert run.returncode == 0, said
        return time.monotonic() - began

    def kill(self, seconds, patience, *more):
        """@return the exit code, and what was said"""
        run = self.start(*more)
        if patience > 100:
            run.wait(LONG)
        elif self.random.random() < 0.5:
            time.sleep(self.random.uniform(0, seconds * patience))
        else:  # while outputs are written
            end = time.monotonic() + LONG
            while run.poll() is None and not self.is_writing():
                assert time.monotonic() < end
                time.sleep(0.0005)
            time.sleep(self.random.uniform(0, 0.03 * patience))
        run.send_signal(signal.SIGKILL)
        _, said = run.communicate(timeout=LONG)
        return run.returncode, said

    def is_writing(self):
        return any(FRESH.search(name) and not name.startswith(("out.ckpt", "evaluate.ckpt")) and "lock" not in name
                   for place in (self.folder, self.folder / "report") if place.is_dir() for name in os.listdir(place))

    def check(self, *known):
        """Each output that is there is the same as in one of the undisturbed runs."""
        for name, facts in outputs(self.folder).items():
            assert any(facts == whole[name] for whole in known), name

    def until_done(self, seconds, known, wanted, *more):
        """The same command again and again, killed in between, until it is done."""
        for attempt in itertools.count():  # with more and more patience: on a busy machine a run takes longer than it did
            code, said = self.kill(seconds, 1 + attempt / 5 if self.kills < KILLS else 1e3, *more)
            self.check(*known)
            if code == -signal.SIGKILL:
                self.kills += 1
                self.kept += " kept" in said
                continue
            if code == 7:  # killed when all was written, and its checkpoint gone: it was done
                assert "output file exists" in said and not [n for n in leftovers(self.folder) if n.endswith(".ckpt")], said
                assert outputs(self.folder) == wanted
                self.late += 1
                self.finish("--overwrite")
            else:
                assert code == 0, said
            assert outputs(self.folder) == wanted
            assert leftovers(self.folder) == []
            return

    def clear(self):
        for path in self.folder.iterdir():
            if path.name != "cathode.h5":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.usefixtures("without_gnuplot")
@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_killed_goes_on_and_leaves_whole_files(program, tauvox, tmp_path, name):
    made = tauvox("generate", "electrode", "--size", 32, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5")
    assert made.returncode == 0, made.stderr
    killing = Killing(program, tmp_path / "cathode.h5", tmp_path / "runs", COMMANDS[name])
    coarse = ("--tolerance", "1e-3")
    killing.finish(*coarse)
    other = outputs(killing.folder)
    killing.clear()
    seconds = killing.finish()
    whole = outputs(killing.folder)
    assert whole != other and leftovers(killing.folder) == []
    while killing.kills < KILLS:
        killing.clear()
        killing.until_done(seconds, [whole], whole)
        killing.until_done(seconds, [whole, other], other, *coarse, "--overwrite")
    print(f"{name}: {killing.kills} kills, {killing.kept} runs said what they went on from, {killing.late} were done when they were killed")


@pytest.mark.usefixtures("without_gnuplot")
@pytest.mark.parametrize("name, output", [("solve", "out.json"), ("evaluate", "report/results.csv")])
def test_a_file_of_somebody_else_is_refused_also_the_second_time(program, tauvox, tmp_path, name, output):
    """It appears while the run is at work; afterwards it is still none of the run's."""
    tauvox("generate", "electrode", "--size", 48, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5")
    run = subprocess.Popen([program, *COMMANDS[name]], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    lock = tmp_path / ("out.ckpt.tauvox-lock" if name == "solve" else "report/evaluate.ckpt.tauvox-lock")
    end = time.monotonic() + LONG
    while not lock.exists():  # names are checked before
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.0005)
    (tmp_path / output).write_text("mine")
    for said in (run.communicate(timeout=LONG)[1], tauvox(*COMMANDS[name]).stderr):
        assert "output file exists" in said and output in said, said
        assert (tmp_path / output).read_text() == "mine"
    (tmp_path / output).unlink()
    assert tauvox(*COMMANDS[name]).returncode == 0


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="no gnuplot")
def test_folders_for_figures_go_with_the_next_run(program, tauvox, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    tauvox("generate", "electrode", "--size", 24, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5")
    command = [a for a in EVALUATE if a not in ("--ionic", "pore", "--axis", "z")]
    run = subprocess.Popen([program, *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + LONG
    while not os.listdir(tmp_path / "temporary"):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.001)
    run.kill()
    run.wait()
    assert os.listdir(tmp_path / "temporary")
    again = tauvox(*command)
    assert again.returncode == 0, again.stderr
    assert os.listdir(tmp_path / "temporary") == []
