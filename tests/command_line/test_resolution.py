"""--resolution-study as a user sees it."""

import csv
import json

import numpy
import pytest
import volumes
from conftest import value


def test_the_error_of_the_voxels_is_printed_beside_the_solvers(tauvox, tmp_path):
    assert tauvox("generate", "sc", "--size", "32", "--fraction", "0.2", "-o", "sc.h5").returncode == 0
    (tmp_path / "study.toml").write_text('input = "sc.h5"\nphase = 0\naxis = "all"\nresolution_study = true\n')
    result = tauvox("solve", "study.toml", "--json", "out.json", "--csv", "out.csv")
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if line.strip().startswith("relative diffusivity")]
    assert sum("(resolution, estimate)" in line for line in lines) == 3 and "order" in result.stdout
    assert sum("(solver, bound)" in line for line in lines) == 3
    early = [line for line in result.stderr.splitlines() if "relative diffusivity" in line]
    assert len(early) == 3 and not any("(resolution" in line for line in early)  # when each axis is known
    quiet = tauvox("solve", "study.toml", "--quiet")
    assert quiet.returncode == 0 and "relative diffusivity" not in quiet.stderr
    assert quiet.stdout.count("relative diffusivity") == 3
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["timings_s"]["resolution"] >= 0
    for r in report["results"]:
        assert abs(value(r, "effective_ratio") - 0.7267030) <= half_width(r, "effective_ratio") < 0.1
        assert half_width(r, "effective_ratio") == value(r, "resolution_uncertainty")
        ratio, tau = value(r, "effective_ratio"), value(r, "tortuosity_factor")
        relative = half_width(r, "effective_ratio") / ratio
        assert half_width(r, "tortuosity_factor") == pytest.approx(tau * relative / (1 - relative), rel=1e-9)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for column in ["resolution_uncertainty", "effective_ratio_uncertainty_resolution"]:
        assert [float(row[column]) for row in rows] == [half_width(r, "effective_ratio") for r in report["results"]]


def half_width(result, name):
    return result["quantities"][name]["uncertainty"]["resolution"]["half_width"]


def test_what_cannot_be_said_is_null_with_a_reason(solve, tmp_path):
    labels = numpy.zeros((32, 32, 32), "u1")
    labels[:, 7, 7] = 1
    island = numpy.zeros((32, 32, 32), "u1")
    island[16, 16, 16] = 1
    runs = {"percolation is lost": labels, "too small": numpy.ones((8, 32, 32), "u1"),
            "nothing percolates": island}
    for reason, volume in runs.items():
        path = volumes.hdf5(tmp_path / "v.h5", volume=volume)
        report = solve(path, "--phase", "1", "--resolution-study")
        r = report["results"][0]
        assert value(r, "resolution_uncertainty") is None and any(reason in remark for remark in r["remarks"])
        if r["status"] == "converged":
            assert half_width(r, "effective_ratio") is None
        assert any("1 voxel wide" in w for w in report["warnings"]) == (reason == "percolation is lost")


def test_without_the_option_nothing_is_said(solve, tmp_path):
    path = volumes.hdf5(tmp_path / "v.h5", volume=numpy.ones((8, 8, 8), "u1"))
    report = solve(path, "--phase", "1")
    assert "resolution" not in json.dumps(report["results"]) and "resolution" not in report["timings_s"]


def test_mirror_images_have_intervals_that_agree(solve, tauvox, tmp_path):
    assert tauvox("generate", "electrode", "--size", "48", "--seed", "5", "-o", "e.h5").returncode == 0
    found = []
    for turned in ("z,y,x", "-z,y,x", "z,-y,x", "z,y,-x", "-z,-y,-x"):
        q = solve("e.h5", "--phase", "0", "--axis", "z", f"--orient={turned}", "--resolution-study")["results"][0]["quantities"]
        found.append({name: q[name]["value"] for name in ("effective_ratio", "resolution_uncertainty", "extrapolated_ratio",
                                                          "effective_ratio_twice", "spread_twice")})
    for one in found:
        assert one["spread_twice"] > 0
        for other in found:
            assert abs(one["effective_ratio"] - other["extrapolated_ratio"]) < one["resolution_uncertainty"]
            assert one["resolution_uncertainty"] < 1.5 * other["resolution_uncertainty"]
    # Seen from the other corner the two copies change places.
    assert abs(found[0]["effective_ratio_twice"] - found[-1]["effective_ratio_twice"]) < 1e-4
