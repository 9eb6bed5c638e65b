"""What a file states of its axes, steps and values is used and printed, or named with the option that settles it."""

import struct

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
    many = numpy.repeat(LABELS[:1], 17, axis=0)
    tifffile.imwrite(tmp_path / "many.tif", many, imagej=True)
    tifffile.imwrite(tmp_path / "many.ome.tif", many)
    for name in ("many.tif", "many.ome.tif"):
        said = [line for line in lines(tauvox("inspect", name)) if "channels" in line]
        assert len(said) == 1 and said[0].startswith("warning:") and "17 channels" in said[0] and "--axes zyx" in said[0]
    note = "ImageJ=1.53t\nimages=6\nchannels=6\nhyperstack=true\nmode=grayscale\nunit=um\nspacing=0.5\n"
    tifffile.imwrite(tmp_path / "of_imagej.tif", LABELS, photometric="minisblack", description=note, metadata=None)
    assert_refused(tauvox("inspect", "of_imagej.tif"), 4, "no axis z", "c (6)", "--axes zyx")
    layer = tauvox("inspect", "a.tif", "--as-2d", "--slice", "c=1")
    assert layer.returncode == 0 and "1x7x8" in layer.stdout, layer.stdout + layer.stderr


def test_a_mask_of_channels_is_read_by_the_axes_of_the_volume(tauvox, tmp_path):
    numpy.save(tmp_path / "a.npy", LABELS)
    tifffile.imwrite(tmp_path / "mask.tif", (LABELS > 0).astype("u1"), imagej=True)
    assert_refused(tauvox("inspect", "a.npy", "--mask", "mask.tif"), 4, "the mask cannot be used", "--axes zyx", "for both")
    assert tauvox("inspect", "a.npy", "--mask", "mask.tif", "--axes", "zyx").returncode == 0


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


def nrrd(path, fields, labels=LABELS):
    head = f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {' '.join(map(str, labels.shape[::-1]))}\n{fields}encoding: raw\n\n"
    path.write_bytes(head.encode() + labels.tobytes())


MINS = "axis mins: 1 0 0\naxis maxs: {} {} {}\n"
UNITS = 'units: "um" "um" "um"\n'
CELLS, NODES = MINS.format(1 + 8 * 0.3, -7 * 0.4, 6 * 0.5), MINS.format(1 + 7 * 0.3, -6 * 0.4, 5 * 0.5)


@pytest.mark.parametrize("fields, found", [(CELLS + "centers: cell cell cell\n" + UNITS, "voxel_size_m"),
                                           (NODES + "centerings: node node node\n" + UNITS, "voxel_size_m"),
                                           (NODES + "centers: node node node\n", "voxel_ratio"), (CELLS + UNITS, None),
                                           (CELLS + "centers: cell ??? none\n" + UNITS, None)])
def test_where_axes_of_a_nrrd_begin_and_end_are_steps(tauvox, solve, tmp_path, fields, found):
    nrrd(tmp_path / "a.nrrd", fields)
    report = solve("a.nrrd", "--phase", "0")
    if found:
        factor = 1e-6 if found == "voxel_size_m" else 1 / 0.3
        assert report["input"][found] == pytest.approx([0.5 * factor, 0.4 * factor, 0.3 * factor], rel=1e-6)
        assert "axis mins and axis maxs of the NRRD header" in report["input"]["voxel_size_source"]
    else:
        said = [line for line in report["warnings"] if "axis mins" in line]
        assert len(said) == 1 and "(z,y,x = 0.5, 0.4, 0.3)" in said[0] and "--voxel-size" in said[0], report["warnings"]
        assert report["input"]["voxel_size_m"] is None
        assert not [w for w in solve("a.nrrd", "--voxel-size", "1um", "--phase", "0")["warnings"] if "axis mins" in w]
    nrrd(tmp_path / "b.nrrd", "axis mins: 0 0\naxis maxs: 1 1 1\n")
    assert_refused(tauvox("inspect", "b.nrrd"), 3, "not as many as the axes")


@pytest.mark.parametrize("fields, differs", [(CELLS, False), (NODES, False), (NODES + "centers: cell cell cell\n", True),
                                             (MINS.format(9, 7, 6), True)])
def test_two_statements_of_the_steps_of_a_nrrd_are_compared(tauvox, tmp_path, fields, differs):
    nrrd(tmp_path / "a.nrrd", fields + "spacings: 0.3 0.4 0.5\n" + UNITS)
    said = [line for line in lines(tauvox("inspect", "a.nrrd")) if "say other steps" in line]
    assert len(said) == differs and all("spacings of the NRRD header, which are used" in line for line in said), said


def test_thicknesses_of_a_nrrd_are_no_steps(solve, tmp_path):
    nrrd(tmp_path / "a.nrrd", "thicknesses: 0.3 0.4 0.5\n")
    said = [w for w in solve("a.nrrd", "--phase", "0")["warnings"] if "thicknesses" in w]
    assert len(said) == 1 and "z,y,x = 0.5, 0.4, 0.3" in said[0] and "--voxel-size" in said[0]
    nrrd(tmp_path / "b.nrrd", "thicknesses: 0.3 0.4 0.5\nspacings: 0.3 0.4 0.5\n" + UNITS)
    assert not [w for w in solve("b.nrrd", "--phase", "0")["warnings"] if "thicknesses" in w]


def test_labels_of_a_nrrd_are_said(tauvox, tmp_path):
    for labels, words in [("z y x", "axes x,y,z (labels of the NRRD header): 6x7x8 is turned to z,y,x"),
                          ("x y z", "axes z,y,x (labels of the NRRD header)"),
                          ("depth y x", "x,y,depth not understood as axes: they are taken as z,y,x"), (" ??? ???", None)]:
        quoted = " ".join(f'"{label}"' for label in labels.split(" "))
        nrrd(tmp_path / "a.nrrd", f"labels: {quoted}\n")
        said = [line for line in lines(tauvox("inspect", "a.nrrd")) if "labels of the NRRD header" in line]
        assert [words in line for line in said] == ([True] if words else []), said
        assert not [line for line in lines(tauvox("inspect", "a.nrrd", "--axes", "zyx")) if "labels of the NRRD header" in line]


def test_values_that_a_metaimage_scales_are_warned_of(tauvox, tmp_path):
    def said(fields):
        head = f"ObjectType = Image\nNDims = 3\nDimSize = 8 7 6\nElementType = MET_UCHAR\n{fields}ElementDataFile = LOCAL\n"
        (tmp_path / "a.mha").write_bytes(head.encode() + LABELS.tobytes())
        return [line for line in lines(tauvox("inspect", "a.mha")) if "is not applied" in line]

    function = "ElementToIntensityFunction"
    assert said(f"{function}Slope = 1\n{function}Offset = 0\n") == []
    both = said(f"{function}Slope = 2\n{function}Offset = -1\n")
    assert len(both) == 2 and "Slope = 2" in both[0] and "Offset = -1" in both[1]


@pytest.mark.parametrize("matrix, words", [("1 0 0 0 1 0 0 0 1", None), ("0 1 0 1 0 0 0 0 1", "x, y, z of the array lie along y, x, z of space"),
                                           ("0 0 1 1 0 0 0 1 0", "x, y, z of the array lie along y, z, x of space"),
                                           ("-1 0 0 0 1 0 0 0 1", "mirror image"), ("-1 0 0 0 -1 0 0 0 1", None),
                                           ("0.8 -0.6 0 0.6 0.8 0 0 0 1", "oblique to space"), ("1 0.5 0 0 1 0 0 0 1", "degrees")])
def test_the_direction_of_a_vti_and_of_headers_is_said(tauvox, tmp_path, matrix, words):
    values = " ".join(map(str, LABELS.ravel()))
    (tmp_path / "a.vti").write_text(
        f'<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian"><ImageData WholeExtent="0 8 0 7 0 6" Origin="0 0 0" '
        f'Spacing="1 1 1" Direction="{matrix}"><Piece Extent="0 8 0 7 0 6"><CellData><DataArray type="UInt8" Name="label" '
        f'format="ascii">{values}</DataArray></CellData></Piece></ImageData></VTKFile>\n')
    columns = numpy.array(matrix.split()).reshape(3, 3).T  # of the same axes: theirs are vectors one after the other
    nrrd(tmp_path / "a.nrrd", "space dimension: 3\nspace directions: " + " ".join(f"({','.join(c)})" for c in columns) + "\n")
    for name, source in [("a.vti", "Direction of the .vti file"), ("a.nrrd", "space directions of the NRRD header")]:
        said = [line for line in lines(tauvox("inspect", name)) if source in line and "voxel-size" not in line]
        assert bool(said) == bool(words) and any(words in line for line in said) == bool(words) if words else not said, said


@pytest.mark.parametrize("form", ["npy", "raw"])
def test_a_ratio_is_no_size_where_a_form_keeps_none(tauvox, tmp_path, form):
    nrrd(tmp_path / "a.nrrd", "spacings: 0.3 0.4 0.5\n")
    said = tauvox("convert", "a.nrrd", f"b.{form}").stdout
    assert "ratio z : y : x = 1.66667 : 1.33333 : 1" in said and "--voxel-size z,y,x" in said and "1um" not in said
    said = tauvox("convert", "a.nrrd", f"b.{form}", "--overwrite", "--voxel-size", "0.5,0.4,0.3um").stdout
    assert "--voxel-size 0.5,0.4,0.3um" in said and "ratio" not in said


def nifti(path, steps, unit, sform=None):
    """The header of NIfTI-1, as SimpleITK and nibabel write it."""
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, *LABELS.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 2, 8)  # uint8
    struct.pack_into("<4f", head, 76, 1, *steps)
    struct.pack_into("<f", head, 108, 352)
    head[123] = unit
    if sform is not None:
        struct.pack_into("<h", head, 254, 1)
        struct.pack_into("<12f", head, 280, *numpy.hstack([sform, numpy.zeros((3, 1))]).ravel())
    head[344:348] = b"n+1\0"
    path.write_bytes(bytes(head) + LABELS.tobytes())


@pytest.mark.parametrize("steps, unit, size", [((1, 1, 1), 2, None), ((1, 1, 1), 3, 1e-6), ((1, 1, 0.5), 2, 1e-3)])
def test_a_nifti_of_1_mm_has_no_size(tauvox, solve, tmp_path, steps, unit, size):
    nifti(tmp_path / "a.nii", steps, unit)
    report = solve("a.nii", "--phase", "0")
    said = [warning for warning in report["warnings"] if "steps of 1 mm are not used" in warning]
    assert len(said) == (size is None) and all("--voxel-size" in warning for warning in said)
    found = report["input"]["voxel_size_m"]
    assert found is None if size is None else found[2] == pytest.approx(size)
    assert not [w for w in solve("a.nii", "--voxel-size", "1mm", "--phase", "0")["warnings"] if "not used" in w]
    # What tauvox writes of a size that was given is one
    assert tauvox("convert", "a.nii", "b.nii", "--voxel-size", "1mm").returncode == 0
    assert solve("b.nii", "--phase", "0")["input"]["voxel_size_m"] == pytest.approx([1e-3] * 3)


ROTATED = numpy.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])
SFORMS = {  # of x, y, z: pixdim, unit, sform, found in um, whether it is warned of
    "another than pixdim": ((1, 1, 1), 3, numpy.diag([0.1, 0.2, 0.3]), (0.1, 0.2, 0.3), True),
    "another ratio": ((0.1, 0.1, 0.1), 3, numpy.diag([0.1, 0.2, 0.3]), (0.1, 0.2, 0.3), True),
    "turned": ((0.1, 0.1, 0.1), 3, ROTATED @ numpy.diag([0.1, 0.2, 0.3]), (0.1, 0.2, 0.3), True),
    "the same": ((0.1, 0.2, 0.3), 3, numpy.diag([0.1, 0.2, 0.3]), (0.1, 0.2, 0.3), False),
    "the same, turned": ((0.1, 0.2, 0.3), 3, ROTATED @ numpy.diag([-0.1, 0.2, 0.3]), (0.1, 0.2, 0.3), False),
    "1 mm that nobody gave": ((1, 1, 1), 2, numpy.diag([0.1, 0.2, 0.3]), (100, 200, 300), True),
    "ones": ((0.1, 0.2, 0.3), 3, numpy.eye(3), (0.1, 0.2, 0.3), True),
    "no length": ((0.1, 0.2, 0.3), 3, numpy.zeros((3, 3)), (0.1, 0.2, 0.3), True),
    "a shear": ((0.1, 0.2, 0.3), 3, numpy.array([[0.5, 0.3, 0], [0, 0.5, 0], [0, 0, 0.5]]), (0.1, 0.2, 0.3), True),
}


@pytest.mark.parametrize("name", SFORMS)
def test_the_sform_of_a_nifti_counts_and_is_compared(solve, tmp_path, name):
    steps, unit, sform, found, warned = SFORMS[name]
    nifti(tmp_path / "a.nii", steps, unit, sform)
    report = solve("a.nii", "--phase", "0")
    assert report["input"]["voxel_size_m"] == pytest.approx([1e-6 * h for h in found[::-1]], rel=1e-6)
    said = [w for w in report["warnings"] if w.startswith("sform of the NIfTI header says other steps (z,y,x = ")]
    assert len(said) == warned, report["warnings"]
    used = "pixdim" if steps == found else "sform"
    assert all(f"those of the {used} are used; --voxel-size" in w for w in said)
    assert not [w for w in solve("a.nii", "--phase", "0", "--voxel-size", "1um")["warnings"] if "other steps" in w]


def test_whole_numbers_that_are_too_large_are_no_fractions(tauvox, tmp_path):
    large = LABELS.astype("f8") * (2.0**53 + 2)
    numpy.save(tmp_path / "a.npy", large)
    result = tauvox("solve", "a.npy", "--phase", "0")
    assert_refused(result, 4, f"{(large > 0).sum()} of 336 hold whole numbers beyond 2^53", "3 distinct values", "integers of 64 bits")
    assert "fractions" not in result.stderr and "--threshold" not in result.stderr
    large[0, 0, :2] = 0.5
    numpy.save(tmp_path / "b.npy", large)
    assert_refused(tauvox("solve", "b.npy", "--phase", "0"), 4, "2 of 336 voxels hold fractions", "beyond 2^53", "--threshold")
    numpy.save(tmp_path / "c.npy", LABELS * 2.0**52)
    assert tauvox("inspect", "c.npy").returncode == 0
