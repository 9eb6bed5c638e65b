"""A solve that is ended goes on within it when the same command is run again: with the same bits, and to its end under any
limit of time that is long enough to make some iterations."""

import json
import os
import random
import signal
import subprocess
import time

import pytest
from conftest import electrode

pytestmark = pytest.mark.usefixtures("without_gnuplot")

LONG = 120
CASES = {"mixed": ("--solver", "jacobi", "--tolerance", "1e-8"), "double": ("--solver", "jacobi", "--precision", "double", "--tolerance", "1e-8"),
         "goes on in double": ("--solver", "jacobi", "--tolerance", "1e-11")}


@pytest.fixture(scope="module")
def volume(program, tmp_path_factory):
    return electrode(program, tmp_path_factory.mktemp("volume"), 104)


def command(volume, name, *more):
    return ["solve", str(volume), "--phase", "0", "--axis", "z", "--threads", "1", "--device", "cpu", "--json", name, *more]


def numbers(path):
    """What does not depend on when it was run."""
    report = json.loads(path.read_text())
    assert report["status"] == "success"
    return [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]]


def ended(program, folder, run, seconds):
    """Sends TERM after so many seconds of work; whether it was still at work."""
    process = subprocess.Popen([program, *run], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LONG)
    assert process.returncode in (0, 75), said
    return process.returncode == 75, said


@pytest.mark.parametrize("case", CASES)
def test_a_solve_that_is_ended_goes_on(program, tauvox, volume, tmp_path, case):
    start = time.monotonic()
    assert tauvox(*command(volume, "whole.json", *CASES[case])).returncode == 0
    took = time.monotonic() - start
    choose = random.Random(os.environ.get("TAUVOX_TEST_SEED", case))
    run = command(volume, "out.json", *CASES[case])
    kept = 0
    for _ in range(8):
        was_ended, said = ended(program, tmp_path, run, choose.uniform(2.5, max(3, took / 2)))
        if not was_ended:
            break
        kept += "how far axis z came in out.ckpt.iterate; run the same command again to go on" in said
    else:
        assert tauvox(*run).returncode == 0
    assert kept or took < 5
    assert numbers(tmp_path / "out.json") == numbers(tmp_path / "whole.json")
    assert not [name for name in os.listdir(tmp_path) if "ckpt" in name or ".tmp." in name]


def test_a_limit_of_time_shorter_than_the_solve_is_enough(tauvox, volume, tmp_path):
    case = ("--solver", "jacobi", "--precision", "double", "--tolerance", "1e-11")
    start = time.monotonic()
    assert tauvox(*command(volume, "whole.json", *case)).returncode == 0
    limit = max(3.5, (time.monotonic() - start) / 3)
    run = command(volume, "out.json", *case, "--time-limit", f"{limit:.2f}")
    for runs in range(1, 12):
        late = tauvox(*run)
        if late.returncode == 0:
            break
        assert late.returncode == 75, late.stderr
        assert "axis z came in out.ckpt.iterate; run the same command again to go on" in late.stderr
        report = json.loads((tmp_path / "out.json").read_text())
        assert report["status"] == "interrupted" and report["results"][0]["status"] == "not_converged"  # its best so far
    assert late.returncode == 0
    if runs == 1:
        pytest.skip(f"{limit:.1f} s are enough for the solve, here and now")
    assert "axis z goes on within its solve" in late.stderr
    assert numbers(tmp_path / "out.json") == numbers(tmp_path / "whole.json")
    assert not (tmp_path / "out.ckpt.iterate").exists()


def test_what_is_kept_of_a_solve_may_be_lost(program, tauvox, volume, tmp_path):
    case = ("--solver", "jacobi", "--precision", "double", "--tolerance", "1e-11")
    start = time.monotonic()
    assert tauvox(*command(volume, "whole.json", *case)).returncode == 0
    took = time.monotonic() - start  # of which more than two seconds have to be over
    run, kept = command(volume, "out.json", *case), tmp_path / "out.ckpt.iterate"
    assert ended(program, tmp_path, run, max(2.7, 0.6 * took))[0]
    content = kept.read_bytes()
    for damaged in (content[:-100], content[:200000] + b"x" + content[200001:], b""):
        kept.write_bytes(damaged)
        (tmp_path / "out.json").unlink(missing_ok=True)
        again = tauvox(*run, "--time-limit", "0.01")
        assert again.returncode == 75 and "--time-limit" in again.stderr
        was_ended, said = ended(program, tmp_path, run, 1.5)
        assert was_ended and "out.ckpt.iterate is damaged, or of another run: axis z begins anew" in said, said
        assert "how far" not in said  # too short a time to be kept
    kept.write_bytes(content)
    other = tauvox(*[word if word != "double" else "mixed" for word in run], "--time-limit", "2")
    assert other.returncode == 75 and "another precision" in other.stderr and "axis z begins anew" in other.stderr
    kept.write_bytes(content)
    assert tauvox(*run).returncode == 0
    assert numbers(tmp_path / "out.json") == numbers(tmp_path / "whole.json")


def test_the_resistance_of_an_electrode_goes_on(tauvox, volume, tmp_path):
    run = [*command(volume, "out.json", "--solver", "jacobi", "--tolerance", "1e-9", "--default-insulating", "--study", "electrode"),
           "--phases", "pore=0,active=1,binder=2", "--reactive", "active"]
    start = time.monotonic()
    assert tauvox(*[word if word != "out.json" else "whole.json" for word in run]).returncode == 0
    limit = max(3.5, 0.6 * (time.monotonic() - start))
    kept = False
    for _ in range(10):
        late = tauvox(*run, "--time-limit", f"{limit:.2f}")
        if late.returncode == 0:
            break
        assert late.returncode == 75 and "the electrode came in out.ckpt.iterate" in late.stderr, late.stderr
        kept = True
    assert late.returncode == 0 and kept == ("the electrode goes on within its solve" in late.stderr)
    assert numbers(tmp_path / "out.json") == numbers(tmp_path / "whole.json")


def test_no_output_has_its_name(tauvox, volume, tmp_path):
    refused = tauvox(*command(volume, "out.ckpt.iterate", "--checkpoint", "out.ckpt"))
    assert refused.returncode == 2 and "checkpoint and output have the same name" in refused.stderr


def test_an_evaluation_goes_on_within_its_transport(program, tauvox, tmp_path):
    """Finished axes, copies and parts of the volume are kept, should its transport not be finished."""
    assert tauvox("generate", "electrode", "--size", 100, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5").returncode == 0
    run = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--electronic", "active=1,binder=2",
           "--tolerance", "1e-9", "--segmentation-study", "--rve", "0.05", "--fields", "--threads", "1", "--device", "cpu", "-o", "report"]
    whole = tauvox(*run[:-1], "whole")
    assert whole.returncode == 0, whole.stderr
    checkpoint, seen = tmp_path / "report" / "evaluate.ckpt", set()
    process = None
    for what in ("axis z", "axis x", "twice the voxel size", "part 3 of 8", "boundary moved out, axis y", "part 5 of 27"):
        name = f"ionic transport: {what}"
        process = subprocess.Popen([program, *run], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + LONG
        while process.poll() is None and time.monotonic() < end:
            try:
                parts = json.loads(checkpoint.read_text().split("\n", 1)[1])["parts"]
            except (FileNotFoundError, IndexError):
                parts = {}
            if name in parts:
                seen.add(what)
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM if len(seen) % 2 else signal.SIGKILL)
        process.communicate(timeout=LONG)
    assert len(seen) > 3, seen
    again = tauvox(*run)
    assert again.returncode == 0 and "of ionic transport" in again.stderr, again.stderr
    assert numbers(tmp_path / "report" / "results.json") == numbers(tmp_path / "whole" / "results.json")
    assert sorted(os.listdir(tmp_path / "report" / "fields")) == sorted(os.listdir(tmp_path / "whole" / "fields"))


def test_a_limit_of_time_shorter_than_the_transport_of_an_evaluation_is_enough(tauvox, volume, tmp_path):
    run = ["evaluate", volume, "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--tolerance", "1e-9", "--threads", "1", "--device", "cpu"]
    start = time.monotonic()
    assert tauvox(*run, "-o", "whole").returncode == 0
    took = time.monotonic() - start
    transport = sum(result["seconds"] for result in json.loads((tmp_path / "whole" / "results.json").read_text())["results"]
                    if "effective_ratio" in result["quantities"])  # without copies and parts
    limit = (took - transport) / 3
    for runs in range(1, 40):
        late = tauvox(*run, "-o", "report", "--time-limit", f"{limit:.2f}")
        if late.returncode == 0:
            break
        assert late.returncode == 75 and "run the same command" in late.stderr, late.stderr
        limit *= 1.2 if "with more time" in late.stderr else 1  # too short for a study of geometry
    assert late.returncode == 0 and runs > 1 and limit < took / 2
    assert numbers(tmp_path / "report" / "results.json") == numbers(tmp_path / "whole" / "results.json")


def test_a_batch_says_what_the_evaluation_says_that_its_job_ended(tauvox, volume):
    """Not only that the same command goes on, where nothing new was finished in the whole job."""
    for seconds in (1, 1.4, 2, 2.8, 4, 5.6, 8):  # the first are over before a study begins, the last may finish some
        ended = tauvox("batch", volume, "--phases", "pore=0,active=1,binder=2", "--threads", "1", "--device", "cpu", "-o", f"lot{seconds}",
                       env=os.environ | {"SLURM_JOB_END_TIME": str(time.time() + seconds)})
        assert ended.returncode == 75 and "of 1 volumes; " in ended.stderr, ended.stderr
        if "volumes; ended by" in ended.stderr:
            break
    assert "nothing new was finished" in ended.stderr or "run the same command again to go on" in ended.stderr
    assert "evaluate.ckpt" in ended.stderr, ended.stderr
