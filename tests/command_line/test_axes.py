"""--axes and --slice: which stored axis is which, and where along those that are none; one volume through every form."""

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused, value

# t, c, z, y, x: every time and channel has other labels at other places
ALL = numpy.array([[(volumes.LABELS + c + 2 * t) % 5 for c in range(2)] for t in range(3)]).astype("u1")
WANTED = ALL[1, 1]
TURNED = numpy.ascontiguousarray(WANTED.transpose(2, 1, 0))
WHICH = ["--conductivity", "1=1,2=2,3=3,4=4", "--axis", "all", "--default-insulating", "--allow-absent"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("axes")
    tifffile.imwrite(folder / "imagej.tif", ALL.transpose(0, 2, 1, 3, 4), imagej=True, metadata={"axes": "TZCYX"})
    tifffile.imwrite(folder / "ome.ome.tif", ALL, metadata={"axes": "TCZYX"})
    tifffile.imwrite(folder / "tifffile.tif", ALL, photometric="minisblack", metadata={"axes": "TCZYX"})
    tifffile.imwrite(folder / "nameless.tif", ALL, photometric="minisblack")
    tifffile.imwrite(folder / "turned.tif", TURNED, photometric="minisblack")
    WANTED.tofile(folder / "plain.raw")
    TURNED.tofile(folder / "turned.raw")
    volumes.hdf5(folder / "turned.h5", v=TURNED)
    volumes.hdf5(folder / "nameless.h5", v=ALL)
    volumes.hdf5(folder / "beside.h5", flat=WANTED[0], whole=ALL)
    with h5py.File(folder / "labels.h5", "w") as file:
        data = file.create_dataset("v", data=ALL, chunks=(2, 2, 3, 4, 5), compression="gzip")
        for axis, name in enumerate(["time", "channel", "z", "y", "x"]):
            data.dims[axis].label = name
    with h5py.File(folder / "tags.h5", "w") as file:
        data = file.create_dataset("v", data=ALL.transpose(2, 3, 4, 0, 1))
        data.attrs["axistags"] = '{"axes":[' + ",".join(f'{{"key":"{a}"}}' for a in "zyxtc") + "]}"
    planes = [f'<TiffData IFD="{5 - i}" FirstZ="{i // 2}" FirstC="{i % 2}" PlaneCount="1"/>' for i in range(6)]
    note = ('<?xml version="1.0"?><OME><Image><Pixels DimensionOrder="XYCZT" SizeX="8" SizeY="7" SizeC="2" SizeZ="3" '
            'SizeT="1">' + "".join(planes) + "</Pixels></Image></OME>")
    tifffile.imwrite(folder / "shuffled.tif", ALL[0].reshape(-1, 7, 8)[:6], photometric="minisblack", description=note,
                     metadata=None)
    return folder


CHOSEN = ["--slice", "t=1,c=1"]
BY_NUMBER = ["--slice", "0=1,1=1"]
FORMS = [("imagej.tif", CHOSEN), ("ome.ome.tif", CHOSEN), ("tifffile.tif", CHOSEN), ("nameless.tif", BY_NUMBER),
         ("nameless.tif", [*CHOSEN, "--axes", "tczyx"]), ("turned.tif", ["--axes", "xyz"]), ("turned.h5", ["--axes", "xyz"]),
         ("turned.raw", ["--axes", "xyz", "--shape", "8,7,6", "--dtype", "uint8"]), ("labels.h5", CHOSEN), ("tags.h5", CHOSEN),
         ("nameless.h5", BY_NUMBER), ("nameless.h5", [*CHOSEN, "--axes", "tczyx"]), ("beside.h5", BY_NUMBER)]


@pytest.mark.parametrize("name, arguments", FORMS)
def test_every_form_of_a_volume_has_its_numbers(folder, solve, name, arguments):
    plain = solve(folder / "plain.raw", "--shape", "6,7,8", "--dtype", "uint8", *WHICH)
    found = solve(folder / name, *arguments, *WHICH)
    assert [value(r, "effective_ratio") for r in found["results"]] == [value(r, "effective_ratio") for r in plain["results"]]
    assert found["input"]["shape"] == [6, 7, 8]
    assert any("--slice" in notice or "--axes" in notice for notice in found["notices"])


def test_a_crop_counts_the_named_axes(folder, solve):
    crop = ["--crop", "1:5,0:6,2:"]
    plain = solve(folder / "plain.raw", "--shape", "6,7,8", "--dtype", "uint8", *crop, *WHICH)
    for name, arguments in FORMS[-6:]:
        found = solve(folder / name, *arguments, *crop, *WHICH)
        assert found["phases"] == plain["phases"] and found["input"]["shape"] == [4, 6, 6]


REFUSED = {
    "ImageJ": ("imagej.tif", [], 4, ["t (3), z (6), c (2), y (7), x (8)", "--slice t=0,c=0", "t=0 to 2"]),
    "half a choice": ("imagej.tif", ["--slice", "c=1"], 4, ["--slice t=0"]),
    "OME": ("ome.ome.tif", [], 4, ["--slice t=0,c=0"]),
    "OME in another order": ("shuffled.tif", ["--slice", "c=0"], 4, ["TiffData"]),
    "no names": ("nameless.h5", [], 4, ["3x2x6x7x8", "--slice, such as 0=0", "--axes", "tzyx"]),
    "HDF5": ("labels.h5", [], 4, ["time (3), channel (2)", "--slice time=0,channel=0"]),
    "no such axis": ("tags.h5", ["--slice", "q=1"], 2, ["--slice q", "t (3), c (2)"]),
    "beyond the end": ("tags.h5", ["--slice", "t=3,c=0"], 2, ["t=3", "give 0 to 2"]),
    "along z": ("tags.h5", ["--slice", "z=3"], 2, ["--crop"]),
    "no place": ("tags.h5", ["--slice", "t=-1"], 2, ["from 0"]),
    "axis twice": ("tags.h5", ["--slice", "t=0,t=1"], 2, ["'t'", "twice"]),
    "letter twice": ("turned.tif", ["--axes", "xxz"], 2, ["--axes", "none twice"]),
    "too many letters": ("turned.tif", ["--axes", "tzyx"], 2, ["--axes", "4 axes"]),
    "no array of more axes": ("plain.raw", ["--shape", "6,7,8", "--dtype", "uint8", "--slice", "t=0"], 2, ["--slice", "HDF5, TIFF"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_choice_that_is_not_made_or_does_not_fit_is_refused(folder, tauvox, name):
    path, arguments, code, facts = REFUSED[name]
    assert_refused(tauvox("solve", folder / path, *arguments, "--phase", "0"), code, *facts)


def test_steps_go_with_their_axes_and_a_ratio_counts(folder, solve, tauvox, tmp_path):
    tifffile.imwrite(tmp_path / "sized.tif", TURNED, imagej=True, resolution=(2, 1), metadata={"spacing": 4.0, "unit": "um"})
    found = solve("sized.tif", "--axes", "xyz", "--phase", "3")
    assert found["input"]["voxel_size_m"] == pytest.approx([0.5e-6, 1e-6, 4e-6])
    tifffile.imwrite(tmp_path / "ratio.tif", WANTED, imagej=True, metadata={"spacing": 2.5})
    run = ["ratio.tif", *WHICH]
    found = solve(*run)
    assert found["input"]["voxel_size_m"] is None and found["input"]["voxel_ratio"] == pytest.approx([2.5, 1, 1])
    sized = solve(*run, "--voxel-size", "2.5,1,1um")
    assert sized["input"]["voxel_ratio"] is None
    assert [value(r, "effective_ratio") for r in found["results"]] == pytest.approx(
        [value(r, "effective_ratio") for r in sized["results"]], rel=1e-6)
    assert "edges z,y,x as 2.5 : 1 : 1 (ImageJ calibration without a unit)" in tauvox("solve", *run, "--device", "cpu").stdout
    # The field files hold the ratio.
    for field in ["f.vti", "g.h5"]:
        assert tauvox("solve", "ratio.tif", "--phase", "3", "--field", field, "--device", "cpu").returncode == 0
        assert "as 2.5 : 1 : 1" in tauvox("inspect", field).stdout


def test_sizes_that_are_in_doubt_are_warned_of(tauvox, tmp_path):
    def warnings(name, *more):
        result = tauvox("inspect", name, *more)
        assert result.returncode == 0, result.stderr
        return [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("warning:") and "voxel-size" in line]

    # Pixels of 1 are what tifffile writes where nobody gave a size.
    for name, more in [("plain.tif", {}), ("imagej.tif", {"imagej": True})]:
        tifffile.imwrite(tmp_path / name, WANTED, metadata={"spacing": 0.4, "unit": "um"}, **more)
        assert len(warnings(name)) == 1 and "pixels of 1 um are used" in warnings(name)[0]
    tifffile.imwrite(tmp_path / "given.tif", WANTED, imagej=True, resolution=(2.5, 2.5), metadata={"spacing": 0.4, "unit": "um"})
    assert warnings("given.tif") == []
    # Whose order element_size_um has where the axes are turned.
    for name, axes, order in [("turned.h5", "xyz", (2, 1, 0)), ("straight.h5", "zyx", (0, 1, 2))]:
        with h5py.File(tmp_path / name, "w") as file:
            data = file.create_dataset("volume", data=WANTED.transpose(order))
            data.attrs["element_size_um"] = [0.6, 0.5, 0.4]
            for i, axis in enumerate(axes):
                data.dims[i].label = axis
    assert len(warnings("turned.h5")) == 1 and "taken as steps of z, y, x" in warnings("turned.h5")[0]
    assert warnings("straight.h5") == []
    for size in ["40cm", "0.01nm"]:
        assert len(warnings("straight.h5", f"--voxel-size={size}")) == 1 and "is the unit right?" in warnings("straight.h5", f"--voxel-size={size}")[0]
    assert warnings("straight.h5", "--voxel-size=1mm") == []
