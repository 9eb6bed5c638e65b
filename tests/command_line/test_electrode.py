"""Electrode tortuosity and impedance, as a user asks for them."""

import csv
import json
import math
import re
import shutil
from pathlib import Path

import numpy
import pytest
import volumes
from conftest import assert_refused, value

ELECTRODE = ["--study", "electrode"]


@pytest.fixture(autouse=True)
def pores(tmp_path):
    """Straight pores of one voxel, ten long, in what reacts (1) but for some (2); a closed one."""
    pore = numpy.ones((10, 3, 3), "u1")
    pore[:, 1, 1] = 0
    volumes.hdf5(tmp_path / "pore.h5", volume=pore)
    pore[:, 0, :] = 2
    volumes.hdf5(tmp_path / "three.h5", volume=pore)
    pore[0] = 1
    volumes.hdf5(tmp_path / "closed.h5", volume=pore)


def only(report):
    assert len(report["results"]) == 1
    return report["results"][0]


def test_a_straight_pore_has_the_tortuosity_of_its_cells(solve):
    r = only(solve("pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--tolerance", "1e-9"))
    assert r["status"] == "converged" and r["axis"] == "z"
    assert value(r, "electrode_tortuosity_factor") == pytest.approx(1.005, rel=1e-8)
    low, high = r["quantities"]["electrode_tortuosity_factor"]["bounds"]
    assert low <= 1.005 <= high
    assert value(r, "ionic_resistance") is None and "h/sigma" in r["remarks"][0]


def test_phases_have_names_and_those_that_react_are_a_set(solve):
    names = ["--phases", "pore=0,active=1,binder=2,solid=1+2"]
    by_name = only(solve("three.h5", *names, "--phase", "pore", "--reactive", "solid", *ELECTRODE))
    by_label = only(solve("three.h5", *names, "--phase", "0", "--reactive", "1,2", *ELECTRODE))
    one = only(solve("three.h5", *names, "--phase", "pore", "--reactive", "active", *ELECTRODE))
    assert by_name["quantities"] == by_label["quantities"]
    assert (value(by_name, "reactive_faces"), value(one, "reactive_faces")) == (40, 30)


def test_the_end_of_the_separator_matters(solve):
    asked = ["closed.h5", "--phase", "0", "--reactive", "1,2", *ELECTRODE]
    low, high = only(solve(*asked)), only(solve(*asked, "--separator", "high"))
    assert low["status"] == "not_percolating" and "separator" in low["reason"]
    assert low["quantities"]["electrode_tortuosity_factor"] | {"infinite": True, "value": None} == \
        low["quantities"]["electrode_tortuosity_factor"]
    assert value(low, "unreached_reactive_faces") == value(high, "reactive_faces") == 4 * 9 + 1
    assert high["status"] == "converged"


def test_the_other_axes_by_thickness(solve, tmp_path):
    turned = numpy.ones((3, 10, 3), "u1")
    turned[1, :, 1] = 0
    volumes.hdf5(tmp_path / "turned.h5", volume=turned)
    r = only(solve("turned.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--thickness", "y"))
    assert r["axis"] == "y" and value(r, "electrode_tortuosity_factor") == pytest.approx(1.005, rel=1e-3)


UNITS = ["--voxel-size", "1um", "--electrolyte", "nyman2008", "--double-layer", "0.1"]


@pytest.mark.parametrize("more, code, facts", [
    ([], 2, ["--reactive", "nothing said about what reacts"]),
    (["--reactive", "0"], 2, ["cannot both conduct and react", "0"]),
    (["--reactive", "solid"], 2, ["no phase has a name", "--reactive"]),
    (["--reactive", "7"], 4, ["label 7 does not occur", "--reactive"]),
    (["--reactive", "1", "--axis", "y"], 2, ["--thickness y"]),
    (["--reactive", "1", "--double-layer", "0.1"], 2, ["--double-layer", "--impedance"]),
    (["--reactive", "1", "--impedance", "--double-layer", "0"], 2, ["--double-layer", "above 0"]),
    (["--reactive", "1", "--impedance", "--double-layer", "0.1"], 2, ["size of a voxel is not known"]),
    (["--reactive", "1", "--impedance", "--charge-transfer-resistance", "1", "--voxel-size", "1um"], 2,
     ["conductivity is not known in S/m"])])
def test_what_cannot_be_is_refused(tauvox, more, code, facts):
    result = tauvox("solve", "pore.h5", "--phase", "0", *ELECTRODE, *more)
    assert_refused(result, code, *facts)


@pytest.mark.parametrize("more", [["--reactive", "1"], ["--impedance"]])
def test_its_settings_are_refused_elsewhere(tauvox, more):
    assert_refused(tauvox("solve", "pore.h5", "--phase", "0", *more), 2, more[0], "does not apply")


def test_a_pore_that_is_hardly_reached_is_a_warning(solve, tauvox):
    assert tauvox("generate", "electrode", "--size", "24", "--porosity", "0.03", "--seed", "1", "-o", "np.h5").returncode == 0
    report = solve("np.h5", "--phase", "0", "--reactive", "1", "--study", "electrode")
    result = only(report)
    reached = 100 * (1 - value(result, "unreached_reactive_faces") /
                     (value(result, "reactive_faces") + value(result, "unreached_reactive_faces")))
    warning, = [w for w in report["warnings"] if "from the separator" in w]
    assert reached < 5 and f"{reached:.3g} % of the faces that react" in warning
    volume = 100 * value(result, "separator_volume_fraction") / value(result, "volume_fraction")
    assert f"{volume:.3g} % of the volume that conducts" in warning and "tau_e" in warning
    assert solve("pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE)["warnings"] == []


def test_labels_that_need_not_occur(solve):
    report = solve("pore.h5", "--phase", "0", "--reactive", "1,7", *ELECTRODE, "--allow-absent")
    assert any("7" in warning and "does not occur" in warning for warning in report["warnings"])
    assert value(only(report), "reactive_faces") == 40


def test_impedance_goes_into_all_files_and_settings_repeat_it(tauvox, tmp_path):
    result = tauvox("solve", "pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--impedance", *UNITS,
                    "--charge-transfer-resistance", "0.01", "--json", "out.json", "--csv", "out.csv", "--png", "out.png")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert [curve["name"] for curve in report["curves"]] == ["impedance"]
    columns = dict(zip(report["curves"][0]["columns"], report["curves"][0]["values"]))
    assert len(columns["re"]) == 53 and all(im < 0 for im in columns["im"])
    with open(tmp_path / "out_impedance.csv") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["re_ohm_m2"]) for row in rows] == pytest.approx(columns["re_ohm_m2"], rel=1e-9)
    assert [float(row["frequency_hz"]) for row in rows] == pytest.approx(columns["frequency_hz"], rel=1e-9)
    low, high = only(report)["quantities"]["direct_resistance"]["bounds"]
    faces = 0.01 * 9 / 40  # all in parallel; in front of them at most a third of the pore
    assert faces <= low <= high <= faces + value(only(report), "ionic_resistance") / 3
    assert columns["re_ohm_m2"] == sorted(columns["re_ohm_m2"], reverse=True) and columns["re_ohm_m2"][0] < low
    assert any("omega_0" in notice and "Hz" in notice for notice in report["notices"])
    assert (tmp_path / "out_impedance.png").exists() == (shutil.which("gnuplot") is not None)

    (tmp_path / "out.json").unlink()
    again = tauvox("solve", "out.settings.toml", "--overwrite")
    assert again.returncode == 0, again.stderr
    repeated = json.loads((tmp_path / "out.json").read_text())
    assert repeated["curves"] == report["curves"]
    assert only(repeated)["quantities"] == only(report)["quantities"]


def test_the_frequency_that_spectra_are_relative_to_is_that_of_the_formula(solve, tauvox, tmp_path):
    """As the notice and the documents state it, where a channel is walled off."""
    two = numpy.ones((10, 3, 5), "u1")
    two[:, 1, 1] = two[1:, 1, 3] = 0
    volumes.hdf5(tmp_path / "two.h5", volume=two)
    report = solve("two.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--impedance", *UNITS)
    r, curve = only(report), report["curves"][0]
    columns = dict(zip(curve["columns"], curve["values"]))
    assert columns["omega_over_omega_0"][12] == pytest.approx(1, rel=1e-12)
    notice, = [notice for notice in report["notices"] if "omega_0" in notice]
    fraction, area = re.search(r"omega_0 = (\w+) sigma/\((\w+) C L\^2\)", notice).groups()
    rows = [line.split(" | ") for line in tauvox("info", "--quantities").stdout.splitlines()]
    named = {row[1]: row[0].strip("| `") for row in rows if len(row) > 3 and row[0].strip("| `") in r["quantities"]}
    assert value(r, "volume_fraction") == pytest.approx(1.9 * value(r, "separator_volume_fraction"))
    sigma = value(r, "electrode_tortuosity_factor") * 10e-6 / (value(r, "volume_fraction") * value(r, "ionic_resistance"))
    omega_0 = value(r, named[fraction]) * sigma / (value(r, named[area]) * 0.1 * 10e-6 ** 2)
    assert columns["frequency_hz"][12] == pytest.approx(omega_0 / (2 * math.pi), rel=1e-9)
    for document in ["docs/electrode.md"]:
        text = (Path(__file__).parents[2] / document).read_text()
        assert f"omega_0 = {fraction} sigma / ({area} C L^2)" in text


def test_voxels_that_are_too_thick_are_a_warning(solve):
    report = solve("pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--impedance")
    assert any("voxel is thicker" in warning for warning in report["warnings"])
    assert report["curves"][0]["columns"] == ["omega_over_omega_0", "re", "im", "error_estimate"]


def test_the_report_keeps_its_schema(tauvox, solve):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(tauvox("info", "--schema").stdout)
    for more in ([], ["--impedance"], ["--impedance", *UNITS]):
        jsonschema.validate(solve("pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, *more), schema)
    jsonschema.validate(solve("closed.h5", "--phase", "0", "--reactive", "1", *ELECTRODE), schema)


def test_a_dry_run_counts_what_it_needs(solve):
    plain, more = (solve("pore.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--dry-run", *option)
                   for option in ([], ["--impedance"]))
    assert more["device_peak_bytes" if more["device_peak_bytes"] else "host_peak_bytes"] > 0
    assert "potentials of the impedance" in [b["name"] for b in more["buffers"]]
    assert "faces that react, and loads" in [b["name"] for b in plain["buffers"]]


def test_an_impedance_that_was_not_found_is_no_success(tauvox, tmp_path):
    """Though the solve at rest has reached its tolerance."""
    assert tauvox("generate", "electrode", "--size", 32, "--porosity", "0.4", "--seed", "1", "-o", "g.h5").returncode == 0
    run = ["solve", "g.h5", "--phase", "0", "--reactive", "1", *ELECTRODE, "--device", "cpu", "--max-iterations", "4", "--json", "o.json"]
    assert tauvox(*run).returncode == 0
    result = tauvox(*run, "--impedance", "--csv", "o.csv", "--overwrite")
    assert_refused(result, 6, "no impedance", "stopped after 4 iterations", "--max-iterations", status="not_converged")
    r = only(json.loads((tmp_path / "o.json").read_text()))
    assert r["status"] == "not_converged" and value(r, "electrode_tortuosity_factor") is None
    assert value(r, "pore_resistance_estimate") > 0
    assert not (tmp_path / "o_impedance.csv").exists()
