"""Images of one layer: what has no meaning across it."""

import json

import numpy
import pytest
import tifffile
from conftest import assert_refused, value


def test_an_image_has_no_ends_across_its_one_layer(tauvox, tmp_path):
    """tau was 1 there and passed limits: a single layer joins both of its ends whatever is in it."""
    image = numpy.random.default_rng(3).random((60, 80)) < 0.3
    tifffile.imwrite(tmp_path / "image.tif", image.astype("uint8"))
    image = ["evaluate", "image.tif", "--as-2d", "--phases", "pore=0,solid=1", "--voxel-size", "1um", "--ionic", "pore"]
    refused = "no axis z for the thickness", "--thickness y or --thickness x"
    assert_refused(tauvox(*image), 4, *refused)
    assert_refused(tauvox(*image, "--thickness", "z", "--axis", "z"), 4, *refused)
    assert tauvox(*image, "--thickness", "y", "-o", "y").returncode == 0
    report = json.loads((tmp_path / "y" / "results.json").read_text())
    solved = {r["axis"]: r for r in report["results"] if r["study"] == "effective_transport"}
    assert set(solved) == {"y", "x"}
    assert all(value(r, "tortuosity_factor") > 1.2 for r in solved.values())
    assert any("no transport along axis z" in warning for warning in report["warnings"])
    assert tauvox(*image, "--thickness", "y", "--axis", "y,z", "-o", "yz").returncode == 0
    report = json.loads((tmp_path / "yz" / "results.json").read_text())
    assert any("one voxel long along axis z" in warning for warning in report["warnings"])
    assert {r["axis"] for r in report["results"] if r["study"] == "effective_transport"} == {"y", "z"}


@pytest.mark.parametrize("study", ["connectivity", "sizes", "fractions", "geodesic"])
def test_studies_across_the_thickness_ask_for_another_one(tauvox, tmp_path, study):
    tifffile.imwrite(tmp_path / "image.tif", (numpy.random.default_rng(3).random((60, 80)) < 0.3).astype("uint8"))
    image = ["solve", "image.tif", "--as-2d", "--phases", "pore=0,solid=1", "--voxel-size", "1um", "--study", study]
    assert_refused(tauvox(*image), 4, "no axis z for the thickness", "--thickness y or --thickness x")
    assert_refused(tauvox(*image, "--axis", "y,x"), 4, "no axis z for the thickness")
    across = tauvox(*image, "--thickness", "x", "--json", "-")
    assert across.returncode == 0, across.stderr
    assert {r["axis"] for r in json.loads(across.stdout)["results"] if r.get("axis")} == {"x"}


@pytest.mark.parametrize("study", ["chords", "particles", "percolation", "triple_lines"])
def test_studies_along_all_axes_take_images(tauvox, tmp_path, study):
    tifffile.imwrite(tmp_path / "image.tif", (numpy.random.default_rng(3).random((60, 80)) < 0.3).astype("uint8"))
    run = tauvox("solve", "image.tif", "--as-2d", "--phases", "pore=0,solid=1", "--voxel-size", "1um", "--study", study)
    assert run.returncode == 0, run.stderr
    assert "one voxel long along axis z: what is found along z is that of a single layer" in run.stdout


def test_a_thickness_of_one_voxel_is_warned_of(tauvox, tmp_path):
    numpy.save(tmp_path / "layer.npy", (numpy.random.default_rng(3).random((1, 30, 40)) < 0.3).astype("uint8"))
    assert tauvox("evaluate", "layer.npy", "--phases", "pore=0,solid=1", "--voxel-size", "1um", "-o", "layer").returncode == 0
    report = json.loads((tmp_path / "layer" / "results.json").read_text())
    assert any("one voxel long along its thickness" in warning for warning in report["warnings"])
