"""A run that is asked to end keeps what it has finished, says so with exit code 75, and goes on when it is run again."""

import json
import os
import shutil
import signal
import subprocess
import time

import h5py
import numpy
import pytest
from conftest import assert_refused, holds

pytestmark = pytest.mark.usefixtures("without_gnuplot")

LONG = 60  # seconds a test waits for what should take one or two
SLOW = ("--solver", "jacobi")  # for what has to be met at work on a fast machine, too


@pytest.fixture
def volume(tauvox, tmp_path):
    """Takes a few seconds for three axes, in one thread."""
    assert tauvox("generate", "electrode", "--size", 96, "--seed", 3, "--voxel-size", "0.4um", "-o", "cathode.h5").returncode == 0
    return tmp_path / "cathode.h5"


def command(*more):
    return ["solve", "cathode.h5", "--phase", "0", "--axis", "z,y,x", "--threads", "1", "--device", "cpu", "--json", "out.json",
            *(() if "--tolerance" in more else ("--tolerance", "1e-6")), *map(str, more)]


def wait_for(condition):
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def interrupted(program, folder, how, *more, when=("out.ckpt", "axis z")):
    """Runs the command, sends it a signal as soon as a part is kept; what the process has said."""
    run = subprocess.Popen([program, *command(*more)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: holds(folder / when[0], when[1]) or run.poll() is not None)
    run.send_signal(how)
    _, said = run.communicate(timeout=LONG)
    return run.returncode, said


def numbers(path):
    """What does not depend on when it was run."""
    report = json.loads(path.read_text())
    return [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]]


def uninterrupted(tauvox, tmp_path, *more):
    result = tauvox(*[a if a != "out.json" else "whole.json" for a in command(*more)])
    assert result.returncode == 0, result.stderr
    return numbers(tmp_path / "whole.json")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU])
def test_a_signal_ends_a_run_that_the_same_command_finishes(program, tauvox, volume, tmp_path, how):
    whole = uninterrupted(tauvox, tmp_path)
    code, said = interrupted(program, tmp_path, how)
    assert code == 75, said
    for word in (f"signal {int(how)}", "axis", "out.ckpt", "same command"):
        assert word in said
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["status"] == "interrupted" and report["exit_code"] == 75
    done = [r["axis"] for r in report["results"]]
    assert done and report["unfinished"]["not_done"] == [f"axis {a}" for a in "zyx" if a not in done]
    again = tauvox(*command())
    assert again.returncode == 0, again.stderr
    assert "axis z kept" in again.stderr.replace("axis y, axis z", "axis z")
    assert numbers(tmp_path / "out.json") == whole
    assert json.loads((tmp_path / "out.json").read_text())["status"] == "success"
    assert not [f for f in os.listdir(tmp_path) if "ckpt" in f or "lock" in f or ".tmp." in f]


@pytest.mark.parametrize("more", [["--resolution-study"], ["--study", "rve"]])
def test_a_study_that_adds_to_transport_keeps_axes_as_well(program, tauvox, volume, tmp_path, more):
    options = [*more, "--tolerance", "1e-4"]
    whole = tauvox(*[a if a != "out.json" else "whole.json" for a in command(*options)])
    assert whole.returncode == 0, whole.stderr
    code, said = interrupted(program, tmp_path, signal.SIGTERM, *options)
    assert code == 75, said
    report = json.loads((tmp_path / "out.json").read_text())
    done = [r["axis"] for r in report["results"]]
    assert done and report["unfinished"]["not_done"] == [f"axis {a}" for a in "zyx" if a not in done]
    assert tauvox(*command(*options)).returncode == 0
    assert numbers(tmp_path / "out.json") == numbers(tmp_path / "whole.json")
    texts = [json.loads((tmp_path / name).read_text()) for name in ("out.json", "whole.json")]
    assert texts[0]["warnings"] == texts[1]["warnings"]
    assert {r["axis"] for r in texts[0]["results"] if r["quantities"].keys() & {"resolution_uncertainty", "rve_exponent"}} == set("zyx")


def test_a_run_that_was_killed_goes_on(program, tauvox, volume, tmp_path):
    whole = uninterrupted(tauvox, tmp_path)
    code, _ = interrupted(program, tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL and not (tmp_path / "out.json").exists()
    assert tauvox(*command()).returncode == 0
    assert numbers(tmp_path / "out.json") == whole


def test_hang_up_ends_nothing(program, volume, tmp_path):
    code, said = interrupted(program, tmp_path, signal.SIGHUP)
    assert code == 0, said


@pytest.mark.parametrize("how, code", [(signal.SIGHUP, 0), (signal.SIGTERM, 75), (signal.SIGUSR1, 75), (signal.SIGXCPU, 75), (signal.SIGINT, 75)])
@pytest.mark.parametrize("after", [0.0, 0.03, 0.1])
def test_a_terminal_or_a_queue_signals_every_process_of_a_run(program, tauvox, tmp_path, how, code, after):
    """Also while the process that reads is at work; the volume is large enough for that."""
    with h5py.File(tmp_path / "cathode.h5", "w") as file:
        file.create_dataset("label", data=numpy.indices((400, 60, 60)).sum(0) // 7 % 3, dtype="u1", compression="gzip")
    run = subprocess.Popen([program, *command()], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           start_new_session=True)
    wait_for(lambda: handles(run.pid, signal.SIGTERM) or run.poll() is not None)
    time.sleep(after)
    os.killpg(run.pid, how)
    _, said = run.communicate(timeout=LONG)
    assert run.returncode in (code, 0), said  # 0: it was over before


def handles(pid, number):
    try:
        with open(f"/proc/{pid}/status") as status:
            caught = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt"))
    except (FileNotFoundError, StopIteration, ProcessLookupError):
        return False
    return caught >> (number - 1) & 1


def test_a_finished_report_stays_until_there_is_another(program, tauvox, volume, tmp_path):
    outputs = ("--csv", "out.csv", "--field", "field.h5", "--png", "p")
    assert tauvox(*command(*outputs, "--tolerance", "1e-3")).returncode == 0
    reports = ["out.json", "out.csv", "out.settings.toml", "p_structure.png"]
    before = {name: (tmp_path / name).read_bytes() for name in reports}
    for goes_on in (False, True):
        run = subprocess.Popen([program, *command(*outputs, "--overwrite")], cwd=tmp_path, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        wait_for(lambda: handles(run.pid, signal.SIGTERM) and (goes_on or (tmp_path / "out.ckpt").exists()))
        time.sleep(0.2 if goes_on else 0)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=LONG)
        assert run.returncode == 75, said
        assert "of an earlier run and left as it is: out.json, out.csv" in said or "before anything" in said, said
        assert {name: (tmp_path / name).read_bytes() for name in reports} == before
    again = tauvox(*command(*outputs, "--overwrite"))
    assert again.returncode == 0 and "kept" in again.stderr, again.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert (report["status"], report["settings"]["tolerance"]) == ("success", 1e-6)
    assert not list(tmp_path.glob("*ckpt*"))


def test_a_run_that_goes_on_says_what_the_user_said(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    assert tauvox(*command()).returncode == 0
    assert json.loads((tmp_path / "out.json").read_text())["settings"]["overwrite"] is False


def test_fields_are_written_once(program, tauvox, volume, tmp_path):
    field = ("--field", "field.h5")
    assert interrupted(program, tmp_path, signal.SIGTERM, *field)[0] == 75
    first = (tmp_path / "field_z.h5").stat()
    assert tauvox(*command(*field)).returncode == 0
    assert (tmp_path / "field_z.h5").stat().st_mtime_ns == first.st_mtime_ns
    assert (tmp_path / "field_x.h5").exists()


def test_a_field_that_was_taken_away_is_made_again(program, tauvox, volume, tmp_path):
    field = ("--field", "field.h5")
    assert interrupted(program, tmp_path, signal.SIGTERM, *field)[0] == 75
    (tmp_path / "field_z.h5").unlink()
    assert tauvox(*command(*field)).returncode == 0
    assert (tmp_path / "field_z.h5").exists()


def test_a_picture_that_is_asked_for_later_is_made(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    assert tauvox(*command("--png", "p")).returncode == 0
    assert {f"p_concentration_{a}.png" for a in "zyx"} <= set(os.listdir(tmp_path))


def test_a_field_of_another_run_is_none_of_this(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    (tmp_path / "q_z.h5").write_bytes(b"of another run")
    assert tauvox(*command("--field", "q.h5", "--overwrite")).returncode == 0
    assert (tmp_path / "q_z.h5").read_bytes().startswith(b"\x89HDF")


def test_another_run_does_not_go_on_from_it(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    before = (tmp_path / "out.json").read_bytes()
    changed = tauvox(*command("--tolerance", "1e-5"))
    assert_refused(changed, 3, "out.ckpt", "--tolerance", "1e-05", "1e-06")
    assert (tmp_path / "out.json").read_bytes() == before
    anew = tauvox(*command("--tolerance", "1e-5", "--overwrite"))
    assert anew.returncode == 0 and "begun anew" in anew.stderr, anew.stderr


def hash_of(content):
    """As the checksum of a checkpoint is made."""
    h = 0xCBF29CE484222325
    for i in range(0, len(content), 8):
        h = (h ^ int.from_bytes(content[i:i + 8], "little")) * 0x100000001B3 % 2**64
        h ^= h >> 29
    return h ^ len(content)


def test_another_build_does_not_go_on_from_it(program, tauvox, volume, tmp_path):
    """It says which, though its version is the same."""
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    head, content = (tmp_path / "out.ckpt").read_bytes().split(b"\n", 1)
    assert head == b"tauvox-checkpoint-2 %016x" % hash_of(content)
    identity = json.loads(content)["identity"]
    version, sources = identity["version"].split(" ", 1)
    assert version == tauvox("--version").stdout.split()[1] and sources.startswith("(sources ")
    content = content.replace(identity["version"].encode(), f"{version} (sources 0123456789ab)".encode())
    (tmp_path / "out.ckpt").write_bytes(b"tauvox-checkpoint-2 %016x\n" % hash_of(content) + content)
    assert_refused(tauvox(*command()), 3, "out.ckpt", "version", "0123456789ab", sources.strip("()").split()[1])


def test_another_precision_goes_on_and_says_so(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    again = tauvox(*command("--precision", "double"))
    assert again.returncode == 0 and "another precision: last digits may differ" in again.stderr, again.stderr


def test_a_run_that_is_stopped_and_continued_finds_the_same(program, tauvox, volume, tmp_path):
    whole = uninterrupted(tauvox, tmp_path)
    run = subprocess.Popen([program, *command()], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(5):
        time.sleep(0.1)
        run.send_signal(signal.SIGTSTP if run.poll() is None else 0)
        run.send_signal(signal.SIGSTOP if run.poll() is None else 0)
        time.sleep(0.05)
        run.send_signal(signal.SIGCONT if run.poll() is None else 0)
    _, said = run.communicate(timeout=LONG)
    assert run.returncode == 0, said
    assert numbers(tmp_path / "out.json") == whole


def test_another_volume_does_not_go_on_from_it(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    tauvox("generate", "electrode", "--size", 96, "--seed", 4, "--voxel-size", "0.4um", "-o", "cathode.h5", "--overwrite")
    assert_refused(tauvox(*command()), 3, "out.ckpt", "labels")


def test_a_damaged_checkpoint_costs_a_part(program, tauvox, volume, tmp_path):
    whole = uninterrupted(tauvox, tmp_path, *SLOW)
    assert interrupted(program, tmp_path, signal.SIGKILL, *SLOW, when=("out.ckpt.previous", "axis z"))[0] == -signal.SIGKILL
    checkpoint = tmp_path / "out.ckpt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-20] if checkpoint.exists() else b"")
    assert "the one before it" in (again := tauvox(*command(*SLOW))).stderr and again.returncode == 0, again.stderr
    assert numbers(tmp_path / "out.json") == whole


def test_two_damaged_checkpoints_are_named(program, tauvox, volume, tmp_path):
    (tmp_path / "out.ckpt").write_text("tauvox-checkpoint-2 0000000000000000\n{}")
    assert_refused(tauvox(*command()), 3, "out.ckpt", "damaged", "remove it")


def test_outputs_of_others_are_refused_all_the_same(program, tauvox, volume, tmp_path):
    assert interrupted(program, tmp_path, signal.SIGTERM)[0] == 75
    (tmp_path / "table.csv").write_text("mine")
    assert_refused(tauvox(*command("--csv", "table.csv")), 7, "table.csv")
    assert (tmp_path / "table.csv").read_text() == "mine"


def test_the_limit_of_time_can_be_taken_up_again(tauvox, volume, tmp_path):
    whole = uninterrupted(tauvox, tmp_path)
    late = tauvox(*command("--time-limit", "0.01"))
    assert late.returncode == 75 and "--time-limit" in late.stderr, late.stderr
    assert tauvox(*command()).returncode == 0
    assert numbers(tmp_path / "out.json") == whole


def kept_parts(path):
    return set(json.loads(path.read_text().split("\n", 1)[1])["parts"]) if path.exists() else set()


def test_a_limit_too_short_for_an_axis_is_said(program, tauvox, volume, tmp_path):
    """The same command would end there each time."""
    for limit in (0.1, 0.2, 0.4, 0.8, 1.6):  # on a busy machine the first are over before the axis begins
        late = tauvox(*command(*SLOW, "--time-limit", limit))
        assert late.returncode == 75 and "run the same command with more time" in late.stderr, late.stderr
        if "before axis z began" not in late.stderr:
            break
    assert "nothing new was finished: it is too short for axis z, which takes more than 0." in late.stderr, late.stderr
    code, said = interrupted(program, tmp_path, signal.SIGTERM, *SLOW)
    assert code == 75 and "run the same command again to go on" in said, said
    parts = kept_parts(tmp_path / "out.ckpt")
    late = tauvox(*command(*SLOW, "--time-limit", "0.01"))
    assert late.returncode == 75 and kept_parts(tmp_path / "out.ckpt") == parts and "with more time" in late.stderr
    assert "nothing new was finished: it was over before axis" in late.stderr, late.stderr
    assert tauvox(*command(*SLOW)).returncode == 0


def test_a_limit_too_short_for_a_study_is_said(tauvox, volume, tmp_path):
    """Studies are kept until one takes longer than the limit; it is named then, in every run."""
    before, stuck, limit = set(), 0, 0.3
    while stuck < 2:
        late = tauvox(*EVALUATE, "--time-limit", limit)
        if late.returncode == 0:  # on a fast machine no study is longer
            shutil.rmtree(tmp_path / "report")
            before, stuck, limit = set(), 0, limit / 2
            continue
        assert late.returncode == 75, late.stderr
        parts = kept_parts(tmp_path / "report" / "evaluate.ckpt")
        assert ("run the same command again to go on" in late.stderr) == (parts > before), late.stderr
        assert ("run the same command with more time" in late.stderr) == (parts == before), late.stderr
        stuck += "nothing new was finished: it is too short for " in late.stderr
        limit *= 1.3 if "it was over before" in late.stderr else 1  # on a busy one no study has begun
        before = parts
    study = late.stderr.split("it is too short for ")[1].split(",")[0]
    assert study.removesuffix(" transport") not in parts and "which takes more than" in late.stderr
    assert tauvox(*EVALUATE, "--time-limit", "600").returncode == 0


def test_the_end_of_a_slurm_job_is_a_limit_of_time(tauvox, volume, tmp_path):
    def until(seconds):
        return {"env": os.environ | {"SLURM_JOB_END_TIME": str(time.time() + seconds)}}

    def outputs():
        return [path for path in tmp_path.rglob("*") if path.is_file() and path != volume]

    def ended_with_the_job(*run):
        for seconds in (0.2, 0.4, 0.8, 1.6, 3.2, 6.4):  # too short on a busy machine: over before the program has begun
            ended = tauvox(*run, **until(seconds))
            if ended.returncode == 75:
                break
            for output in outputs():
                output.unlink()
        assert ended.returncode == 75 and "SLURM_JOB_END_TIME" in ended.stderr, ended.stderr

    ended_with_the_job(*command())
    assert tauvox(*command(), **until(-5)).returncode == 0  # of a job that is over
    ended_with_the_job(*EVALUATE)
    limited = tauvox(*EVALUATE, "--time-limit", "0.1")
    assert limited.returncode == 75 and "--time-limit" in limited.stderr, limited.stderr
    assert tauvox(*EVALUATE).returncode == 0


def test_two_runs_have_no_checkpoint_in_common(program, tauvox, volume, tmp_path):
    own = ("--checkpoint", "common.ckpt")
    run = subprocess.Popen([program, *command(*own)], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: (tmp_path / "common.ckpt").exists() or run.poll() is not None)
    run.send_signal(signal.SIGSTOP)
    try:
        other = [a if a != "out.json" else "other.json" for a in command(*own)]
        assert_refused(tauvox(*other), 7, "common.ckpt", f"process {run.pid}")
    finally:
        run.send_signal(signal.SIGCONT)
        assert run.wait(LONG) == 0
    assert not (tmp_path / "other.json").exists()


def test_nothing_is_kept_of_a_run_without_files(tauvox, volume, tmp_path):
    run = [a for a in command() if a not in ("--json", "out.json")]
    late = tauvox(*run, "--time-limit", "0.01")
    assert late.returncode == 75 and "nothing of it is kept" in late.stderr, late.stderr
    assert sorted(os.listdir(tmp_path)) == ["cathode.h5"]


EVALUATE = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--threads", "1", "--device", "cpu", "-o", "report"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_evaluation_goes_on_with_what_it_has_not_finished(program, tauvox, volume, tmp_path, how):
    whole = tauvox(*EVALUATE[:-1], "whole")
    assert whole.returncode == 0, whole.stderr
    run = subprocess.Popen([program, *EVALUATE], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: holds(tmp_path / "report" / "evaluate.ckpt", "interfaces") or run.poll() is not None)  # they have biases
    run.send_signal(how)
    _, said = run.communicate(timeout=LONG)
    assert run.returncode == (75 if how == signal.SIGTERM else -how), said
    assert not (tmp_path / "report" / "results.json").exists()
    again = tauvox(*EVALUATE)
    assert again.returncode == 0, again.stderr
    assert numbers(tmp_path / "report" / "results.json") == numbers(tmp_path / "whole" / "results.json")
    assert "fractions" in again.stderr and "kept" in again.stderr
    assert json.loads((tmp_path / "report" / "results.json").read_text())["settings"]["overwrite"] is False  # nobody said so
    files = sorted(os.listdir(tmp_path / "report"))
    assert files == sorted(os.listdir(tmp_path / "whole"))
    for name in files:
        if name.endswith(".csv"):
            assert (tmp_path / "report" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_phases_that_the_volume_states_are_those_that_were_given(program, tauvox, volume, tmp_path):
    """What is kept of a run belongs to the names, whoever gave them."""
    with h5py.File(volume, "a") as file:
        file.attrs["phases"] = "pore=0,active=1,binder=2"
    given, other = ["--phases", "pore=0,active=1,binder=2"], ["--phases", "pore=0,solid=1+2"]
    code, said = interrupted(program, tmp_path, signal.SIGTERM)
    assert code == 75, said
    assert_refused(tauvox(*command(*other)), 3, "phases")
    again = tauvox(*command(*given))
    assert again.returncode == 0 and "axis z kept" in again.stderr.replace("axis y, axis z", "axis z"), again.stderr
