"""Axes in another order, and voxels made into cubes: against numpy."""

import itertools
import json

import numpy
import pytest
import volumes
from conftest import assert_refused

LABELS = volumes.LABELS
SIZE = ["--voxel-size", "3um,2um,1um"]


@pytest.fixture(autouse=True)
def volume(tmp_path):
    numpy.save(tmp_path / "v.npy", LABELS)


def converted(tauvox, tmp_path, *options):
    result = tauvox("convert", "v.npy", "out.npy", "--overwrite", *options)
    assert result.returncode == 0, result.stderr
    return numpy.load(tmp_path / "out.npy"), result


@pytest.mark.parametrize("order", itertools.permutations("zyx"))
@pytest.mark.parametrize("signs", [("", "", ""), ("-", "", ""), ("", "-", "-"), ("-", "-", "-")])
def test_axes_are_turned_as_numpy_turns_them(tauvox, tmp_path, order, signs):
    found, said = converted(tauvox, tmp_path, "--orient", ",".join(s + a for s, a in zip(signs, order)), *SIZE)
    expected = LABELS.transpose(["zyx".index(a) for a in order])
    for axis, sign in enumerate(signs):
        expected = numpy.flip(expected, axis) if sign else expected
    assert (found == expected).all() and found.shape == expected.shape
    edges = [{"z": 3, "y": 2, "x": 1}[a] for a in order]
    assert f"voxel size z,y,x {edges[0]}, {edges[1]}, {edges[2]} um" in said.stdout
    matrix = numpy.zeros((3, 3))
    for row, (sign, axis) in enumerate(zip(signs, order)):
        matrix[row, "zyx".index(axis)] = -1 if sign else 1
    assert ("mirror image" in said.stderr) == (numpy.linalg.det(matrix) < 0)


def nearest(labels, edges, edge):
    places = []
    for n, old in zip(labels.shape, edges):
        new = max(1, int(n * old / edge + 0.5))
        places.append(numpy.minimum(((numpy.arange(new) + 0.5) * edge / old).astype(int), n - 1))
    return labels[numpy.ix_(*places)]


@pytest.mark.parametrize("asked, edge", [("shortest", 1), ("1um", 1), ("1.5um", 1.5), ("4um", 4)])
def test_cubes_have_the_label_of_the_nearest_voxel(tauvox, tmp_path, asked, edge):
    found, said = converted(tauvox, tmp_path, "--resample", asked, *SIZE)
    expected = nearest(LABELS, (3, 2, 1), edge)
    assert found.shape == expected.shape and (found == expected).all()
    assert f"cubes of {edge} um" in said.stderr and f"voxel size z,y,x {edge}, {edge}, {edge} um" in said.stdout
    assert ("adds no detail" in said.stderr) == (edge < 3)
    exact = all(n * old / edge == int(n * old / edge) for n, old in zip(LABELS.shape, (3, 2, 1)))
    assert ("lengths are as they were" in said.stderr) == exact


def test_a_run_is_repeated_by_its_settings_and_says_what_was_done(tauvox, tmp_path):
    options = ["--resample", "1.5um", "--orient", "x,-z,y", *SIZE, "--phase", "0", "--axis", "z", "--quiet"]
    assert tauvox("solve", "v.npy", *options, "--json", "a.json").returncode == 0
    a = json.loads((tmp_path / "a.json").read_text())
    assert a["settings"]["resample"] == 1.5e-6 and a["settings"]["orient"] == "x,-z,y"
    assert a["input"]["voxel_size_m"] == [1.5e-6] * 3 and "resampled" in a["input"]["voxel_size_source"]
    assert a["input"]["shape"] == [5, 12, 9]
    again = tauvox("solve", "a.settings.toml", "--overwrite", "--quiet")
    assert again.returncode == 0, again.stderr
    b = json.loads((tmp_path / "a.json").read_text())
    assert a["results"][0]["quantities"] == b["results"][0]["quantities"]
    turned, _ = converted(tauvox, tmp_path, "--resample", "1.5um", "--orient", "x,-z,y", *SIZE)
    numpy.save(tmp_path / "turned.npy", turned)
    plain = json.loads(tauvox("solve", "turned.npy", "--voxel-size", "1.5um", "--phase", "0", "--axis", "z", "--quiet",
                              "--json", "-").stdout)
    assert plain["results"][0]["quantities"] == a["results"][0]["quantities"]


def test_a_turn_of_what_is_outside_keeps_it_outside(tauvox, tmp_path):
    z, y, x = numpy.indices((8, 8, 8))
    numpy.save(tmp_path / "v.npy", numpy.where((x - 3.5) ** 2 + (y - 3.5) ** 2 <= 16, (x + z) % 2, 5).astype("u1"))
    straight = tauvox("solve", "v.npy", "--outside", "5", "--phase", "0,1", "--axis", "z", "--json", "-", "--quiet")
    turned = tauvox("solve", "v.npy", "--outside", "5", "--orient", "x,y,z", "--phase", "0,1", "--axis", "x", "--json", "-",
                    "--quiet")
    assert json.loads(straight.stdout)["results"][0]["quantities"]["effective_ratio"]["value"] == pytest.approx(1, rel=1e-6)
    assert json.loads(turned.stdout)["results"][0]["quantities"]["effective_ratio"]["value"] == pytest.approx(1, rel=1e-6)
    assert_refused(tauvox("solve", "v.npy", "--outside", "5", "--orient", "x,y,z", "--phase", "0"), 4, "--axis x")


@pytest.mark.parametrize("options, code, words", [
    (["--orient", "z,y"], 2, ["--orient", "x,y,-z"]), (["--orient", "z,y,y"], 2, ["--orient"]),
    (["--orient", "90"], 2, ["--orient"]), (["--resample", "shortest"], 2, ["voxel size", "--voxel-size"]),
    (["--resample", "1,2,3um", *SIZE], 2, ["--resample", "one length"]), (["--resample", "0"], 2, ["--resample"]),
    (["--resample", "1e-9um", "--voxel-size", "1um"], 2, ["--resample"]),
    (["--resample", "1pm", "--voxel-size", "1um"], 2, ["--resample"]),
    (["--resample", "0.7nm", "--voxel-size", "1um"], 5, ["does not fit", "GB are needed"]),
    (["--resample", "0.00001um", "--voxel-size", "1mm"], 4, ["too many voxels"])])
def test_what_cannot_be_is_refused(tauvox, options, code, words):
    assert_refused(tauvox("solve", "v.npy", "--phase", "0", *options), code, *words)


def test_cubes_that_are_there_stay(tauvox, tmp_path):
    found, said = converted(tauvox, tmp_path, "--resample", "shortest", "--voxel-size", "0.4um")
    assert (found == LABELS).all() and "nothing to resample" in said.stderr
