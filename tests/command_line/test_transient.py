"""Diffusion in time, as a user asks for it."""

import csv
import json
import signal
import subprocess
import time

import numpy
import pytest
import volumes
from conftest import assert_refused, value

TRANSIENT = ["--phase", "0", "--study", "transient"]

# Uptake of the generated electrode after steps of 0.01 L^2/D0, from a direct solver.
UPTAKE = {"backward-euler": {1: 0.0824473934148627, 2: 0.122257329313664, 10: 0.271104168266955},
          "bdf2": {2: 0.126586559673819, 10: 0.274574533970345},
          "tr-bdf2": {1: 0.0998199282588022, 2: 0.12998693577913, 10: 0.274775710357145}}


@pytest.fixture
def electrode(tauvox):
    """The same on every machine."""
    made = tauvox("generate", "electrode", "--size", 32, "--porosity", "0.4", "--seed", "1", "-o", "g1.h5")
    assert made.returncode == 0, made.stderr
    return "g1.h5"


@pytest.fixture
def slab(tmp_path):
    volumes.hdf5(tmp_path / "slab.h5", volume=numpy.zeros((16, 2, 2), "u1"))
    return "slab.h5"


def only(report):
    assert len(report["results"]) == 1
    return report["results"][0]


def table(report):
    curve, = report["curves"]
    assert curve["name"] == "transient"
    return dict(zip(curve["columns"], curve["values"]))


@pytest.mark.parametrize("scheme", UPTAKE)
def test_uptake_of_an_electrode_is_that_of_a_direct_solver(solve, electrode, scheme):
    report = solve(electrode, *TRANSIENT, "--time-scheme", scheme, "--time-step", "0.01", "--end-time", "0.1",
                   "--tolerance", "1e-8", "--precision", "double")
    rows = table(report)
    for step, expected in UPTAKE[scheme].items():
        assert rows["uptake"][step - 1] == pytest.approx(expected, rel=1e-8)
    assert only(report)["status"] == "converged" and rows["flux_out"] == [0] * 10
    if scheme != "tr-bdf2":
        assert "half the --time-step" in only(report)["remarks"][0]


def test_a_default_run_is_as_good_as_it_says(solve, electrode):
    exact = value(only(solve(electrode, *TRANSIENT, "--end-time", "0.1", "--time-tolerance", "1e-5")), "uptake")
    report = solve(electrode, *TRANSIENT, "--end-time", "0.1")
    uptake = only(report)["quantities"]["uptake"]
    error = uptake["uncertainty"]["solver"]
    assert error["kind"] == "estimate"
    assert abs(uptake["value"] - exact) < error["half_width"] < 0.02
    assert table(report)["time_D0_over_L2"][-1] == 0.1


def test_a_membrane_has_a_time_lag_from_two_ways(solve, electrode):
    r = only(solve(electrode, *TRANSIENT, "--boundary", "membrane", "--end-time", "3"))
    assert value(r, "time_lag") == pytest.approx(0.368156435542934, rel=1e-5)
    assert value(r, "time_lag_of_transient") == pytest.approx(0.368156435542934, rel=1e-2)
    assert value(r, "diffusivity_lag") == pytest.approx(1 / (6 * value(r, "time_lag")))
    assert value(r, "diffusivity_decay") == pytest.approx(4.67813168487 / numpy.pi**2, rel=1e-5)
    steady = only(solve(electrode, "--phase", "0"))
    assert value(r, "steady_flux") == pytest.approx(value(steady, "effective_ratio"), rel=2e-4)
    assert value(r, "outflow") == pytest.approx(value(steady, "effective_ratio"), rel=1e-3)
    early = only(solve(electrode, *TRANSIENT, "--boundary", "membrane", "--end-time", "0.1"))
    assert value(early, "time_lag_of_transient") is None and "raise --end-time" in early["remarks"][0]


def test_seconds_where_size_and_diffusivity_are_known(solve, slab):
    known = ["--voxel-size", "1um", "--conductivity", "0=1e-10", "--unit", "m2/s", "--study", "transient"]
    r = only(solve(slab, *known, "--end-seconds", "1.28"))  # L^2/D0 = 2.56 s
    assert value(r, "end_time") == pytest.approx(0.5) and value(r, "end_time_seconds") == pytest.approx(1.28)
    assert value(r, "uptake") == pytest.approx(0.7639503307, abs=2e-3)
    report = solve(slab, *known, "--end-time", "0.5")
    assert value(only(report), "uptake") == value(r, "uptake")
    rows = table(report)
    assert rows["time_s"] == pytest.approx([2.56 * t for t in rows["time_D0_over_L2"]])


def test_the_table_is_a_file_beside_the_others(tauvox, slab, tmp_path):
    assert tauvox("solve", slab, *TRANSIENT, "--csv", "t.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "t_transient.csv").open()))
    assert len(rows) > 5 and float(rows[-1]["time_D0_over_L2"]) == 1
    uptake = [float(row["uptake"]) for row in rows]
    assert uptake == sorted(uptake) and uptake[-1] == pytest.approx(0.9312596785, abs=2e-3)


def test_what_does_not_percolate_still_takes_up(solve, tmp_path):
    pore = numpy.ones((8, 3, 3), "u1")
    pore[:5, 1, 1] = 0
    volumes.hdf5(tmp_path / "pore.h5", volume=pore)
    membrane = only(solve("pore.h5", *TRANSIENT, "--boundary", "membrane"))
    assert membrane["status"] == "not_percolating" and value(membrane, "time_lag") is None and value(membrane, "steady_flux") == 0
    uptake = only(solve("pore.h5", *TRANSIENT, "--end-time", "10"))
    assert uptake["status"] == "converged" and value(uptake, "uptake") == pytest.approx(1, abs=1e-4)
    assert value(uptake, "reached_volume_fraction") == pytest.approx(5 / 72)
    closed = only(solve("pore.h5", *TRANSIENT, "--axis", "y"))
    assert closed["status"] == "not_percolating" and "first plate" in closed["reason"]


def test_an_unconverged_step_is_no_number(tauvox, electrode, tmp_path):
    result = tauvox("solve", electrode, *TRANSIENT, "--max-iterations", "2", "--json", "r.json", "--device", "cpu")
    assert result.returncode == 6 and "--max-iterations" in result.stderr
    r = only(json.loads((tmp_path / "r.json").read_text()))
    assert r["status"] == "not_converged" and value(r, "uptake") is None and r["reason"].startswith("step 1 ")


@pytest.mark.parametrize("arguments, words", [
    (["--end-time", "1", "--end-seconds", "5"], ["--end-time", "--end-seconds"]),
    (["--end-seconds", "5"], ["--end-seconds", "--voxel-size"]),
    (["--time-scheme", "bdf2"], ["bdf2", "--time-step"]),
    (["--time-scheme", "crank-nicolson"], ["crank-nicolson", "tr-bdf2"]),
    (["--boundary", "open"], ["open", "membrane"]),
    (["--end-time", "0"], ["--end-time", "above 0"]),
    (["--field", "f.h5"], ["--field", "transient"]),
])
def test_what_cannot_be_asked(tauvox, slab, arguments, words):
    assert_refused(tauvox("solve", slab, *TRANSIENT, *arguments), 2, *words)


@pytest.mark.parametrize("arguments", [["--boundary", "membrane"], ["--end-time", "1"], ["--time-step", "0.1"], ["--time-scheme", "bdf2"],
                                       ["--time-tolerance", "0.01"], ["--end-seconds", "5"]])
def test_other_studies_have_no_time(tauvox, slab, arguments):
    assert_refused(tauvox("solve", slab, "--phase", "0", *arguments), 2, arguments[0], "--study transient")


def numbers(path):
    """What does not depend on when it was run."""
    report = json.loads(path.read_text())
    return [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]], report["curves"]


@pytest.mark.parametrize("how", ["signal", "time limit"])
def test_a_run_that_is_ended_goes_on_with_the_same_bits(program, tauvox, tmp_path, how):
    assert tauvox("generate", "electrode", "--size", 40, "--seed", 3, "-o", "e.h5").returncode == 0
    asked = ["solve", "e.h5", *TRANSIENT, "--end-time", "0.3", "--time-tolerance", "1e-5", "--threads", "1", "--device", "cpu"]
    assert tauvox(*asked, "--json", "whole.json").returncode == 0
    endings = 0
    for _ in range(2):
        run = subprocess.Popen([program, *asked, "--json", "r.json", *(["--time-limit", "1"] if how == "time limit" else [])],
                               cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if how == "signal":
            time.sleep(1.5)
            run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
        if run.returncode == 0:
            break
        assert run.returncode == 75, said
        endings += 1
        assert "transient" in said
    assert endings > 0
    if endings == 2:
        last = tauvox(*asked, "--json", "r.json")
        assert last.returncode == 0, last.stderr
    assert numbers(tmp_path / "r.json") == numbers(tmp_path / "whole.json")
    assert not list(tmp_path.glob("*.ckpt*"))


@pytest.mark.parametrize("slower", ["0.5", "0.9", "0.99"])
def test_the_slowest_decay_is_as_near_as_it_says(solve, tmp_path, slower):
    """Two pores that nothing joins; the slower decays as 4 N^2 sin^2(pi / 2N) times its diffusivity."""
    labels = numpy.full((16, 2, 3), 2, "u1")
    labels[:, :, 0], labels[:, :, 2] = 0, 1
    volumes.hdf5(tmp_path / "two.h5", volume=labels)
    found = only(solve("two.h5", "--conductivity", f"0=1,1={slower},2=0", "--study", "transient", "--boundary", "membrane",
                       "--end-time", "0.01"))
    half = numpy.pi / 32
    exact = float(slower) * (numpy.sin(half) / half) ** 2
    decay = found["quantities"]["diffusivity_decay"]
    assert abs(decay["value"] - exact) <= decay["uncertainty"]["solver"]["half_width"] < 1e-4 * exact


def test_long_steps_are_answers_and_say_what_they_do(solve, electrode):
    for scheme, step in [("bdf2", "1"), ("bdf2", "100"), ("backward-euler", "300")]:
        found = only(solve(electrode, *TRANSIENT, "--time-scheme", scheme, "--time-step", step, "--end-time", str(10 * int(step))))
        assert found["status"] == "converged" and value(found, "uptake") == pytest.approx(1, abs=1e-3)
        beyond = any("beyond 0 .. 1" in remark for remark in found["remarks"])
        assert beyond == (abs(value(found, "uptake") - 0.5) > 0.5 + 1e-9)


def test_noise_of_great_contrast_is_solved_to_the_end(solve, tmp_path):
    """Where FP32 does not suffice for the estimate of a step's error either."""
    volumes.hdf5(tmp_path / "noise.h5", volume=numpy.random.default_rng(3).integers(0, 3, (16, 16, 16)).astype("u1"))
    report = solve("noise.h5", "--conductivity", "0=1,1=1e-6,2=1e-2", "--study", "transient")
    assert only(report)["status"] == "converged"


@pytest.mark.parametrize("damage", ["gone", "a folder", "cut off", "changed"])
def test_a_damaged_state_is_not_called_kept(tauvox, tmp_path, electrode, damage):
    run = ["solve", electrode, *TRANSIENT, "--json", "a.json", "--checkpoint", "c.ckpt", "--time-tolerance", "1e-7"]
    state = tmp_path / "c.ckpt.state"
    for seconds in (0.5, 1, 2, 4, 8):  # until a step is done, also on a busy machine
        assert tauvox(*run, "--time-limit", seconds).returncode == 75
        if state.exists():
            break
    content = state.read_bytes()
    assert "transient kept" in tauvox(*run, "--time-limit", "0.1").stderr
    state.unlink()
    if damage == "a folder":
        state.mkdir()
    if damage == "cut off":
        state.write_bytes(content[:-8])
    if damage == "changed":
        state.write_bytes(content[:-8] + bytes(8))
    again = tauvox(*run, "--time-limit", "0.1")
    assert again.returncode == 75, again.stderr
    assert "c.ckpt.state is missing or damaged: transient begins anew" in again.stderr and "transient kept" not in again.stderr, again.stderr


def test_what_its_pictures_lack_is_said(tauvox, tmp_path, electrode):
    result = tauvox("solve", electrode, *TRANSIENT, "--png", "p")
    assert result.returncode == 0 and "for concentrations give --field NAME.pvd" in result.stderr, result.stderr
    assert not list(tmp_path.glob("p_concentration*"))
    assert_refused(tauvox("solve", electrode, *TRANSIENT, "--png", "q", "--flux"), 2, "no field", "--flux")


@pytest.mark.parametrize("more", [["--rve", "0.1"], ["--flux-balance", "0.1"], ["--thickness", "x"], ["--separator", "high"],
                                  ["--impedance"], ["--flux-balance", "0.01"], ["--thickness", "z"], ["--separator", "low"]])
def test_what_it_would_not_heed_is_refused(tauvox, electrode, more):
    assert_refused(tauvox("solve", electrode, *TRANSIENT, *more), 2, more[0], "does not apply", "transient")


def test_rates_that_crowd_are_not_told_apart(solve, tmp_path):
    """Modes of a thin film differ by its thickness over its width, squared: more than three are near the slowest."""
    film = numpy.random.default_rng(3).integers(0, 2, (2, 24, 24)).astype("u1")
    volumes.hdf5(tmp_path / "film.h5", volume=film)
    found = only(solve("film.h5", "--conductivity", "0=1,1=0.9", "--study", "transient", "--boundary", "membrane",
                       "--end-time", "0.1"))
    assert found["quantities"].get("diffusivity_decay", {}).get("value") is None
    assert any("nearly the same rate" in remark for remark in found["remarks"])
