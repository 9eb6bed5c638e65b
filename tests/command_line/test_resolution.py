"""--resolution-study as a user sees it."""

import json

import numpy
import volumes


def test_the_error_of_the_voxels_is_printed_beside_the_solvers(tauvox, tmp_path):
    assert tauvox("generate", "sc", "--size", "32", "--fraction", "0.2", "-o", "sc.h5").returncode == 0
    (tmp_path / "study.toml").write_text('input = "sc.h5"\nphase = 0\naxis = "all"\nresolution_study = true\n')
    result = tauvox("solve", "study.toml", "--json", "out.json", "--csv", "out.csv")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("(resolution, estimate)") == 3 and "order" in result.stdout
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["timings"]["resolution_s"] >= 0
    for r in report["results"]:
        assert r["resolution_study"]["ratios"][0] == r["effective_ratio"]
        assert abs(r["effective_ratio"] - 0.7267030) <= r["resolution_uncertainty"] < 0.1
    header, *rows = (tmp_path / "out.csv").read_text().splitlines()
    column = header.split(",").index("resolution_uncertainty")
    assert [float(row.split(",")[column]) for row in rows] == [r["resolution_uncertainty"] for r in report["results"]]


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
        assert r["resolution_uncertainty"] is None and reason in r["resolution_study"]["reason"]
        assert any("1 voxel wide" in w for w in report["warnings"]) == (reason == "percolation is lost")


def test_without_the_option_nothing_is_said(solve, tmp_path):
    path = volumes.hdf5(tmp_path / "v.h5", volume=numpy.ones((8, 8, 8), "u1"))
    assert not any("resolution" in key for key in solve(path, "--phase", "1")["results"][0])
