"""What an evaluation says of names of several phases, of its time, and what fractions need."""

import csv
import json

import pytest
import volumes
from conftest import assert_refused, value

NAMES = "pore=0,active=1,binder=2,solid=1+2"
pytestmark = pytest.mark.usefixtures("without_gnuplot")


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


@pytest.fixture
def evaluate(tauvox, tmp_path):
    """The report of an evaluation with voxels of 1 um."""

    def run():
        result = tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--device", "cpu", "-o", "report")
        assert result.returncode == 0, result.stderr
        return json.loads((tmp_path / "report" / "results.json").read_text())

    return run


def test_the_time_of_writing_is_measured(evaluate):
    seconds = evaluate()["timings_s"]
    assert 0 < seconds["write"] < seconds["total"]
    assert seconds["total"] >= seconds["read"] + seconds["solve"] + seconds["write"] - 1e-3


def test_names_of_several_phases_say_what_they_have_not(evaluate, tauvox):
    report = evaluate()
    (said,) = [n for n in report["notices"] if "have names of their own" in n]
    assert said.startswith("solid=1+2 is made of labels that have names of their own: surfaces, sizes")
    assert {r["study"] for r in report["results"] if r.get("phase") == "solid"} == {"fractions", "percolation", "connectivity"}
    run = ["solve", "cathode.h5", "--voxel-size", "1um", "--device", "cpu"]
    for study in ("interfaces", "triple_lines", "sizes", "particles", "chords", "geodesic"):
        assert "solid=1+2 is made of" in tauvox(*run, "--study", study, "--phases", NAMES).stderr, study
        assert "is made of" not in tauvox(*run, "--study", study, "--phases", "pore=0,solid=1+2").stderr, study
    for study in ("fractions", "connectivity", "percolation"):
        assert "solid=1+2 is made of" not in tauvox(*run, "--study", study, "--phases", NAMES).stderr, study


def test_fractions_need_no_voxel_size(solve, tmp_path):
    run = ["cathode.h5", "--study", "fractions", "--phases", NAMES]
    with_size, without = solve(*run, "--voxel-size", "2um"), solve(*run)
    for one, other in zip(without["results"], with_size["results"], strict=True):
        for name, quantity in one["quantities"].items():
            assert quantity["value"] == value(other, name), name
        widths = [r["quantities"]["volume_fraction"]["uncertainty"]["segmentation"]["half_width"] for r in (one, other)]
        assert widths[0] == pytest.approx(widths[1], rel=1e-12)
    for name, options, column, first in [("a", [], "distance_from_separator_voxels", 0.5),
                                         ("b", ["--voxel-size", "2um"], "distance_from_separator_um", 1)]:
        solve(*run, *options, "--csv", f"{name}.csv")
        with (tmp_path / f"{name}_profile.csv").open(newline="") as file:
            row = next(csv.DictReader(file))
        assert float(row[column]) == pytest.approx(first, rel=1e-12)
    # The ratio of steps counts: boundaries of flat voxels are other.
    flat = solve(*run, "--voxel-size", "2,1,1um")
    assert value(flat["results"][0], "volume_fraction") == value(without["results"][0], "volume_fraction")
    shifts = [r["results"][0]["quantities"]["volume_fraction"]["uncertainty"]["segmentation"]["half_width"] for r in (flat, without)]
    assert shifts[0] != pytest.approx(shifts[1], rel=1e-3)


@pytest.mark.parametrize("phases, torn, labels", [
    ("pore=0,active=1,solid=1+2", "solid", "2 and 1"), ("pore=0,active=0+1,binder=2", "active", "1 and 0"),
    ("a=0+1,b=1+2", "b", "1 and 0"), ("pore=0,solid=1+2,big=0+1", "big", "1 and 2")])
def test_a_name_that_would_stand_for_a_rest_is_refused(tauvox, tmp_path, phases, torn, labels):
    for command in ("evaluate", "solve", "inspect"):
        arguments = {"evaluate": ["--voxel-size", "1um", "-o", "report"], "solve": ["--phase", "0"], "inspect": []}[command]
        result = tauvox(command, "cathode.h5", "--phases", phases, *arguments)
        assert_refused(result, 2, f"'{torn}'", f"give labels {labels} names of their own")
    (tmp_path / "study.toml").write_text('input = "cathode.h5"\nphase = [0]\nphases.a = [0, 1]\nphases.b = [1, 2]\n')
    assert_refused(tauvox("solve", "study.toml"), 2, "'b'", "labels 1 and 0")


def test_a_phase_of_several_labels_has_one_row_of_each_number(tauvox, tmp_path):
    result = tauvox("batch", "cathode.h5", "--phases", "pore=0,solid=1+2", "--voxel-size", "1um", "--no-sampling", "-o", "lot")
    assert result.returncode == 0, result.stderr
    folder, = (tmp_path / "lot/volumes").glob("cathode*")
    report = json.loads((folder / "results.json").read_text())
    keys = [(r["study"], r.get("phase"), r.get("axis")) for r in report["results"] if "with" not in r]
    assert sorted(keys, key=str) == sorted(set(keys), key=str)
    fraction = 1 - (volumes.LABELS == 0).mean()
    rows = [row for row in csv.DictReader((tmp_path / "lot" / "batch.csv").open()) if row["phase"] == "solid"]
    assert {row["axis"] for row in rows if row["percolating_volume_fraction"]} == {"z", "y", "x"}
    assert all(float(row["volume_fraction"]) == pytest.approx(fraction) for row in rows if row["volume_fraction"])


def test_the_line_to_complete_has_what_was_said_of_the_input(tauvox, tmp_path):
    (tmp_path / "v.raw").write_bytes(volumes.LABELS.astype("u1").tobytes())
    shape = ",".join(map(str, volumes.LABELS.shape))
    asked = tauvox("evaluate", "v.raw", "--shape", shape, "--dtype", "uint8", "--voxel-size", "2um", "-o", "r")
    assert_refused(asked, 2, f"tauvox evaluate v.raw --shape {shape} --dtype uint8 --voxel-size 2um --phases NAME=0,NAME=1,NAME=2 -o r")
