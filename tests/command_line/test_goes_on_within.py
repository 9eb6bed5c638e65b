"""A study of several solves (the spectrum of an electrode, the tensor) that is ended keeps those that are finished: the same command
solves none of them again, finds the same bits, and comes to its end under a limit of time shorter than the whole."""

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import time

import pytest
from conftest import electrode

pytestmark = pytest.mark.usefixtures("without_gnuplot")

LONG = 300
PORE = ["--phases", "pore=0,active=1,binder=2", "--phase", "pore", "--default-insulating"]
STUDIES = {
    "spectrum": [*PORE, "--study", "electrode", "--reactive", "active", "--impedance", "--solver", "jacobi"],
    "tensor": ["--conductivity", "0=1,1=0.01,2=0.1", "--study", "tensor", "--solver", "jacobi", "--tolerance", "1e-6"],
}
SOLVES = {"spectrum": 11, "tensor": 3}
IN = {"spectrum": "(the electrode|shift .* of the impedance)", "tensor": "direction [zyx]"}


@pytest.fixture(scope="module")
def volume(program, tmp_path_factory):
    return electrode(program, tmp_path_factory.mktemp("volume"), 96)


def command(volume, study, name="out.json", *more):
    return ["solve", str(volume), *STUDIES[study], "--threads", "1", "--device", "cpu", "--json", name, *map(str, more)]


@pytest.fixture(scope="module", params=STUDIES)
def case(program, volume, tmp_path_factory, request):
    """A study, what it finds undisturbed, and how long that takes."""
    folder = tmp_path_factory.mktemp("whole")
    start = time.monotonic()
    subprocess.run([program, *command(volume, request.param)], cwd=folder, check=True, capture_output=True)
    return request.param, numbers(folder / "out.json"), time.monotonic() - start


def numbers(path):
    """What does not depend on when it was run; the notice of a spectrum says how many iterations its solves took."""
    report = json.loads(path.read_text())
    assert report["status"] == "success"
    found = [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]]
    return found, report.get("curves"), [said for said in report["notices"] if "iterations" in said]


def kept_solves(folder):
    names = [name for name in os.listdir(folder) if re.fullmatch(r"out\.ckpt\.iterate\.\d+", name)]
    return [folder / name for name in sorted(names, key=lambda name: int(name.split(".")[-1]))]


def ended(program, folder, run, how, when):
    """Sends a signal as soon as that is so; how the run ended and what it said."""
    process = subprocess.Popen([program, *run], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + LONG
    while process.poll() is None and not when() and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(how)
    _, said = process.communicate(timeout=LONG)
    assert process.returncode in (0, 75, -how), said
    return process.returncode, said


def taken(said):
    """How many solves a run has taken from the one before."""
    several = re.search(r"out.ckpt.iterate: (\d+) solves were finished before, and are taken", said)
    return int(several[1]) if several else int("was finished before, and is taken" in said)


def nothing_is_left(folder):
    return not [name for name in os.listdir(folder) if "ckpt" in name or ".tmp." in name]


def test_a_study_that_was_killed_goes_on_with_its_finished_solves(program, tauvox, volume, tmp_path, case):
    """From what it had written by then, which a slow disk makes less."""
    study, whole, _ = case
    run = command(volume, study)
    there = 0
    for count in sorted({1, 2, max(2, SOLVES[study] - 2)}):
        code, said = ended(program, tmp_path, run, signal.SIGKILL, lambda: len(kept_solves(tmp_path)) >= count)
        assert taken(said) in (there, 0)  # 0: killed before the next one began
        if code == 0:
            break
        there = len(kept_solves(tmp_path))
        assert there >= count
    else:
        again = tauvox(*run)
        assert again.returncode == 0, again.stderr
        assert taken(again.stderr) == (there if there < SOLVES[study] else 0)  # told when the next one begins
    assert there
    assert numbers(tmp_path / "out.json") == whole
    assert nothing_is_left(tmp_path)


def test_a_study_that_is_ended_at_any_moment_goes_on(program, tauvox, volume, tmp_path, case):
    study, whole, took = case
    choose = random.Random(os.environ.get("TAUVOX_TEST_SEED", study))
    run = command(volume, study)
    came = 0
    for _ in range(8):
        until = time.monotonic() + choose.uniform(2.5, max(3, took / 2))
        code, said = ended(program, tmp_path, run, signal.SIGTERM, lambda: time.monotonic() > until)
        if code == 0:
            break
        there = len(kept_solves(tmp_path))
        assert taken(said) <= there and there >= came
        came = there
    else:
        assert tauvox(*run).returncode == 0
    assert came or took < 5
    assert numbers(tmp_path / "out.json") == whole
    assert nothing_is_left(tmp_path)


def test_a_limit_of_time_shorter_than_the_study_is_enough(tauvox, volume, tmp_path, case):
    study, whole, took = case
    limit, before = max(3.5, took / 4), 0
    for runs in range(1, 30):
        late = tauvox(*command(volume, study, "out.json", "--time-limit", f"{limit:.2f}"))
        assert taken(late.stderr) == (before if before < SOLVES[study] else 0)
        if late.returncode == 0:
            break
        assert late.returncode == 75 and "run the same command again to go on" in late.stderr, late.stderr
        assert re.search(rf"finished solve|how far {IN[study]} came in out.ckpt.iterate", late.stderr), late.stderr
        assert json.loads((tmp_path / "out.json").read_text())["status"] == "interrupted"
        before = len(kept_solves(tmp_path))
    assert late.returncode == 0 and runs > 1
    assert numbers(tmp_path / "out.json") == whole
    assert nothing_is_left(tmp_path)


def test_what_is_kept_may_be_damaged_missing_or_of_another_run(tauvox, volume, tmp_path, case):
    study, whole, took = case
    limit = max(3.5, 0.7 * took)
    for _ in range(10):
        late = tauvox(*command(volume, study, "out.json", "--time-limit", f"{limit:.2f}"))
        assert late.returncode in (0, 75), late.stderr
        if len(kept_solves(tmp_path)) >= 2:
            break
        if late.returncode == 0:  # the machine had less to do than before
            limit *= 0.6
            (tmp_path / "out.json").unlink()
            (tmp_path / "out.settings.toml").unlink()
    contents = {path: path.read_bytes() for path in kept_solves(tmp_path)[:2]}
    first = next(iter(contents))
    size = len(contents[first])

    def solved_with(*more, **changed):
        """With these two finished solves, but for one of them."""
        for path in tmp_path.glob("out.*"):
            path.unlink()
        for path, bytes in contents.items():
            content = changed.get("first" if path == first else "second", bytes)
            if content is not None:
                path.write_bytes(content)
        result = tauvox(*command(volume, study, "out.json", *more))
        assert result.returncode == 0, result.stderr
        assert numbers(tmp_path / "out.json") == whole
        assert nothing_is_left(tmp_path)
        return result.stderr

    damages = [contents[first][:size // 2] + b"x" + contents[first][size // 2 + 1:], contents[first][:-100], b""]
    for damaged in damages[:3 if study == "spectrum" else 1]:  # a direction of a tensor takes long
        said = solved_with(first=damaged)
        assert f"{first.name} is damaged, or of another run" in said and "begins anew" in said, said
    said = solved_with(second=None)
    assert taken(said) == 1 and "damaged" not in said, said
    said = solved_with("--max-iterations", 90000)
    assert "is damaged, or of another run" in said and not taken(said), said


def test_no_output_has_the_name_of_a_finished_solve(tauvox, volume, tmp_path):
    refused = tauvox(*command(volume, "tensor", "out.ckpt.iterate.2", "--checkpoint", "out.ckpt"))
    assert refused.returncode == 2 and "checkpoint and output have the same name" in refused.stderr


FAILING = {
    "solve": ["--phase", "0", "--axis", "z,y,x", "--solver", "jacobi", "--precision", "double", "--tolerance", "1e-9"],
    "evaluate": ["--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--tolerance", "1e-9", "--segmentation-study", "--rve", "0.05",
                 "-o", "report"],
}


@pytest.mark.parametrize("lost", ["folder", "room"])
@pytest.mark.parametrize("name", FAILING)
def test_progress_that_could_not_be_written_is_said(program, volume, tmp_path, name, lost):
    """A run that was asked to end claims nothing that is not there."""
    (tmp_path / "kept").mkdir()
    run = [name, str(volume), *FAILING[name], "--threads", "1", "--device", "cpu", "--checkpoint", "kept/out.ckpt"]
    process = subprocess.Popen([program, *run], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + LONG
    first = "out.ckpt" if name == "evaluate" else "out.ckpt.tauvox-lock"
    while process.poll() is None and not (tmp_path / "kept" / first).exists() and time.monotonic() < end:
        time.sleep(0.002)
    if lost == "folder":
        shutil.rmtree(tmp_path / "kept")
    else:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
    time.sleep(1.5 if name == "evaluate" else 4)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=LONG)
    assert process.returncode == 75, said
    last = json.loads(said.splitlines()[-1])["error"]
    assert "progress is lost" in last and "kept/out.ckpt could not be written" in last, said
    assert "run the same command again to go on" not in last, said
    assert ("nothing is kept" in last) == (name == "solve"), said
