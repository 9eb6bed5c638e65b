"""Fields of diffusion in time: a .pvd and its frames, as ParaView reads them."""

import json
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as xml

import numpy
import pytest
import volumes
from conftest import assert_refused, contents, measures_memory, value

TRANSIENT = ["--phase", "0", "--study", "transient", "--device", "cpu"]
needs_gnuplot = pytest.mark.skipif(shutil.which("gnuplot") is None, reason="no gnuplot")


@pytest.fixture
def with_vtk(tauvox):
    found = json.loads(tauvox("info", "--json").stdout)
    if "VTI" not in found["formats"]:
        pytest.skip("this build writes no .vti")
    return pytest.importorskip("vtkmodules.vtkIOXML")


@pytest.fixture
def electrode(tauvox, with_vtk):
    made = tauvox("generate", "electrode", "--size", 24, "--porosity", "0.4", "--seed", "1", "-o", "e.h5")
    assert made.returncode == 0, made.stderr
    return "e.h5"


def series(path):
    """Times and files of a .pvd."""
    root = xml.parse(path).getroot()
    assert root.tag == "VTKFile" and root.get("type") == "Collection"
    listed = [(float(d.get("timestep")), d.get("file")) for d in root.find("Collection")]
    return [t for t, _ in listed], [name for _, name in listed]


def frame(reader_of, path):
    """Arrays [z][y][x] and what the file says of itself."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    reader = reader_of.vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    shape = [n - 1 for n in reversed(image.GetDimensions())]
    cells, data = image.GetCellData(), image.GetFieldData()
    arrays = {cells.GetArrayName(i): vtk_to_numpy(cells.GetArray(i)) for i in range(cells.GetNumberOfArrays())}
    facts = {data.GetAbstractArray(i).GetName(): data.GetAbstractArray(i).GetVariantValue(0) for i in range(data.GetNumberOfArrays())}
    return {name: a.reshape(shape + list(a.shape[1:])) for name, a in arrays.items()}, facts


@pytest.mark.parametrize("boundary", ["uptake", "membrane"])
def test_frames_are_the_steps_of_the_table(solve, with_vtk, electrode, tmp_path, boundary):
    report = solve(electrode, *TRANSIENT, "--boundary", boundary, "--end-time", "0.2", "--field", "f.pvd", "--frames", "6", "--flux")
    curve, = report["curves"]
    rows = dict(zip(curve["columns"], curve["values"]))
    times, names = series(tmp_path / "f.pvd")
    assert names == [f"f_{i:04}.vti" for i in range(len(names))] and 4 <= len(names) <= 7
    assert times[0] == 0 and times[-1] == 0.2 and times == sorted(set(times)) and set(times[1:]) <= set(rows["time_D0_over_L2"])
    assert sorted(p.name for p in tmp_path.glob("f*")) == sorted(["f.pvd", "f.settings.toml", *names])
    reached = None
    for moment, name in zip(times, names):
        arrays, facts = frame(with_vtk, tmp_path / name)
        c, flux = arrays["concentration"].astype("f8"), arrays["flux"].astype("f8")
        assert facts["time_unit"].ToString() == "L^2/D0" and facts["time_D0_over_L2"].ToDouble() == moment
        takes_part = numpy.isfinite(c)
        assert (arrays["label"][takes_part] == 0).all() and (reached is None or (takes_part == reached).all())
        reached = takes_part
        assert takes_part.mean() == value(report["results"][0], "reached_volume_fraction")
        if moment == 0:
            assert (c[takes_part] == 0).all()
            continue
        i = rows["time_D0_over_L2"].index(moment)
        assert c[takes_part].mean() == pytest.approx(rows["uptake"][i], abs=1e-6)
        assert facts["uptake"].ToDouble() == rows["uptake"][i]
        # half of the flux in a layer at a plate comes through the plate, and what leaves it into the next is the rest
        assert (flux[~takes_part] == 0).all()
        n = c.shape[0]
        into_first = 2 * n * (1 - c[0][takes_part[0]]).sum() / c[0].size
        assert into_first == pytest.approx(rows["flux_in"][i], rel=1e-5)
        both = takes_part[-1] & takes_part[-2]
        through_last = 0 if boundary == "uptake" else 2 * n * c[-1][takes_part[-1]].sum()
        into_last = n * (c[-2][both] - c[-1][both]).sum()
        assert flux[-1, ..., 2].sum() == pytest.approx((through_last + into_last) / 2, rel=1e-4, abs=1e-6)
    assert f"f.pvd lists {len(names)} fields, from 0 to 0.2 L^2/D0" in report["notices"]


def test_a_slab_has_the_concentrations_of_its_modes(solve, with_vtk, tmp_path):
    """Backward Euler: 1 - sum of modes of the cells, each less by 1 / (1 + lambda dt) in a step. Times are in seconds."""
    n, step = 12, 0.01
    volumes.hdf5(tmp_path / "slab.h5", volume=numpy.zeros((n, 2, 3), "u1"))
    solve("slab.h5", "--study", "transient", "--conductivity", "0=1e-10", "--unit", "m2/s", "--voxel-size", "1um", "--device", "cpu",
          "--time-scheme", "backward-euler", "--time-step", step, "--end-time", "0.1", "--tolerance", "1e-9", "--precision", "double",
          "--field", "s.pvd", "--frames", "1000")
    times, names = series(tmp_path / "s.pvd")
    seconds = 12e-6**2 / 1e-10
    assert times == pytest.approx([k * step * seconds for k in range(11)], rel=1e-12)
    waves = (2 * numpy.arange(n) + 1) * numpy.pi / (2 * n)
    modes = numpy.sin(numpy.outer(waves, numpy.arange(n) + 0.5))
    amplitudes = modes.sum(1) * 2 / n
    decay = 1 / (1 + 4 * n * n * numpy.sin(waves / 2) ** 2 * step)
    for k, name in enumerate(names):
        arrays, facts = frame(with_vtk, tmp_path / name)
        exact = 1 - (amplitudes * decay**k) @ modes
        assert arrays["concentration"] == pytest.approx(numpy.broadcast_to(exact[:, None, None], (n, 2, 3)), abs=2e-7)
        assert facts["time_s"].ToDouble() == pytest.approx(times[k], rel=1e-12)
        assert facts["time_unit"].ToString() == "s"


def test_the_numbers_do_not_depend_on_frames(solve, with_vtk, electrode, tmp_path):
    def numbers(report):
        return [r["quantities"] for r in report["results"]], report["curves"]

    plain = solve(electrode, *TRANSIENT)
    assert numbers(solve(electrode, *TRANSIENT, "--field", "a.pvd")) == numbers(plain)
    assert numbers(solve(electrode, *TRANSIENT, "--field", "b.pvd", "--frames", "1")) == numbers(plain)
    assert series(tmp_path / "b.pvd") == ([0, 1], ["b_0000.vti", "b_0001.vti"])
    assert (tmp_path / "b_0001.vti").read_bytes() == (tmp_path / series(tmp_path / "a.pvd")[1][-1]).read_bytes()


ENDED = ["solve", "e.h5", *TRANSIENT, "--end-time", "0.3", "--time-tolerance", "1e-6", "--threads", "1"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_series_goes_on_with_the_same_bytes(program, tauvox, with_vtk, electrode, tmp_path, how):
    """Killed, it goes on from what was kept, if anything was, and writes the frames behind that again."""
    (tmp_path / "whole").mkdir()
    assert tauvox(*ENDED, "--field", "whole/f.pvd", "--json", "whole/r.json").returncode == 0
    run = subprocess.Popen([program, *ENDED, "--field", "f.pvd", "--json", "r.json"], cwd=tmp_path, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    until = time.time() + 60
    while not (tmp_path / "f_0004.vti").exists() and run.poll() is None and time.time() < until:
        time.sleep(0.002)
    run.send_signal(how)
    _, said = run.communicate(timeout=60)
    assert run.returncode == (75 if how == signal.SIGTERM else -how), said
    times, names = series(tmp_path / "f.pvd")  # whole, as far as it came
    assert 4 <= len(names) < 13 and all((tmp_path / name).exists() for name in names)
    if how == signal.SIGTERM:
        assert f"f.pvd lists {len(names)} fields, from 0 to " in said
    again = tauvox(*ENDED, "--field", "f.pvd", "--json", "r.json")
    assert again.returncode == 0, again.stderr
    assert ("transient kept" in again.stderr) == (how == signal.SIGTERM)
    whole, continued = contents(tmp_path / "whole"), contents(tmp_path)
    for name in [n for n in whole if n.startswith("f") and not n.endswith(".toml")]:
        assert continued[name] == whole[name], name
    assert {n for n in continued if n.startswith("f")} == {n for n in whole if n.startswith("f")}
    assert json.loads(continued["r.json"])["curves"] == json.loads(whole["r.json"])["curves"]
    assert not list(tmp_path.glob("*.ckpt*")) and not list(tmp_path.glob("*lock*"))


def ended(program, tmp_path):
    """A run that was ended and has kept its state and five frames."""
    run = subprocess.Popen([program, *ENDED, "--field", "f.pvd"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.time() + 60
    while not (tmp_path / "f_0004.vti").exists() and run.poll() is None and time.time() < until:
        time.sleep(0.002)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 75, said


def test_a_frame_that_is_gone_begins_anew(program, tauvox, with_vtk, electrode, tmp_path):
    ended(program, tmp_path)
    (tmp_path / "f_0002.vti").unlink()
    again = tauvox(*ENDED, "--field", "f.pvd")
    assert again.returncode == 0 and "f_0002.vti is missing or damaged: transient begins anew" in again.stderr, again.stderr
    assert all((tmp_path / name).exists() for name in series(tmp_path / "f.pvd")[1])


def test_another_series_is_another_run(program, tauvox, with_vtk, electrode, tmp_path):
    ended(program, tmp_path)
    for other in (["--field", "f.pvd", "--frames", "5"], ["--field", "f.pvd", "--flux"], ["--field", "g.pvd"], ["--json", "r.json"]):
        assert_refused(tauvox(*ENDED, *other, "--checkpoint", "f.ckpt"), 3, "series in time")


def test_outputs_that_are_there_are_refused_before_the_run(tauvox, with_vtk, electrode, tmp_path):
    for name in ("f.pvd", "f_0000.vti", "f_0007.vti"):
        (tmp_path / name).write_text("mine")
        assert_refused(tauvox("solve", electrode, *TRANSIENT, "--field", "f.pvd", "--frames", "9"), 7, name, "--overwrite")
        (tmp_path / name).unlink()
    (tmp_path / "f_0003.vti").write_text("mine")
    assert tauvox("solve", electrode, *TRANSIENT, "--field", "f.pvd", "--frames", "2").returncode == 0  # not one of them
    assert tauvox("solve", electrode, *TRANSIENT, "--field", "f.pvd", "--frames", "9", "--overwrite").returncode == 0
    assert (tmp_path / "f_0003.vti").read_bytes() != b"mine"
    (tmp_path / "f_0009.vti").write_text("mine")  # a series that had more steps
    said = tauvox("solve", electrode, *TRANSIENT, "--field", "f.pvd", "--frames", "9", "--time-step", "0.5", "--overwrite").stderr
    assert series(tmp_path / "f.pvd") == ([0, 0.5, 1], ["f_0000.vti", "f_0001.vti", "f_0002.vti"])
    assert "f_0003.vti and " in said and "of an earlier run, and not in f.pvd" in said


@pytest.mark.parametrize("arguments, words", [
    (["--field", "f.vti"], ["--field f.vti", "f.pvd", "f_0000.vti"]),
    (["--field", "f.h5"], ["--field f.h5", "f.pvd"]),
    (["--field", "f"], ["--field f", "f.pvd"]),
    (["--field", "f.pvd", "--frames", "0"], ["--frames", "1"]),
    (["--field", "f.pvd", "--frames", "1001"], ["--frames", "1000"]),
    (["--field", "f.pvd", "--json", "f_0001.vti"], ["two outputs", "f_0001.vti"]),
    (["--flux"], ["--flux"]),
])
def test_what_cannot_be_asked_of_a_series(tauvox, electrode, arguments, words):
    assert_refused(tauvox("solve", electrode, *TRANSIENT, *arguments), 2, *words)


def test_a_series_is_of_a_study_in_time(tauvox, electrode):
    assert_refused(tauvox("solve", electrode, "--phase", "0", "--field", "f.pvd"), 2, "f.pvd", ".vti")
    assert_refused(tauvox("solve", electrode, "--phase", "0", "--frames", "3"), 2, "--frames", "--study transient")
    said = tauvox("solve", electrode, *TRANSIENT, "--frames", "3").stderr
    assert "--frames does nothing here" in said and "no --field" in said


def test_what_does_not_percolate_has_no_series(tauvox, with_vtk, tmp_path):
    closed = numpy.ones((6, 3, 3), "u1")
    closed[2:4, 1, 1] = 0
    volumes.hdf5(tmp_path / "closed.h5", volume=closed)
    result = tauvox("solve", "closed.h5", *TRANSIENT, "--field", "f.pvd")
    assert result.returncode == 0 and not (tmp_path / "f.pvd").exists() and "no field is written" in result.stderr, result.stderr


def test_a_dry_run_plans_frames(tauvox, electrode, tmp_path):
    def planned(*arguments):
        return json.loads(tauvox("solve", electrode, *TRANSIENT, "--dry-run", "--json", "-", *arguments).stdout)

    one, many = planned("--field", "f.pvd", "--frames", "1"), planned("--field", "f.pvd", "--frames", "20", "--flux")
    assert one["outputs_most_bytes"] >= 2 * 8 * 24**3 and many["outputs_most_bytes"] >= 21 * 20 * 24**3
    assert {"field file read back", "concentration"} <= {b["name"] for b in one["buffers"]}
    assert "outputs_most_bytes" not in planned()
    assert "outputs: up to " in tauvox("solve", electrode, *TRANSIENT, "--dry-run", "--field", "f.pvd").stdout
    assert not list(tmp_path.glob("f*"))


@measures_memory
def test_frames_take_no_more_memory_than_planned(tauvox, with_vtk, tmp_path):
    assert tauvox("generate", "electrode", "--size", 96, "--seed", "1", "-o", "e.h5").returncode == 0
    run = ["solve", "e.h5", *TRANSIENT, "--field", "f.pvd", "--flux", "--end-time", "0.001", "--threads", "2"]
    planned = json.loads(tauvox(*run, "--dry-run", "--json", "-").stdout)["host_peak_bytes"]
    assert tauvox(*run, "--json", "r.json").returncode == 0
    taken = json.loads((tmp_path / "r.json").read_text())["memory"]["host_peak_resident_bytes"]
    assert taken <= planned <= 1.3 * taken + 8e6, (planned, taken)  # the program itself differs by machine


@needs_gnuplot
@pytest.mark.parametrize("boundary", ["uptake", "membrane"])
def test_uptake_and_fluxes_are_drawn(tauvox, tmp_path, boundary):
    volumes.hdf5(tmp_path / "slab.h5", volume=numpy.zeros((12, 2, 3), "u1"))
    run = ["solve", "slab.h5", "--study", "transient", "--boundary", boundary, "--conductivity", "0=1e-10", "--unit", "m2/s",
           "--voxel-size", "20um", "--end-time", "1", "--device", "cpu", "--overwrite"]
    result = tauvox(*run, "--png", "p.svg")
    assert result.returncode == 0 and "uptake and fluxes over time" in result.stderr, result.stderr
    drawn = (tmp_path / "p_transient.svg").read_text()
    assert "uptake" in drawn and "time (min)" in drawn and (">out<" in drawn) == (boundary == "membrane")
    assert tauvox(*run, "--png", "p").returncode == 0
    assert {p.name for p in tmp_path.glob("p_*.png")} == {"p_structure.png", "p_transient.png"}
    assert_refused(tauvox(*run[:-1], "--png", "p"), 7, "p_")
