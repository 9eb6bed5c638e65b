"""Diffusion in time where phases hold unlike amounts, as a user asks for it."""

import json

import numpy
import pytest
import volumes
from conftest import assert_refused, value

NAMES = ["--phases", "pore=0,active=1,binder=2"]
POROUS = [*NAMES, "--phase", "pore", "--phase-porosity", "binder=0.47", "--study", "transient"]


@pytest.fixture
def layers(tmp_path):
    """Eight layers of pore before eight of binder, beside a column of active material."""
    labels = numpy.zeros((16, 2, 3), "u1")
    labels[8:] = 2
    labels[:, :, 0] = 1
    volumes.hdf5(tmp_path / "layers.h5", volume=labels)
    return "layers.h5"


def only(report):
    assert len(report["results"]) == 1
    return report["results"][0]


def lag(D, M):
    """Of two layers of eight cells each: sum of M u (1 - u) / J."""
    fall = numpy.repeat(1 / numpy.array(D), 8) / 16
    u = 1 - (numpy.cumsum(fall) - fall / 2) / fall.sum()
    return float((numpy.repeat(M, 8) / 16 * u * (1 - u)).sum() * fall.sum())


def test_a_porous_phase_holds_its_porosity(solve, layers):
    report = solve(layers, *POROUS, "--boundary", "membrane", "--end-time", "4")
    r = only(report)
    assert value(r, "reached_volume_fraction") == pytest.approx(2 / 3)
    assert value(r, "reached_capacity") == pytest.approx((1 + 0.47) / 3)
    assert value(r, "time_lag") == pytest.approx(lag([1, 0.47**1.5], [1, 0.47]), rel=2e-6)
    assert value(r, "diffusivity_steady") == pytest.approx(value(r, "steady_flux") / value(r, "reached_capacity"), rel=1e-12)
    notice, = [n for n in report["notices"] if n.startswith("capacity")]
    assert "0 (pore): 1, 2 (binder): 0.47" in notice and "--phase-porosity" in notice
    end = dict(zip(report["curves"][0]["columns"], [v[-1] for v in report["curves"][0]["values"]]))
    assert end["amount_in"] - end["amount_out"] == pytest.approx(end["uptake"] * value(r, "reached_capacity"), rel=1e-4)


def test_what_is_said_of_capacities_is_taken(solve, layers):
    given = ["--boundary", "membrane", "--end-time", "4"]
    report = solve(layers, *POROUS, *given, "--capacity", "binder=3,pore=0.5")
    assert report["settings"]["capacity"] == {"binder": 3, "pore": 0.5}
    assert value(only(report), "time_lag") == pytest.approx(lag([1, 0.47**1.5], [0.5, 3]), rel=2e-6)
    alike = solve(layers, *POROUS, *given, "--capacity", "binder=1")
    assert not [n for n in alike["notices"] if n.startswith("capacity")]
    assert value(only(alike), "reached_capacity") == value(only(alike), "reached_volume_fraction")
    labels = solve(layers, "--conductivity", "0=1,1=0,2=0.3", "--study", "transient", *given, "--capacity", "2=5")
    assert value(only(labels), "time_lag") == pytest.approx(lag([1, 0.3], [1, 5]), rel=2e-6)


@pytest.mark.parametrize("arguments, words", [
    ([*POROUS, "--capacity", "binder=0"], ["--capacity", "binder=0", "from 1e-06"]),
    ([*POROUS, "--capacity", "binder=-1"], ["--capacity", "binder=-1"]),
    ([*POROUS, "--capacity", "binder=nan"], ["--capacity", "nan"]),
    ([*POROUS, "--capacity", "binder=1e7"], ["--capacity", "1e+07", "1e+06"]),
    ([*POROUS, "--capacity", "active=0.5"], ["--capacity", "1 (active)", "does not conduct"]),
    ([*POROUS, "--capacity", "bindr=0.5"], ["--capacity", "'bindr'", "'binder'"]),
    ([*POROUS, "--capacity", "binder=0.5,2=0.4"], ["label given twice", "--capacity"]),
    ([*NAMES, "--phase", "pore", "--capacity", "pore=0.5"], ["--capacity", "does not apply", "--study transient"]),
    (["--study", "transient", "--law", "g", "--capacity", "0=0.5"], ["--capacity", "exclude"]),
])
def test_what_cannot_be_held(tauvox, layers, arguments, words):
    assert_refused(tauvox("solve", layers, *arguments), 2, *words)


def test_a_label_that_does_not_occur_is_named(tauvox, layers):
    conducting = ["--conductivity", "0=1,1=0,2=0.3,7=1", "--study", "transient", "--capacity", "7=0.5"]
    assert_refused(tauvox("solve", layers, *conducting), 4, "label 7", "--capacity")
    result = tauvox("solve", layers, *conducting, "--allow-absent")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("boundary", ["uptake", "membrane"])
def test_the_plan_holds_what_capacities_take(tauvox, solve, boundary):
    assert tauvox("generate", "electrode", "--size", 48, "--seed", 3, "-o", "e.h5").returncode == 0
    asked = [*POROUS, "--boundary", boundary, "--end-time", "0.01", "--device", "cpu"]
    planned = tauvox("solve", "e.h5", *asked, "--dry-run", "--json", "-")
    assert planned.returncode == 0, planned.stderr
    row, = [b["bytes"] for b in json.loads(planned.stdout)["buffers"] if b["name"] == "capacities"]
    taken, without = [solve("e.h5", *asked, *more)["memory"]["device_peak_bytes"] for more in ([], ["--capacity", "binder=1"])]
    assert 0.8 * row < taken - without <= row
