"""What a machine or a user sets that is not there, or makes no sense: a run does not hang on it."""

import json
import os

import pytest
import volumes
from conftest import assert_refused

SOLVE = ["solve", "cathode.h5", "--phase", "0,1", "--device", "cpu"]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


@pytest.mark.parametrize("number", ["0", "10000", "-1", "many"])
def test_a_number_of_threads_that_is_none_is_not_taken(tauvox, number):
    result = tauvox(*SOLVE, "--json", "-", "--quiet", env=os.environ | {"OMP_NUM_THREADS": number})
    assert result.returncode == 0, result.stderr
    most = len(os.sched_getaffinity(0))
    assert json.loads(result.stdout)["device"] in [f"cpu ({n} thread{'' if n == 1 else 's'})" for n in range(1, most + 1)]


def test_more_threads_than_processors_are_said(tauvox, tmp_path):
    allowed = {k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SLURM_CPUS_PER_TASK")}
    sources = json.loads(tauvox("info", "--json", env=allowed).stdout)["processor_limits"]
    source, processors = min(sources.items(), key=lambda limit: limit[1])
    threads = processors + 3
    result = tauvox(*SOLVE, "--threads", threads, "--json", "out.json", env=allowed)
    assert result.returncode == 0, result.stderr
    notice = f"{threads} threads share {processors} processor{'' if processors == 1 else 's'} ({source})"
    assert notice in result.stderr
    assert any(notice in said for said in json.loads((tmp_path / "out.json").read_text())["notices"])
    fewer = tauvox(*SOLVE, "--threads", 2, "--json", "-", "--overwrite", env=allowed | {"SLURM_CPUS_PER_TASK": "1"})
    assert "2 threads share 1 processor (SLURM_CPUS_PER_TASK)" in fewer.stderr
    assert "share" not in tauvox(*SOLVE, "--threads", 1, "--json", "-", env=allowed).stderr
    assert "share" not in tauvox(*SOLVE, "--json", "-", env=allowed).stderr


def test_a_folder_that_cannot_be_written_is_no_hindrance(tauvox, tmp_path):
    """Results go elsewhere; nothing is written into the current folder, which is the volume's."""
    results = tmp_path / "results"
    results.mkdir()
    tmp_path.chmod(0o555)
    try:
        everyone = os.geteuid() == 0  # whom permissions do not hold back: then by what is there afterwards
        before = sorted(path.name for path in tmp_path.iterdir())
        for words in [[*SOLVE, "--json", "results/out.json", "--field", "results/out.vti"],
                      ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "0.4um", "-o", "results/report",
                       "--device", "cpu"]]:
            result = tauvox(*words, env=os.environ | {"PATH": ""})
            assert result.returncode == 0, result.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        if not everyone:
            assert_refused(tauvox(*SOLVE, "--json", "out.json"), 7, "out.json")
    finally:
        tmp_path.chmod(0o755)


def test_nothing_hangs_on_the_home_of_a_user_or_a_place_for_temporaries(tauvox, tmp_path):
    bare = {k: v for k, v in os.environ.items() if k not in ("HOME", "USER", "XDG_CACHE_HOME")} | {"TMPDIR": "/nowhere"}
    result = tauvox(*SOLVE, "--json", "out.json", env=bare)
    assert result.returncode == 0, result.stderr
    before = sorted(path.name for path in tmp_path.iterdir())
    assert tauvox("solve", "out.settings.toml", "--json", "-", env=bare).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == before
