"""What an evaluation says of names of several phases, of its time, and what fractions need."""

import csv
import json

import pytest
import volumes
from conftest import value

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
