"""Words of messages and tables: what is taken, of which command, and what a number is called."""

import csv
import io

import h5py
import numpy
import pytest
import volumes
from conftest import assert_refused

OPTIONS = ["--device", "cpu", "--voxel-size", "1um"]
PHASES = ["--phases", "pore=0,active=1,binder=2"]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))


def test_edges_that_differ_by_the_most_are_solved(tauvox, tmp_path):
    """Also where the file has rounded them."""
    for thick, factor in ((400.0, ""), (400.00001, ""), (400.001, "1000.0025"), (401.0, "1002.5")):
        with h5py.File(tmp_path / "cathode.h5", "a") as file:
            file["volume"].attrs["element_size_um"] = numpy.array([thick, 0.4, 0.4])
        result = tauvox("solve", "cathode.h5", "--phase", "0", "--device", "cpu")
        if factor:
            assert_refused(result, 4, "the voxels are too flat", factor, "up to 1000")
        else:
            assert result.returncode == 0, result.stderr


def test_words_say_what_is_taken(tauvox):
    solve = ["solve", "cathode.h5", "--phase", "0", "--device", "cpu"]
    assert_refused(tauvox(*solve, "--crop", "0:10:2,:,:"), 2, "BEGIN:END", "without a step")
    for fraction in ("--porosity", "--binder"):
        for value in ("0", "1"):
            assert_refused(tauvox("generate", "electrode", fraction, value, "-o", "e.h5"), 2, fraction, "above 0 and below 1")
    assert "above 0 and below 1" in " ".join(tauvox("generate", "--help").stdout.split())


def test_electrons_have_an_electrical_conductivity_on_the_terminal_as_well(tauvox, tmp_path, without_gnuplot):
    result = tauvox("evaluate", "cathode.h5", *PHASES, *OPTIONS, "--ionic", "pore", "--electronic", "active=1", "--axis", "z", "--no-sampling",
                    "-o", "r")
    assert result.returncode == 0, result.stderr
    of_electrons = result.stdout.split("electronic transport")[0].rsplit("effective_transport", 1)[1]
    assert "relative electrical conductivity" in of_electrons and "sigma_eff/sigma0" in of_electrons and "relative diffusivity" not in of_electrons
    of_ions = result.stdout.split("ionic transport")[0].rsplit("effective_transport", 1)[1]
    assert "relative diffusivity" in of_ions and "D_eff/D0" in of_ions
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r/results.csv").read_text())))
    definitions = {row["phase"]: row["definition"] for row in rows if row["quantity"] == "effective_ratio"}
    assert "diffusivity" not in definitions["active"] and "electrical conductivity" in definitions["active"]


def test_advice_on_a_sample_that_is_no_column_is_of_the_command(tauvox, tmp_path):
    ball = volumes.repeated(2).copy()
    ball[0, 0, 0] = ball[-1, 0, 1] = ball[1, -1, 2] = ball[2, 3, -1] = ball[5, 5, 5] = 7
    volumes.hdf5(tmp_path / "ball.h5", volume=ball)
    solved = tauvox("solve", "ball.h5", "--phase", "0", "--outside", "7", *OPTIONS)
    assert_refused(solved, 4, "no meaning for this sample", "--crop")
    assert "--ionic" not in solved.stderr and "evaluate" not in solved.stderr
    evaluated = tauvox("evaluate", "ball.h5", *PHASES, "--outside", "7", *OPTIONS, "--ionic", "pore")
    assert_refused(evaluated, 4, "without --ionic and --electronic the geometry alone")
