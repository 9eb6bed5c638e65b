"""`tauvox convert`, and one volume through every form: the same labels, the same D_eff."""

import json
import struct
import time
import zlib

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused

LABELS = volumes.repeated(2)
STEPS = ["--voxel-size", "2,1,0.5um"]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("convert") / "labels.h5"
    with h5py.File(path, "w") as file:
        file["volume"] = LABELS
        file["volume"].attrs["element_size_um"] = [2.0, 1.0, 0.5]
    return path


def png(image):
    height, width = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def solved(tauvox, *arguments):
    result = tauvox("solve", *arguments, "--phase", "0", "--axis", "all", "--quiet", "--json", "-")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    return [r["quantities"]["effective_ratio"]["value"] for r in report["results"]], report


def test_every_form_gives_the_same(tauvox, source, tmp_path):
    expected, _ = solved(tauvox, str(source))
    forms = {}
    for name in ["a.h5", "a.tif", "a.vti", "a.npy", "a.raw"]:
        result = tauvox("convert", str(source), name)
        assert result.returncode == 0, result.stderr
        forms[name] = [name]
    forms["a.npy"] += STEPS
    forms["a.raw"] += STEPS + ["--shape", ",".join(map(str, LABELS.shape)), "--dtype", "uint8"]
    numpy.savez_compressed(tmp_path / "a.npz", labels=numpy.asfortranarray(LABELS), other=LABELS)
    forms["a.npz"] = ["a.npz", "--dataset", "labels", *STEPS]
    (tmp_path / "png").mkdir()
    for z, page in enumerate(LABELS):
        (tmp_path / "png" / f"s{z}.png").write_bytes(png(page))
    forms["png"] = ["png", *STEPS]
    packed = zlib.compress(LABELS.tobytes())
    head = "ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\nElementSpacing = 0.0005 0.001 0.002\n"
    head += f"DimSize = {LABELS.shape[2]} {LABELS.shape[1]} {LABELS.shape[0]}\nElementType = MET_UCHAR\n"
    (tmp_path / "a.mha").write_bytes((head + "ElementDataFile = LOCAL\n").encode() + packed)
    forms["a.mha"] = ["a.mha"]
    (tmp_path / "b.mhd").write_text(head.replace("True\nElementSpacing", "False\nElementSpacing")
                                    + "ElementDataFile = b.raw\n")
    (tmp_path / "b.raw").write_bytes(LABELS.tobytes())
    forms["b.mhd"] = ["b.mhd"]
    (tmp_path / "c.mha").write_bytes((head.replace("ElementSpacing", "ElementSize") + "ElementDataFile = LOCAL\n").encode() + packed)
    forms["c.mha"] = ["c.mha"]
    for name, arguments in forms.items():
        found, report = solved(tauvox, *arguments)
        assert found == pytest.approx(expected, rel=1e-6), name
        assert report["input"]["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 5e-7], rel=1e-6), name
        if name == "c.mha":
            assert report["input"]["voxel_size_source"].startswith("ElementSize of the MetaImage header")


def test_size_and_origin_are_kept(tauvox, source, tmp_path):
    for first, second in [("a.tif", "b.h5"), ("a.vti", "c.h5"), ("a.h5", "d.tif")]:
        assert tauvox("convert", str(source), first).returncode == 0
        assert tauvox("convert", first, second).returncode == 0
    for name in ["b.h5", "c.h5"]:
        with h5py.File(tmp_path / name) as file:
            assert (file["label"][...] == LABELS).all()
            assert file["label"].attrs["element_size_um"] == pytest.approx([2, 1, 0.5], rel=1e-6)
            assert file.attrs["converted_by"].decode().startswith("tauvox")
            assert len(file.attrs["input_sha256"]) >= 64
    with tifffile.TiffFile(tmp_path / "d.tif") as file:
        assert (file.asarray() == LABELS).all()
        assert file.imagej_metadata["spacing"] == 2 and file.imagej_metadata["unit"] == "micron"
        assert file.pages[0].tags["XResolution"].value[0] / file.pages[0].tags["XResolution"].value[1] == 2
        assert "tauvox_input=a.h5" in file.pages[0].description


def test_crop_and_threshold_apply_and_are_noted(tauvox, source, tmp_path):
    result = tauvox("convert", str(source), "part.h5", "--crop", "1:5,2:9,:", "--threshold", "1")
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "part.h5") as file:
        assert (file["label"][...] == (LABELS[1:5, 2:9] >= 1)).all()
        assert file.attrs["read_crop"].decode() == "1:5,2:9,0:"
        assert file.attrs["read_threshold"].decode() == "1"


@pytest.mark.parametrize("kind, ending", [("i1", "tif"), ("i2", "tif"), ("u4", "tif"), ("i8", "npy"), ("u2", "raw")])
def test_labels_of_every_type(tauvox, tmp_path, kind, ending):
    top = {"i1": -3, "i2": -300, "u4": 3_000_000_000, "i8": 2**40, "u2": 60000}[kind]
    labels = numpy.where(volumes.LABELS == 1, numpy.array(top, kind), volumes.LABELS.astype(kind))
    volumes.hdf5(tmp_path / "in.h5", volume=labels)
    result = tauvox("convert", "in.h5", f"out.{ending}")
    assert result.returncode == 0, result.stderr
    found = {"tif": tifffile.imread, "npy": numpy.load,
             "raw": lambda path: numpy.fromfile(path, "u2").reshape(labels.shape)}[ending](tmp_path / f"out.{ending}")
    assert (found == labels).all()


def test_npy_is_read_by_numpy_and_the_line_to_read_it_printed(tauvox, source, tmp_path):
    result = tauvox("convert", str(source), "a.npy")
    assert "--voxel-size 2,1,0.5um" in result.stdout
    found = numpy.load(tmp_path / "a.npy", mmap_mode="r")
    assert found.dtype == numpy.uint8 and (found == LABELS).all()


def test_what_exists_and_what_is_read_is_not_replaced(tauvox, source, tmp_path):
    assert tauvox("convert", str(source), "a.h5").returncode == 0
    assert_refused(tauvox("convert", str(source), "a.h5"), 7, "--overwrite")
    assert tauvox("convert", str(source), "a.h5", "--overwrite").returncode == 0
    assert_refused(tauvox("convert", "a.h5", "a.h5", "--overwrite"), 2, "an output is the input")
    assert_refused(tauvox("convert", "a.h5", "a.xyz"), 2, "valid endings")
    (tmp_path / "s").mkdir()
    for z in range(3):
        tifffile.imwrite(tmp_path / "s" / f"a{z}.tif", LABELS[z])
    assert_refused(tauvox("convert", "s", "s/a2.tif", "--overwrite"), 2, "an output is the input")
    assert_refused(tauvox("convert", "s", "s/a3.tif"), 2, "an output is the input", "among the slices of s")
    (tmp_path / "b.mhd").write_text("ObjectType = Image\nNDims = 3\nDimSize = 16 14 12\nElementType = MET_UCHAR\n"
                                    "ElementDataFile = b.raw\n")
    (tmp_path / "b.raw").write_bytes(LABELS.tobytes())
    assert_refused(tauvox("convert", "b.mhd", "b.raw", "--overwrite"), 2, "an output is the input")


CLAIMS = {
    "a.npy": b"\x93NUMPY\x01\x00\x56\x00" + (b"{'descr': '|u1', 'fortran_order': False, "
                                             b"'shape': (100000, 100000, 100000), }").ljust(85) + b"\n" + bytes(1000),
    "a.mha": b"ObjectType = Image\nNDims = 3\nCompressedData = True\nDimSize = 100000 100000 100000\n"
             b"ElementType = MET_UCHAR\nElementDataFile = LOCAL\n" + zlib.compress(bytes(100_000)),
    "a.nrrd": b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 100000 100000 100000\nencoding: gzip\n\n"
              + zlib.compress(bytes(100_000)),
    "a.vti": b'<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
             b'<ImageData WholeExtent="0 100000 0 100000 0 100000" Origin="0 0 0" Spacing="1 1 1">'
             b'<Piece Extent="0 100000 0 100000 0 100000"><CellData><DataArray type="UInt8" Name="label" '
             b'format="ascii">0</DataArray></CellData></Piece></ImageData></VTKFile>',
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_of_1e15_voxels_are_refused_at_once(tauvox, tmp_path, name):
    (tmp_path / name).write_bytes(CLAIMS[name])
    start = time.monotonic()
    result = tauvox("inspect", name)
    assert_refused(result, 3, name)
    assert time.monotonic() - start < 5  # of a machine that does other things; alone it takes 0.05 s


def test_a_header_is_read_with_the_file_beside_it_and_no_other(tauvox, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.raw").write_bytes(LABELS.tobytes())
    (tmp_path / "in" / "b.raw").symlink_to(tmp_path / "secret.raw")
    (tmp_path / "in" / "b.mhd").write_text("ObjectType = Image\nNDims = 3\nDimSize = 16 14 12\n"
                                           "ElementType = MET_UCHAR\nElementDataFile = b.raw\n")
    (tmp_path / "in" / "c.raw").write_bytes(LABELS.tobytes())
    (tmp_path / "in" / "c.mhd").write_text((tmp_path / "in" / "b.mhd").read_text().replace("b.raw", "c.raw"))
    (tmp_path / "link.mhd").symlink_to("in/c.mhd")
    assert_refused(tauvox("inspect", "in/b.mhd"), 3, "link out of the folder", tmp_path / "secret.raw")
    for name in ["in/c.mhd", "link.mhd"]:
        assert tauvox("inspect", name).returncode == 0
    (tmp_path / "in" / "d.mhd").write_text((tmp_path / "in" / "b.mhd").read_text().replace("b.raw", "../secret.raw"))
    assert_refused(tauvox("inspect", "in/d.mhd"), 3, "another folder")


def test_points_of_a_vti_of_others(tauvox, tmp_path):
    labels = volumes.LABELS
    text = " ".join(map(str, labels.ravel()))
    image = '<ImageData WholeExtent="0 7 0 6 0 5" Origin="1 2 3" Spacing="0.5 1 2"><Piece Extent="0 7 0 6 0 5">'
    points = f'<PointData><DataArray type="Int32" Name="phase" format="ascii">{text}</DataArray>'
    (tmp_path / "one.vti").write_text(f'<?xml version="1.0"?><VTKFile type="ImageData">{image}{points}</PointData>'
                                      "<CellData></CellData></Piece></ImageData></VTKFile>")
    other = f'<DataArray type="UInt8" Name="grey" format="ascii">{text}</DataArray>'
    (tmp_path / "two.vti").write_text(f'<?xml version="1.0"?><VTKFile type="ImageData">{image}{points}{other}'
                                      "</PointData><CellData></CellData></Piece></ImageData></VTKFile>")
    for arguments in (["one.vti"], ["two.vti", "--dataset", "phase"], ["two.vti", "--dataset", "points/grey"]):
        result = tauvox("convert", *arguments, "out.npy", "--overwrite")
        assert result.returncode == 0, result.stderr
        assert "4 : 2 : 1" in result.stderr  # spacing without a unit
        assert (numpy.load(tmp_path / "out.npy") == labels).all()
    assert_refused(tauvox("inspect", "two.vti"), 2, "its points have phase, grey")
    assert_refused(tauvox("inspect", "two.vti", "--dataset", "x"), 3, "its points have phase, grey")
