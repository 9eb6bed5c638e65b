"""--study tensor as a user sees it."""

import csv
import json

import numpy
import pytest
import volumes
from conftest import assert_refused, value

ENTRIES = ["zz", "yy", "xx", "zy", "zx", "yx"]


def entries(result, name="effective_ratio"):
    return [value(result, f"{name}_{ij}") for ij in ENTRIES]


def half_width(result, name):
    return result["quantities"][name]["uncertainty"]["solver"]["half_width"]


@pytest.fixture
def electrode(tauvox, tmp_path):
    """tauvox generate electrode: the values of its tensor are from a direct solver."""
    made = tauvox("generate", "electrode", "--size", 32, "--porosity", 0.4, "--seed", 1, "-o", "g1.h5")
    assert made.returncode == 0, made.stderr
    return tmp_path / "g1.h5"


def test_text_table_and_report_have_all_entries_with_bounds(tauvox, electrode, tmp_path):
    result = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--json", "out.json", "--csv", "out.csv")
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "out.json").read_text())["results"]
    assert len(found) == 1 and "axis" not in found[0] and found[0]["status"] == "converged"
    exact = [0.135135883120, 0.139344824912, 0.133624748555, 0.00382345327299, -0.00946443743432, -0.00282015505154]
    for ij, expected in zip(ENTRIES, exact):
        assert abs(value(found[0], f"effective_ratio_{ij}") - expected) <= half_width(found[0], f"effective_ratio_{ij}") < 1e-4
        assert f"D_{ij}/D0" in result.stdout
    assert "periodic" in result.stdout and "between plates" in result.stdout and "through-plane is z" in result.stdout
    assert result.stdout.count("direction of principal value") == 3
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1 and [float(rows[0][f"effective_ratio_{ij}"]) for ij in ENTRIES] == entries(found[0])
    assert float(rows[0]["effective_ratio_zx_lower"]) < exact[4] < float(rows[0]["effective_ratio_zx_upper"])
    principal = [value(found[0], f"principal_ratio_{k}") for k in (1, 2, 3)]
    matrix = numpy.array(entries(found[0]))[[[0, 3, 4], [3, 1, 5], [4, 5, 2]]]
    assert principal == pytest.approx(numpy.linalg.eigvalsh(matrix)[::-1], rel=1e-12)
    direction = [value(found[0], f"principal_direction_1_{axis}") for axis in "zyx"]
    assert matrix @ direction == pytest.approx(principal[0] * numpy.array(direction), rel=1e-9)


def test_its_settings_repeat_it(tauvox, electrode, tmp_path):
    first = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--json", "out.json")
    assert first.returncode == 0, first.stderr
    again = tauvox("solve", "out.settings.toml", "--overwrite")
    assert again.returncode == 0, again.stderr
    numbers = [line for line in first.stdout.splitlines() if " = " in line]
    assert numbers == [line for line in again.stdout.splitlines() if " = " in line]
    wide = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--axis", "all")
    assert [line for line in wide.stdout.splitlines() if " = " in line] == numbers


@pytest.mark.parametrize("option, facts", [
    (["--axis", "x"], ["--axis", "tensor"]),
    (["--periodic-sides"], ["--periodic-sides", "tensor"]),
    (["--electrolyte", "nyman2008"], ["--electrolyte", "tensor"]),
    (["--field", "u.vti"], ["field", "tensor"]),
    (["--resolution-study"], ["--resolution-study", "tensor"]),
])
def test_what_does_not_apply_is_refused(tauvox, electrode, tmp_path, option, facts):
    assert_refused(tauvox("solve", electrode, "--phase", 0, "--study", "tensor", *option, "--json", "o.json"), 2, *facts)
    assert not (tmp_path / "o.json").exists()


def test_units_and_a_thickness(solve, tmp_path):
    labels = volumes.layers(2, 0, 1, 2, size=(6, 6, 6))
    path = volumes.hdf5(tmp_path / "v.h5", volume=labels)
    report = solve(path, "--conductivity", "0=2,1=4,2=8", "--unit", "mS/cm", "--study", "tensor", "--thickness", "x")
    found = report["results"][0]
    along, across = 14 / 3, 3 / (1 / 2 + 1 / 4 + 1 / 8)
    assert entries(found, "effective_value") == pytest.approx([along, along, across, 0, 0, 0], abs=1e-3)
    assert entries(found, "effective_value_si") == pytest.approx([along / 10, along / 10, across / 10, 0, 0, 0], abs=1e-4)
    assert found["quantities"]["effective_value_zz"]["unit"] == "mS/cm"
    assert value(found, "in_plane_over_through_plane") == pytest.approx(along / across, rel=1e-3)
    assert value(found, "tortuosity_factor_zz") == pytest.approx(1, rel=1e-3)


def test_directions_without_a_path_are_zero_and_an_answer(tauvox, solve, tmp_path):
    fibre = numpy.zeros((6, 6, 6), "u1")
    fibre[:, 2, 3] = 1
    path = volumes.hdf5(tmp_path / "v.h5", volume=fibre)
    found = solve(path, "--phase", 1, "--study", "tensor")["results"][0]
    assert entries(found)[1:] == [0, 0, 0, 0, 0] and value(found, "path_directions") == 1
    assert entries(found)[0] == pytest.approx(1 / 36)
    assert found["quantities"]["tortuosity_factor_yy"]["infinite"] and value(found, "tortuosity_factor_yy") is None
    assert any("1 of 3 directions" in remark and "along y and x" in remark for remark in found["remarks"])
    dot = numpy.zeros((6, 6, 6), "u1")
    dot[2, 2, 3] = 1
    nothing = solve(volumes.hdf5(tmp_path / "w.h5", volume=dot), "--phase", 1, "--study", "tensor")["results"][0]
    assert nothing["status"] == "not_percolating" and entries(nothing) == [0] * 6 and not nothing["percolates"]
    text = tauvox("solve", "w.h5", "--phase", 1, "--study", "tensor").stdout
    assert "no path of voxels that share faces comes back" in text


def test_not_converged_is_no_number(tauvox, electrode, tmp_path):
    result = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--max-iterations", 2, "--json", "o.json")
    assert result.returncode == 6 and "D_zz" not in result.stdout and "raise --max-iterations" in result.stdout
    found = json.loads((tmp_path / "o.json").read_text())["results"][0]
    assert found["status"] == "not_converged" and entries(found) == [None] * 6
    assert value(found, "best_estimate_zz") > 0 and value(found, "principal_ratio_1") is None


def test_the_limit_of_time_gives_no_number(tauvox, electrode, tmp_path):
    late = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--time-limit", "1e-6", "--json", "o.json")
    assert late.returncode == 75 and "--time-limit" in late.stderr and "tensor" in late.stderr, late.stderr
    report = json.loads((tmp_path / "o.json").read_text())
    assert report["status"] == "interrupted" and report["unfinished"]["not_done"] == ["tensor"]
    assert all(entries(result) == [None] * 6 for result in report["results"])
    again = tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--json", "o.json", "--overwrite")
    assert again.returncode == 0, again.stderr


def test_a_layer_is_an_answer(solve, tmp_path):
    labels = (numpy.indices((1, 12, 12))[1] % 3 > 0).astype("u1")
    found = solve(volumes.hdf5(tmp_path / "v.h5", volume=labels), "--conductivity", "0=0.1,1=1", "--study", "tensor")["results"][0]
    assert entries(found) == pytest.approx([0.7, 3 / (2 / 1 + 1 / 0.1), 0.7, 0, 0, 0], abs=1e-4)
    assert any("one voxel long along z" in remark for remark in found["remarks"])


def test_a_dry_run_plans_what_is_taken(tauvox, electrode):
    planned = json.loads(tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--dry-run", "--json", "-").stdout)
    assert planned["fits"] and any("other directions" in b["name"] for b in planned["buffers"])
    taken = json.loads(tauvox("solve", electrode, "--phase", 0, "--study", "tensor", "--json", "-").stdout)["memory"]
    assert taken["device_peak_bytes"] <= planned["buffer_peak_bytes"] <= 1.3 * taken["device_peak_bytes"]


def test_it_is_explained(tauvox):
    text = tauvox("explain", "effective_ratio_zy").stdout
    assert "given by study tensor" in text and "energies" in text
    assert "principal_ratio_1" in tauvox("explain", "tensor").stderr
