"""Diffusion in time along several axes in one run: what each alone gives, names of its own, kept when it is done."""

import csv
import json
import signal
import subprocess
import time

import numpy
import pytest
import volumes
from conftest import assert_refused, contents, value

TRANSIENT = ["--phase", "0", "--study", "transient", "--device", "cpu", "--threads", "1"]


@pytest.fixture
def electrode(tauvox):
    made = tauvox("generate", "electrode", "--size", 24, "--porosity", "0.4", "--seed", "1", "-o", "e.h5")
    assert made.returncode == 0, made.stderr
    return "e.h5"


def numbers(result):
    return result["axis"], result["status"], result["quantities"]


@pytest.mark.parametrize("boundary", ["uptake", "membrane"])
def test_each_axis_is_what_it_is_alone(tauvox, solve, electrode, tmp_path, boundary):
    asked = [*TRANSIENT, "--boundary", boundary, "--end-time", "0.2"]
    report = solve(electrode, *asked, "--axis", "x,z", "--csv", "t.csv")
    assert [r["axis"] for r in report["results"]] == ["x", "z"]
    assert [c["name"] for c in report["curves"]] == ["transient_x", "transient_z"]
    assert len([n for n in report["notices"] if n.startswith("the plate of concentration 1")]) == 2
    for result, curve in zip(report["results"], report["curves"]):
        alone = solve(electrode, *asked, "--axis", result["axis"])
        assert numbers(alone["results"][0]) == numbers(result)
        assert alone["curves"][0]["name"] == "transient" and alone["curves"][0]["values"] == curve["values"]
        rows = list(csv.DictReader((tmp_path / f"t_{curve['name']}.csv").open()))
        assert float(rows[-1]["uptake"]) == pytest.approx(value(result, "uptake"), rel=1e-9)
    assert not (tmp_path / "t_transient.csv").exists()


def test_all_axes_of_an_electrode(solve, electrode):
    report = solve(electrode, *TRANSIENT, "--axis", "all", "--end-time", "0.05")
    assert [r["axis"] for r in report["results"]] == ["z", "y", "x"]
    assert len({value(r, "uptake") for r in report["results"]}) == 3


def test_each_axis_has_its_series_and_pictures(tauvox, electrode, tmp_path):
    if "VTI" not in json.loads(tauvox("info", "--json").stdout)["formats"]:
        pytest.skip("this build writes no .vti")
    asked = ["solve", electrode, *TRANSIENT, "--axis", "z,y", "--end-time", "0.1", "--frames", "3", "--field", "f.pvd"]
    result = tauvox(*asked, "--png", "p")
    assert result.returncode == 0, result.stderr
    for axis in "zy":
        frames = sorted(p.name for p in tmp_path.glob(f"f_{axis}_*.vti"))
        listed = (tmp_path / f"f_{axis}.pvd").read_text()
        assert 3 <= len(frames) <= 4 and all(name in listed for name in frames)
        assert f"f_{axis}.pvd lists {len(frames)} fields" in result.stderr
    assert not (tmp_path / "f.pvd").exists() and (tmp_path / "p_structure.png").exists()
    (tmp_path / "alone").mkdir()
    assert tauvox("solve", electrode, *TRANSIENT, "--axis", "y", "--end-time", "0.1", "--frames", "3", "--field", "alone/f_y.pvd").returncode == 0
    alone = contents(tmp_path / "alone")
    for name in [n for n in alone if n.startswith("f_y") and not n.endswith(".toml")]:
        assert (tmp_path / name).read_bytes() == alone[name], name
    assert_refused(tauvox(*asked), 7, "f_z.pvd", "--overwrite")
    (tmp_path / "g_y_0001.vti").write_text("mine")
    assert_refused(tauvox(*asked[:-1], "g.pvd"), 7, "g_y_0001.vti")
    assert_refused(tauvox(*asked[:-1], "h.vti"), 2, "h.pvd", "h_z_0000.vti")


def test_an_axis_that_leads_nowhere_does_not_end_the_others(solve, tmp_path):
    pore = numpy.ones((8, 3, 3), "u1")
    pore[:, 1, 1] = 0
    volumes.hdf5(tmp_path / "pore.h5", volume=pore)
    report = solve("pore.h5", *TRANSIENT, "--boundary", "membrane", "--axis", "y,z")
    assert [r["status"] for r in report["results"]] == ["not_percolating", "converged"]
    assert [c["name"] for c in report["curves"]] == ["transient_z"]


def until_ended(program, tmp_path, asked, marker):
    """Starts the run, and ends it as soon as the file is there."""
    run = subprocess.Popen([program, *asked], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.time() + 120
    while not marker.exists() and run.poll() is None and time.time() < until:
        time.sleep(0.002)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 75, said
    return said


def test_a_run_that_is_ended_goes_on_at_the_axis_it_was_at(program, tauvox, electrode, tmp_path):
    if "VTI" not in json.loads(tauvox("info", "--json").stdout)["formats"]:
        pytest.skip("this build writes no .vti")
    asked = ["solve", electrode, *TRANSIENT, "--axis", "z,y,x", "--end-time", "0.2", "--time-tolerance", "1e-5"]
    (tmp_path / "whole").mkdir()
    assert tauvox(*asked, "--json", "whole/r.json", "--field", "whole/f.pvd").returncode == 0
    run = [*asked, "--json", "r.json", "--field", "f.pvd"]
    said = until_ended(program, tmp_path, run, tmp_path / "f_y_0004.vti")
    assert "before axis y, axis x was done" in said, said
    partial = json.loads((tmp_path / "r.json").read_text())
    assert [r["axis"] for r in partial["results"]] == ["z"] and partial["unfinished"]["not_done"] == ["axis y", "axis x"]
    again = tauvox(*run)
    assert again.returncode == 0, again.stderr
    assert "axis z, transient along y kept" in again.stderr, again.stderr
    whole, continued = contents(tmp_path / "whole"), contents(tmp_path)
    one, other = json.loads(whole["r.json"]), json.loads(continued["r.json"])
    assert one["curves"] == other["curves"] and [numbers(r) for r in one["results"]] == [numbers(r) for r in other["results"]]
    for name in [n for n in whole if n.startswith("f") and n.endswith(".vti")]:
        assert continued[name] == whole[name], name
    assert {n for n in continued if n.startswith("f")} - {"f.settings.toml"} == {n for n in whole if n.startswith("f")} - {"f.settings.toml"}
    assert not list(tmp_path.glob("*.ckpt*"))


def test_an_axis_whose_frame_is_gone_begins_anew(program, tauvox, electrode, tmp_path):
    if "VTI" not in json.loads(tauvox("info", "--json").stdout)["formats"]:
        pytest.skip("this build writes no .vti")
    asked = ["solve", electrode, *TRANSIENT, "--axis", "z,y", "--end-time", "0.2", "--time-tolerance", "1e-5", "--field", "f.pvd"]
    until_ended(program, tmp_path, asked, tmp_path / "f_y_0002.vti")
    gone = tmp_path / "f_z_0003.vti"
    content = gone.read_bytes()
    gone.unlink()
    again = tauvox(*asked)
    assert again.returncode == 0, again.stderr
    assert gone.read_bytes() == content
