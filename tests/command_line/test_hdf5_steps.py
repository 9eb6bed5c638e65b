"""Axes and steps as HDF5 files of single programs state them: used and printed, or named as not understood; never dropped."""

import json
from pathlib import Path

import h5py
import numpy
import pytest
from conftest import assert_refused

GOLDEN = Path(__file__).parents[1] / "io" / "golden"
SHAPE = (6, 10, 14)
STEPS = {"z": 2.0, "y": 1.0, "x": 0.5}  # um
Z, Y, X = numpy.indices(SHAPE)
LABELS = ((3 * Z + 5 * Y + 7 * X) % 11).astype("u1")


def inspected(tauvox, path):
    result = tauvox("inspect", path, "--json", "-")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    texts = report["warnings"] + report.get("notices", [])
    said = " ".join(text if isinstance(text, str) else json.dumps(text) for text in texts)
    return report["input"], said + result.stderr


def labels_of(tauvox, path, tmp_path):
    result = tauvox("convert", path, "out.npy", "--overwrite")
    assert result.returncode == 0, result.stderr
    return numpy.load(tmp_path / "out.npy")


@pytest.mark.parametrize("name, source", [("itk.hdf5", "in mm"), ("xarray.nc", "dimension scales")])
def test_steps_of_files_of_other_programs_are_used(tauvox, tmp_path, name, source):
    found, _ = inspected(tauvox, GOLDEN / name)
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    assert source in found["voxel_size_source"]
    assert (labels_of(tauvox, GOLDEN / name, tmp_path) == LABELS).all()


def test_vtkhdf_has_steps_without_a_unit(tauvox, tmp_path):
    found, said = inspected(tauvox, GOLDEN / "vtk.vtkhdf")
    assert found["voxel_ratio"] == [4, 2, 1] and "Spacing of /VTKHDF" in said
    assert (labels_of(tauvox, GOLDEN / "vtk.vtkhdf", tmp_path) == LABELS).all()


def test_turned_axes_of_an_image_are_said(tauvox, tmp_path):
    for name, turn in (("itk.hdf5", lambda file: file["ITKImage/0/Directions"].write_direct(numpy.eye(3)[[1, 0, 2]])),
                       ("vtk.vtkhdf", lambda file: file["VTKHDF"].attrs.modify("Direction", numpy.eye(3)[[1, 0, 2]].ravel()))):
        (tmp_path / name).write_bytes((GOLDEN / name).read_bytes())
        with h5py.File(tmp_path / name, "r+") as file:
            turn(file)
        assert "irection" in inspected(tauvox, name)[1], name


def positions(axis, count, edges=False):
    return (numpy.arange(count + edges) - 0.5 * edges) * STEPS[axis]


def with_scales(file, named_otherwise=False):
    file["label"] = LABELS.transpose(2, 1, 0)
    for k, axis in enumerate("xyz"):
        file[axis] = positions(axis, SHAPE["zyx".index(axis)])
        file[axis].attrs["units"] = "um"
        file[axis].make_scale(axis)
        file["label"].dims[k].attach_scale(file[axis])
        if named_otherwise:
            file["label"].dims[k].label = axis


def with_dimensions_alone(file):  # as netCDF writes them: names without positions
    with_scales(file)
    for axis in "xyz":
        file[axis].attrs["NAME"] = numpy.bytes_("This is a netCDF dimension but not a netCDF variable         6")


@pytest.mark.parametrize("make, size", [(with_scales, True), (lambda file: with_scales(file, True), True),
                                        (with_dimensions_alone, False)])
def test_dimension_scales_name_the_axes_and_have_the_steps(tauvox, tmp_path, make, size):
    with h5py.File(tmp_path / "scales.h5", "w") as file:
        make(file)
    found, said = inspected(tauvox, "scales.h5")
    assert (labels_of(tauvox, "scales.h5", tmp_path) == LABELS).all() and "is turned to z,y,x" in said
    assert found["voxel_size_m"] == (pytest.approx([2e-6, 1e-6, 0.5e-6]) if size else None)


def test_names_that_libraries_give_by_themselves_are_no_axes(tauvox, tmp_path):
    with h5py.File(tmp_path / "unnamed.h5", "w") as file:
        file["label"] = LABELS
        for k, length in enumerate(SHAPE):
            file[f"phony_dim_{k}"] = numpy.zeros(length)
            file[f"phony_dim_{k}"].make_scale()
            file["label"].dims[k].attach_scale(file[f"phony_dim_{k}"])
    assert "axes" not in inspected(tauvox, "unnamed.h5")[1]


def nexus(file, axes="zyx", edges=False, order="zyx", unit="um"):
    group = file.create_group("entry/data")
    group["data"] = LABELS.transpose(["zyx".index(axis) for axis in order])
    for axis in axes:
        group[axis] = positions(axis, SHAPE["zyx".index(axis)], edges)
        group[axis].attrs["units"] = unit
    return group


def edges(file):
    nexus(file, edges=True).attrs["axes"] = ["z", "y", "x"]


def indices(file):
    group = nexus(file, order="xyz")
    for k, axis in enumerate("xyz"):
        group.attrs[f"{axis}_indices"] = k


def numbered(file):
    group = nexus(file, order="xyz")
    for k, axis in enumerate("xyz"):
        group[axis].attrs["axis"] = k + 1


def indices_and_axes(file):
    group = nexus(file)
    group.attrs["axes"] = ["z", "y", "x"]
    for k, axis in enumerate("zyx"):
        group.attrs[f"{axis}_indices"] = k


@pytest.mark.parametrize("make", [edges, indices, numbered, indices_and_axes])
def test_every_way_of_nexus_to_name_coordinates_is_understood(tauvox, tmp_path, make):
    with h5py.File(tmp_path / "nexus.h5", "w") as file:
        make(file)
    found, said = inspected(tauvox, "nexus.h5")
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    assert "not understood" not in said
    assert (labels_of(tauvox, "nexus.h5", tmp_path) == LABELS).all()


def test_coordinates_of_some_axes_are_said_not_to_be_enough(tauvox, tmp_path):
    with h5py.File(tmp_path / "nexus.h5", "w") as file:
        nexus(file, axes="yx").attrs["axes"] = [".", "y", "x"]
        file["entry/data"].attrs["axes"] = ["z", "y", "x"]
    found, said = inspected(tauvox, "nexus.h5")
    assert found["voxel_size_m"] is None and "of y, x, but none that fits of z" in said and "--voxel-size" in said


def test_coordinates_that_do_not_fit_are_said_once(tauvox, tmp_path):
    with h5py.File(tmp_path / "nexus.h5", "w") as file:
        group = nexus(file)
        group.attrs["axes"] = ["z", "y", "x"]
        group["data"].attrs["axes"] = "z:y:x"
        for axis in "zyx":
            del group[axis]
            group[axis] = numpy.arange(3.0)
    result = tauvox("inspect", "nexus.h5")
    assert result.returncode == 0 and (result.stdout + result.stderr).count("none that fits of z, y, x") == 1


@pytest.mark.parametrize("unit, size, words", [("Micrometer", True, []), (7, False, ["LengthUnit 7", "not understood"])])
def test_the_unit_of_a_geometry_is_that_of_its_spacing(tauvox, tmp_path, unit, size, words):
    with h5py.File(tmp_path / "dream.h5", "w") as file:
        file["DataContainers/Image/CellData/Phases"] = LABELS[..., None].astype("i4")
        geometry = file.create_group("DataContainers/Image/_SIMPL_GEOMETRY")
        geometry["SPACING"] = numpy.array([0.5, 1, 2], "f4")
        geometry.attrs["LengthUnit"] = unit
    found, said = inspected(tauvox, "dream.h5")
    assert found["voxel_size_m"] == (pytest.approx([2e-6, 1e-6, 0.5e-6]) if size else None)
    assert all(word in said for word in words)


@pytest.mark.parametrize("base", ["u1", ">i4"])
def test_a_type_of_named_numbers_names_the_phases(tauvox, tmp_path, base):
    names = {"pore": 0, "active": 1, "binder": 2}
    with h5py.File(tmp_path / "named.h5", "w") as file:
        file.create_dataset("label", data=(LABELS % 3).astype(base), dtype=h5py.enum_dtype(names, basetype=base))
        file["mask"] = LABELS > 2
    result = tauvox("solve", "named.h5", "--dataset", "label", "--phase", "pore", "--json", "-")
    assert result.returncode == 0, result.stderr
    assert "pore=0, active=1, binder=2" in result.stderr and "type of /label" in result.stderr
    assert "states" not in tauvox("inspect", "named.h5", "--dataset", "mask").stderr


def beside(file):
    file["voxel_size"] = [2.0, 1.0, 0.5]


def scalar_beside(file):
    file["pixel_size"] = 0.5


def of_root(file):
    file.attrs["voxel_size_um"] = [2.0, 1.0, 0.5]


def of_detector(file):
    file.move("a/b/label", "exchange/data")
    file["measurement/instrument/detector/actual_pixel_size_x"] = 0.5


def short_names(file):
    file["a/b/label"].attrs.update({"dx": 0.5, "dy": 1.0, "dz": 2.0})


@pytest.mark.parametrize("make, words", [(beside, ["voxel_size = 2, 1, 0.5"]), (scalar_beside, ["pixel_size = 0.5"]),
                                         (of_root, ["voxel_size_um"]), (of_detector, ["actual_pixel_size_x = 0.5"]),
                                         (short_names, ["dx = 0.5", "dy = 1", "dz = 2"])])
def test_what_may_be_a_size_is_named(tauvox, tmp_path, make, words):
    with h5py.File(tmp_path / "sized.h5", "w") as file:
        file["a/b/label"] = LABELS
        make(file)
    _, said = inspected(tauvox, "sized.h5")
    for word in words:
        assert f"{word}" in said and "not understood: ignored, give --voxel-size" in said
    _, said = inspected_with_size(tauvox, "sized.h5")
    assert "not understood" not in said


def inspected_with_size(tauvox, path):
    result = tauvox("inspect", path, "--voxel-size", "2,1,0.5um", "--json", "-")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["input"], result.stdout + result.stderr


def test_a_slice_of_three_axes_is_refused_by_its_name(tauvox, tmp_path):
    with h5py.File(tmp_path / "plain.h5", "w") as file:
        file["label"] = LABELS
    assert_refused(tauvox("solve", "plain.h5", "--phase", "0", "--slice", "c=0"), 2, "no axis of that name", "c")


SIZE = [2.0, 1.0, 0.5]
PLACES = {  # where a statement stands, by what is said of it
    "attribute {}": lambda file, name, value: file["scan/image"].attrs.create(name, value),
    "attribute {} of /scan": lambda file, name, value: file["scan"].attrs.create(name, value),
    "attribute {} of /": lambda file, name, value: file.attrs.create(name, value),
    "dataset /scan/{}": lambda file, name, value: file["scan"].create_dataset(name, data=value),
    "dataset /{}": lambda file, name, value: file.create_dataset(name, data=value),
}


def stating(path, *statements):
    with h5py.File(path, "w") as file:
        file["scan/image"] = LABELS
        for place, name, value in statements:
            PLACES[place](file, name, value)


@pytest.mark.parametrize("place", PLACES)
def test_the_element_size_counts_wherever_it_stands(tauvox, tmp_path, place):
    stating(tmp_path / "a.h5", (place, "element_size_um", SIZE))
    found, said = inspected(tauvox, "a.h5")
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    assert found["voxel_size_source"] == place.format("element_size_um") and "not understood" not in said
    for value in ([1.0, -1.0, 1.0], [1.0, 2.0], numpy.bytes_("2 1 0.5")):
        stating(tmp_path / "b.h5", (place, "element_size_um", value))
        found, said = inspected(tauvox, "b.h5")
        assert found["voxel_size_m"] is None and place.format("element_size_um") in said and "voxel-size" in said


def test_the_nearest_element_size_counts_and_another_is_warned_of(tauvox, tmp_path):
    stating(tmp_path / "a.h5", ("attribute {} of /", "element_size_um", [1.0, 1.0, 1.0]), ("attribute {} of /scan", "element_size_um", SIZE))
    found, said = inspected(tauvox, "a.h5")
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    assert "attribute element_size_um of / says another voxel size" in said


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["Spacing", "SPACING ", "scales", "Scale_x_um", "pitch", "step", "Step_nm", "px_size_nm", "um_per_px", "dx_um",
                                  "delta", "VoxelSize", "slice_thickness"])
def test_names_that_look_like_sizes_are_named(tauvox, tmp_path, place, name):
    stating(tmp_path / "a.h5", (place, name, SIZE))
    found, said = inspected(tauvox, "a.h5")
    assert found["voxel_size_m"] is None
    assert f"{place.format(name)} = 2, 1, 0.5 is not understood: ignored, give --voxel-size" in said
    stating(tmp_path / "b.h5", (place, name, SIZE), ("attribute {}", "element_size_um", SIZE))
    found, said = inspected(tauvox, "b.h5")
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    assert f"{place.format(name)} = 2, 1, 0.5 is not understood: the voxel size is that of attribute element_size_um" in said


def test_names_that_only_begin_like_sizes_are_not_named(tauvox, tmp_path):
    stating(tmp_path / "a.h5", *[("attribute {}", name, SIZE) for name in ("time_steps", "stepper", "scaled_by", "dxf", "delta_t_s")])
    assert "not understood" not in inspected(tauvox, "a.h5")[1]
