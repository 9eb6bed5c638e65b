"""What a machine or a user sets that is not there, or makes no sense: a run does not hang on it."""

import json
import os

import pytest
import volumes

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


def test_nothing_hangs_on_the_home_of_a_user_or_a_place_for_temporaries(tauvox, tmp_path):
    bare = {k: v for k, v in os.environ.items() if k not in ("HOME", "USER", "XDG_CACHE_HOME")} | {"TMPDIR": "/nowhere"}
    result = tauvox(*SOLVE, "--json", "out.json", env=bare)
    assert result.returncode == 0, result.stderr
    before = sorted(path.name for path in tmp_path.iterdir())
    assert tauvox("solve", "out.settings.toml", "--json", "-", env=bare).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == before
