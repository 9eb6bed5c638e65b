"""What a file says of its values is used, or named as not applied."""

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused

LABELS = volumes.LABELS
COUNTS = [int((LABELS == label).sum()) for label in range(3)]


def warned(tauvox, *arguments):
    result = tauvox("inspect", *arguments)
    assert result.returncode == 0, result.stderr
    return [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("warning:")]


def hdf5(path, labels=LABELS, **attributes):
    with h5py.File(path, "w") as file:
        file["volume"] = labels
        for name, value in attributes.items():
            file["volume"].attrs[name] = value


@pytest.mark.parametrize("function, words", [("cf=0\nc0=-32768.0\nc1=1.0\n", "cf=0, c0=-32768.0, c1=1.0"), ("cf=0\nc0=0.0\nc1=1.0\n", None),
                                             ("cf=20\n", None), ("", None), ("cf=4\nc0=1\nc1=2\nc2=3\n", "cf=4, c0=1, c1=2, c2=3")])
def test_a_function_of_imagej_is_said(tauvox, tmp_path, function, words):
    note = f"ImageJ=1.53t\nimages=6\nslices=6\n{function}vunit=gray value\n"
    tifffile.imwrite(tmp_path / "a.tif", LABELS.astype("u2"), photometric="minisblack", description=note, metadata=None)
    said = [line for line in warned(tauvox, "a.tif") if "ImageJ calibration function" in line]
    assert [f"({words}) is not applied" in line for line in said] == ([True] if words else [])


@pytest.mark.parametrize("attributes, said", [
    ({"_FillValue": numpy.uint8(2)}, {"_FillValue = 2": COUNTS[2]}), ({"missing_value": numpy.uint8(0)}, {"missing_value = 0": COUNTS[0]}),
    ({"_FillValue": numpy.uint8(1), "missing_value": numpy.uint8(1)}, {"_FillValue = 1": COUNTS[1]}), ({"_FillValue": numpy.uint8(255)}, {}),
    ({"missing_value": [0, 2, 7]}, {"missing_value = 0": COUNTS[0], "missing_value = 2": COUNTS[2]}),
    ({"valid_range": [0, 1]}, {"valid_range = 0, 1": COUNTS[2]}), ({"valid_range": [0, 2]}, {}), ({"valid_min": 1}, {"valid_min = 1": COUNTS[0]}),
    ({"valid_max": 0}, {"valid_max = 0": COUNTS[1] + COUNTS[2]}), ({"_FillValue": numpy.nan}, {})])
def test_voxels_that_are_no_data_by_the_file_are_counted(tauvox, tmp_path, attributes, said):
    hdf5(tmp_path / "a.h5", **attributes)
    found = warned(tauvox, "a.h5")
    assert len(found) == len(said), found
    for words, count in said.items():
        assert any(f"attribute {words} is not applied: {count} of 336 voxels are no data" in line for line in found), found


def test_no_data_that_is_outside_is_not_warned_of(tauvox, solve, tmp_path):
    labels = LABELS % 2
    labels[:, :3, :3] = 2  # what is left is a straight column
    hdf5(tmp_path / "a.h5", labels, _FillValue=numpy.uint8(2))
    assert [line for line in warned(tauvox, "a.h5") if "_FillValue = 2 is not applied: 54 of 336" in line]
    report = solve("a.h5", "--phase", "0", "--voxel-size", "1um", "--outside", "2")
    assert not [line for line in report["warnings"] if "_FillValue" in line]
    cut = solve("a.h5", "--phase", "0", "--voxel-size", "1um", "--threshold", "1")  # 2 is no label any more
    assert [line for line in cut["warnings"] if "_FillValue = 2 is not applied: 54 of 336" in line and "--mask" in line]


@pytest.mark.parametrize("options", [["--threshold", "0.5"], ["--threshold", "otsu"], ["--filter", "median", "--threshold", "0.5"],
                                     ["--filter", "gaussian=1", "--threshold", "1,1.5"], []])
@pytest.mark.parametrize("kind", ["u1", "u2", "f4", "f8"])
def test_no_data_among_grey_values_is_counted(tauvox, tmp_path, options, kind):
    values = numpy.random.default_rng(2).integers(0, 40, (8, 8, 8)).astype(kind)
    values[values == 7] = 8
    values[2, 3, 4:7] = 7
    values = values / 4 if kind[0] == "f" else values
    hdf5(tmp_path / "a.h5", values, _FillValue=values[2, 3, 4], missing_value=numpy.asarray(values.max() + 1))
    found = [line for line in warned(tauvox, "a.h5", *options) if "not applied" in line]
    assert len(found) == 1 and f"_FillValue = {values[2, 3, 4]} is not applied: 3 of 512 voxels are no data by it" in found[0], found
    mask = numpy.ones((8, 8, 8), "u1")
    mask[2, 3, 4] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    found = [line for line in warned(tauvox, "a.h5", *options, "--mask", "mask.npy") if "not applied" in line]
    assert len(found) == 1 and "2 of 512 voxels" in found[0], found
    mask[2, 3, 4:7] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    assert not [line for line in warned(tauvox, "a.h5", *options, "--mask", "mask.npy") if "not applied" in line]


def test_no_data_of_gdal_is_counted(tauvox, tmp_path):
    for text, count in (("2", COUNTS[2]), ("255", None), ("nan", None)):
        tifffile.imwrite(tmp_path / "a.tif", LABELS, photometric="minisblack", metadata=None, extratags=[(42113, 2, 0, text, False)])
        found = warned(tauvox, "a.tif")
        assert [f"GDAL_NODATA = 2 is not applied: {count} of 336" in line for line in found] == ([True] if count else []), found


def test_flags_of_cf_are_names_of_phases(tauvox, solve, tmp_path):
    values = numpy.array([0, 1, 2], "u1")
    hdf5(tmp_path / "a.h5", flag_values=values, flag_meanings="pore active binder")
    hdf5(tmp_path / "plain.h5")
    found, wanted = solve("a.h5", "--phase", "pore", "--voxel-size", "1um"), solve("plain.h5", "--phase", "0", "--voxel-size", "1um")
    assert found["results"][0]["quantities"] == wanted["results"][0]["quantities"]
    assert "pore=0, active=1, binder=2 are those that a.h5 states (flag_meanings and flag_values of /volume)" in tauvox("inspect", "a.h5").stdout
    hdf5(tmp_path / "b.h5", flag_values=values[:2], flag_meanings="pore active binder")
    assert any("pore active binder" in line and "flag_meanings" in line for line in warned(tauvox, "b.h5"))
    hdf5(tmp_path / "c.h5", flag_meanings="pore active binder")
    assert any("flag_meanings" in line for line in warned(tauvox, "c.h5"))
    assert_refused(tauvox("solve", "b.h5", "--phase", "pore"), 2, "pore")


@pytest.mark.parametrize("kind, unsigned, is_said", [("i1", "true", True), ("i1", "false", False), ("u1", "true", False), ("u1", "false", True)])
def test_a_sign_that_netcdf_changes_is_said(tauvox, tmp_path, kind, unsigned, is_said):
    hdf5(tmp_path / "a.h5", LABELS.astype(kind), _Unsigned=unsigned)
    assert [f"attribute _Unsigned = {unsigned} is not applied" in line for line in warned(tauvox, "a.h5")] == [True] * is_said


@pytest.mark.parametrize("fields, said", [("old min: 0\nold max: 10\n", ["old max = 10"]), ("oldmin: -1\noldmax: 1.5\n", ["old min = -1", "old max = 1.5"]),
                                          ("old min: 0\nold max: 255\n", []), ("min: 0\nmax: 2\n", [])])
def test_values_that_a_nrrd_has_quantised_are_warned_of(tauvox, tmp_path, fields, said):
    (tmp_path / "a.nrrd").write_bytes(f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 8 7 6\nencoding: raw\n{fields}\n".encode() + LABELS.tobytes())
    found = warned(tauvox, "a.nrrd")
    assert len(found) == len(said) and all(f"{words} of the NRRD header is not applied" in line for words, line in zip(said, found)), found


@pytest.mark.parametrize("kind, first, second, is_said", [("USHORT", "False", "True", True), ("USHORT", "True", "False", True), ("USHORT", "False", "False", False),
                                                          ("UCHAR", "False", "True", False)])
def test_two_orders_of_bytes_of_a_metaimage_are_warned_of(tauvox, tmp_path, kind, first, second, is_said):
    voxels = LABELS.astype("<u2" if first == "False" else ">u2") if kind == "USHORT" else LABELS
    head = (f"ObjectType = Image\nNDims = 3\nBinaryDataByteOrderMSB = {first}\nDimSize = 8 7 6\nElementByteOrderMSB = {second}\n"
            f"ElementType = MET_{kind}\nElementDataFile = LOCAL\n")
    (tmp_path / "a.mha").write_bytes(head.encode() + voxels.tobytes())
    said = [line for line in warned(tauvox, "a.mha") if "contradict each other" in line]
    assert len(said) == is_said
    assert all(f"BinaryDataByteOrderMSB = {first} and ElementByteOrderMSB = {second}" in line for line in said)
    assert f"         1            {COUNTS[1]}" in tauvox("inspect", "a.mha").stdout
