"""What a file states of its axes, steps and values is used and printed, or named with the option that settles it."""

import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused, value

LABELS = volumes.LABELS
WHICH = ["--phase", "0", "--axis", "all"]


def lines(result):
    assert result.returncode == 0, result.stderr
    return [line for line in (result.stdout + result.stderr).splitlines() if line.startswith(("warning:", "notice:"))]


def ratios(report):
    return [value(result, "effective_ratio") for result in report["results"]]


# Pages along one axis: what writes them, its name and a part of what is said.
IMAGEJ, OME, PLAIN = {"imagej": True}, {}, {"photometric": "minisblack"}
SIZED = {"unit": "um", "spacing": 0.5, "finterval": 60.0}
SERIES = {"imagej_c.tif": (IMAGEJ, {"axes": "CYX"}, "c"), "imagej_t.tif": (IMAGEJ, {"axes": "TYX"}, "t"),
          "sized_t.tif": (IMAGEJ | {"resolution": (2, 4)}, {"axes": "TYX"} | SIZED, "t"),
          "c.ome.tif": (OME, {"axes": "CYX"}, "c"), "t.ome.tif": (OME, {"axes": "TYX", "PhysicalSizeX": 0.3}, "t"),
          "tifffile_c.tif": (PLAIN, {"axes": "CYX"}, "c"), "tifffile_t.tif": (PLAIN, {"axes": "TYX"}, "t")}


@pytest.mark.parametrize("name", SERIES)
def test_channels_and_times_are_no_slices(solve, tauvox, tmp_path, name):
    how, metadata, axis = SERIES[name]
    tifffile.imwrite(tmp_path / name, LABELS, metadata=metadata, **how)
    numpy.save(tmp_path / "z.npy", LABELS)
    numpy.save(tmp_path / "layer.npy", LABELS[4])
    facts = ["no axis z", f"{axis} (6), y (7), x (8)", f"--as-2d --slice {axis}=0", "--axes zyx"]
    assert_refused(tauvox("solve", name, "--phase", "0"), 4, *facts)
    assert_refused(tauvox("inspect", name, "--as-2d"), 4, *facts)
    assert_refused(tauvox("solve", name, "--phase", "0", "--slice", f"{axis}=4"), 4, "pass --as-2d")
    # Both ways that it names
    read = solve(name, "--axes", "zyx", *WHICH)
    assert read["input"]["shape"] == [6, 7, 8] and ratios(read) == pytest.approx(
        ratios(solve("z.npy", *WHICH, *(["--voxel-size", "0.5,0.25,0.5um"] if "spacing" in metadata else []))), rel=1e-9)
    if "spacing" in metadata:
        assert read["input"]["voxel_size_m"] == pytest.approx([0.5e-6, 0.25e-6, 0.5e-6])
    layer = solve(name, "--as-2d", "--slice", f"{axis}=4", "--voxel-size", "1um", "--phase", "0", "--axis", "y")
    assert layer["input"]["shape"] == [1, 7, 8]
    assert ratios(layer) == ratios(solve("layer.npy", "--as-2d", "--voxel-size", "1um", "--phase", "0", "--axis", "y"))


def test_channels_and_times_of_one_slice_name_both(solve, tauvox, tmp_path):
    both = numpy.stack([LABELS, (LABELS + 1) % 3], 1)
    tifffile.imwrite(tmp_path / "tc.tif", both, imagej=True, metadata={"axes": "TCYX"})
    assert_refused(tauvox("inspect", "tc.tif"), 4, "t (6), c (2), y (7), x (8)", "--as-2d --slice t=0,c=0")
    numpy.save(tmp_path / "z.npy", both[:, 1])
    assert ratios(solve("tc.tif", "--axes", "zyx", "--slice", "c=1", *WHICH)) == ratios(solve("z.npy", *WHICH))
    assert ratios(solve("tc.tif", "--axes", "zcyx", "--slice", "c=1", *WHICH)) == ratios(solve("z.npy", *WHICH))


def test_a_step_along_z_tells_slices_from_the_channels_that_tifffile_writes(tauvox, tmp_path):
    """Without axes it calls the slices of any stack channels."""
    size = {"spacing": 0.5, "unit": "um"}
    tifffile.imwrite(tmp_path / "a.tif", LABELS, imagej=True, resolution=(2, 2), metadata=size)
    said = [line for line in lines(tauvox("inspect", "a.tif")) if "channels" in line]
    assert len(said) == 1 and said[0].startswith("warning:") and "6 channels" in said[0] and "--axes zyx" in said[0]
    assert not [line for line in lines(tauvox("inspect", "a.tif", "--axes", "zyx")) if "channels" in line]
    tifffile.imwrite(tmp_path / "z.tif", LABELS, imagej=True, resolution=(2, 2), metadata=size | {"axes": "ZYX"})
    assert not [line for line in lines(tauvox("inspect", "z.tif")) if "channels" in line]
    note = "ImageJ=1.53t\nimages=6\nchannels=6\nhyperstack=true\nmode=grayscale\nunit=um\nspacing=0.5\n"
    tifffile.imwrite(tmp_path / "of_imagej.tif", LABELS, photometric="minisblack", description=note, metadata=None)
    assert_refused(tauvox("inspect", "of_imagej.tif"), 4, "no axis z", "c (6)", "--axes zyx")
    layer = tauvox("inspect", "a.tif", "--as-2d", "--slice", "c=1")
    assert layer.returncode == 0 and "1x7x8" in layer.stdout, layer.stdout + layer.stderr


def test_times_behind_a_single_page_are_no_slices(tauvox, tmp_path):
    note = "ImageJ=1.53t\nimages=6\nframes=6\n"
    tifffile.imwrite(tmp_path / "one.tif", LABELS[0], photometric="minisblack", description=note, metadata=None)
    with tifffile.TiffFile(tmp_path / "one.tif") as file:
        offset = file.pages[0].dataoffsets[0]
    (tmp_path / "one.tif").write_bytes((tmp_path / "one.tif").read_bytes()[:offset] + LABELS.tobytes())
    assert_refused(tauvox("inspect", "one.tif"), 4, "no axis z", "ImageJ says t (6)", "--axes zyx")
    assert any("behind a single page" in line for line in lines(tauvox("inspect", "one.tif", "--axes", "zyx")))


def test_pages_of_another_letter_are_warned_of(tauvox, tmp_path):
    tifffile.imwrite(tmp_path / "q.tif", LABELS, photometric="minisblack", metadata={"axes": "QYX"})
    said = [line for line in lines(tauvox("inspect", "q.tif")) if 'axes "QYX"' in line]
    assert len(said) == 1 and said[0].startswith("warning:") and "pages are taken as z" in said[0] and "--axes zyx" in said[0]
    assert not [line for line in lines(tauvox("inspect", "q.tif", "--axes", "zyx")) if "QYX" in line]


def test_ome_slices_in_another_order_are_warned_of(tauvox, tmp_path):
    planes = "".join(f'<TiffData IFD="{5 - z}" FirstZ="{z}" PlaneCount="1"/>' for z in range(6))
    note = ('<?xml version="1.0"?><OME><Image><Pixels DimensionOrder="XYZCT" SizeX="8" SizeY="7" SizeC="1" SizeZ="6" '
            f'SizeT="1">{planes}</Pixels></Image></OME>')
    tifffile.imwrite(tmp_path / "a.tif", LABELS, photometric="minisblack", description=note, metadata=None)
    said = [line for line in lines(tauvox("inspect", "a.tif")) if "TiffData" in line]
    assert len(said) == 1 and said[0].startswith("warning:") and "--axes zyx" in said[0]
    assert not [line for line in lines(tauvox("inspect", "a.tif", "--axes", "zyx")) if "TiffData" in line]


# The axes that tifffile names, and what stands where in volumes.LABELS and another one.
FOUR = {"ZYCX": (0, 1, 3, 2), "ZCYX": (0, 3, 1, 2), "XYCZ": (2, 1, 3, 0), "CXZY": (3, 2, 0, 1), "YXZC": (1, 2, 0, 3)}


@pytest.mark.parametrize("axes", FOUR)
def test_the_names_of_four_axes_serve_a_choice(solve, tauvox, tmp_path, axes):
    other = (LABELS + 1) % 3
    stored = numpy.ascontiguousarray(numpy.stack([LABELS, other], 3).transpose(FOUR[axes]))
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="minisblack", metadata={"axes": axes})
    assert_refused(tauvox("inspect", "a.tif"), 4, "c (2)", "--slice c=0")
    for channel, labels in enumerate([LABELS, other]):
        numpy.save(tmp_path / "z.npy", labels)
        read = solve("a.tif", "--slice", f"c={channel}", *WHICH)
        assert read["input"]["shape"] == [6, 7, 8] and ratios(read) == ratios(solve("z.npy", *WHICH))
        assert any(f"axes {','.join(axes.lower())} (tifffile)" in notice for notice in read["notices"])
        part = ["--crop", "1:5,2:,0:6"]
        assert solve("a.tif", "--slice", f"c={channel}", *part, *WHICH)["phases"] == solve("z.npy", *part, *WHICH)["phases"]


def test_a_size_of_pixels_is_none_of_voxels_across_pages(solve, tmp_path):
    stored = numpy.stack([LABELS, LABELS], 2)
    write = {"photometric": "minisblack", "resolution": (2, 2), "resolutionunit": "none"}
    tifffile.imwrite(tmp_path / "a.tif", stored, metadata={"axes": "ZYCX", "spacing": 0.5, "unit": "um"}, **write)
    read = solve("a.tif", "--slice", "c=1", "--phase", "0")
    assert read["input"]["voxel_size_m"] is None
    assert [w for w in read["warnings"] if "voxel-size" in w and "not used, as y and x do not lie in the pages" in w]
    sizes = {"PhysicalSizeX": 0.3, "PhysicalSizeY": 0.4, "PhysicalSizeZ": 0.5}
    tifffile.imwrite(tmp_path / "b.tif", stored, photometric="minisblack", metadata={"axes": "ZYCX"} | sizes)
    assert solve("b.tif", "--slice", "c=1", "--phase", "0")["input"]["voxel_size_m"] == pytest.approx([5e-7, 4e-7, 3e-7])
