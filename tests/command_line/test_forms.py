"""One volume through every form that is read, and every way to store it: D_eff to 1e-6, voxel size and axes.
Those that the program writes are in test_convert.py."""

import gzip
import json
import struct
import subprocess

import h5py
import numpy
import pytest
import tifffile
import volumes

LABELS = volumes.repeated(2)
NZ, NY, NX = LABELS.shape
STEPS = [2.0, 1.0, 0.5]  # z, y, x, um
SIZE = ["--voxel-size", "2,1,0.5um"]


def hdf5(path, data=LABELS, libver=None, **options):
    with h5py.File(path, "w", libver=libver) as file:
        file.create_dataset("volume", data=data, **options)
        file["volume"].attrs["element_size_um"] = STEPS


def fiji(path):
    hdf5(path, chunks=(4, 4, 8), compression="gzip")


def ilastik(path):
    tags = {"axes": [{"key": key, "typeFlags": 2, "resolution": step} for key, step in zip("xyzc", (0.5, 1, 2, 0))]}
    with h5py.File(path, "w") as file:
        file["exported_data"] = LABELS.T[..., None]
        file["exported_data"].attrs["axistags"] = json.dumps(tags)
        file["exported_data"].attrs["axis_units"] = json.dumps(dict.fromkeys("xyz", "um"))


def nexus(path):
    with h5py.File(path, "w") as file:
        group = file.create_group("entry/data")
        group.attrs.update({"NX_class": "NXdata", "axes": ["y", "x", "z"]})
        group["data"] = LABELS.transpose(1, 2, 0)
        for name, count, step in zip("zyx", LABELS.shape, STEPS):
            group[name] = step * numpy.arange(count)
            group[name].attrs["units"] = "um"


def dream3d(path):
    with h5py.File(path, "w") as file:
        file["DataContainers/Image/CellData/FeatureIds"] = LABELS[..., None].astype("i4")
        spacing = file.create_dataset("DataContainers/Image/_SIMPL_GEOMETRY/SPACING", data=numpy.array(STEPS[::-1], "f4"))
        spacing.attrs["units"] = "um"


def matlab(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["labels"] = LABELS.astype("f8")
        file["labels"].attrs["MATLAB_class"] = numpy.bytes_("double")


def imagej(path):
    tifffile.imwrite(path, LABELS, imagej=True, resolution=(2.0, 1.0), metadata={"spacing": 2.0, "unit": "um"})


def ome(path):
    sizes = {f"PhysicalSize{axis}": step for axis, step in zip("ZYX", STEPS)}
    units = {f"PhysicalSize{axis}Unit": "µm" for axis in "ZYX"}
    tifffile.imwrite(path, LABELS, ome=True, photometric="minisblack", metadata={"axes": "ZYX"} | sizes | units)


def pages(path, **options):
    tifffile.imwrite(path, LABELS, photometric="minisblack", **options)


def slices(path):
    path.mkdir()
    for z, layer in enumerate(LABELS):
        tifffile.imwrite(path / f"s{z}.tif", layer, photometric="minisblack")


def nrrd(path, encoding="raw"):
    data = LABELS.tobytes()
    head = (f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {NX} {NY} {NZ}\nspace dimension: 3\n"
            f"space units: \"um\" \"um\" \"um\"\nspace directions: (0.5,0,0) (0,1,0) (0,0,2)\nencoding: {encoding}\n\n")
    path.write_bytes(head.encode() + (gzip.compress(data) if encoding == "gzip" else data))


def nhdr(path):
    path.with_suffix(".raw").write_bytes(LABELS.astype(">u2").tobytes())
    path.write_text(f"NRRD0004\ntype: uint16\nendian: big\ndimension: 3\nsizes: {NX} {NY} {NZ}\nspace: left-posterior-superior\n"
                    f"space directions: (0.0005,0,0) (0,0.001,0) (0,0,0.002)\nencoding: raw\ndata file: {path.stem}.raw\n")


def nifti(path):
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, NX, NY, NZ, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 2, 8)  # uint8
    struct.pack_into("<8f", head, 76, 1, 0.5, 1, 2, 0, 0, 0, 0)
    struct.pack_into("<f", head, 108, 352)
    head[123] = 3  # um
    head[344:348] = b"n+1\0"
    data = bytes(head) + LABELS.tobytes()
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)


def metaimage(path):
    path.write_bytes((f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\nDimSize = {NX} {NY} {NZ}\n"
                      "ElementSpacing = 0.0005 0.001 0.002\nElementType = MET_SHORT\nElementDataFile = LOCAL\n").encode()
                     + LABELS.astype(">i2").tobytes())


def big_endian_raw(path):
    path.write_bytes(bytes(100) + LABELS.astype(">i4").tobytes())


RAW = ["--shape", f"{NZ},{NY},{NX}", "--dtype", "int32", "--byte-order", "big", "--header-bytes", "100"]
PARTS = (3, 5, 7)

# Name, what makes it, options.
FORMS = {
    "contiguous.h5": (hdf5, []),
    "fiji.h5": (fiji, []),
    "lzf.h5": (lambda p: hdf5(p, chunks=PARTS, compression="lzf", shuffle=True), []),
    "checked.h5": (lambda p: hdf5(p, LABELS.astype(">i4"), chunks=PARTS, compression="gzip", shuffle=True, fletcher32=True), []),
    "scaled.h5": (lambda p: hdf5(p, LABELS.astype("i4"), chunks=PARTS, scaleoffset=0), []),
    "latest.h5": (lambda p: hdf5(p, libver="latest", chunks=PARTS), []),
    "bool.h5": (lambda p: hdf5(p, LABELS > 0), []),
    "half.h5": (lambda p: hdf5(p, LABELS.astype("f2")), []),
    "ilastik.h5": (ilastik, []),
    "nexus.nxs": (nexus, []),
    "dream3d.dream3d": (dream3d, []),
    "matlab.mat": (matlab, SIZE),
    "imagej.tif": (imagej, []),
    "ome.ome.tif": (ome, []),
    "plain.tif": (pages, SIZE),
    "big.tif": (lambda p: pages(p, bigtiff=True), SIZE),
    "tiled.tif": (lambda p: pages(p, tile=(16, 16)), SIZE),
    "deflate.tif": (lambda p: pages(p, compression="zlib", predictor=True), SIZE),
    "motorola.tif": (lambda p: tifffile.imwrite(p, LABELS.astype("f8"), byteorder=">", photometric="minisblack"), SIZE),
    "slices": (slices, SIZE),
    "c.npy": (lambda p: numpy.save(p, LABELS.astype(">u8")), SIZE),
    "fortran.npy": (lambda p: numpy.save(p, numpy.asfortranarray(LABELS)), SIZE),
    "turned.npy": (lambda p: numpy.save(p, numpy.ascontiguousarray(LABELS.T)), ["--axes", "xyz", *SIZE]),
    "arrays.npz": (lambda p: numpy.savez_compressed(p, a=LABELS, b=LABELS), ["--dataset", "b", *SIZE]),
    "a.nrrd": (nrrd, []),
    "gzip.nrrd": (lambda p: nrrd(p, "gzip"), []),
    "b.nhdr": (nhdr, []),
    "a.nii": (nifti, []),
    "a.nii.gz": (nifti, []),
    "a.mha": (metaimage, []),
    "a.raw": (big_endian_raw, RAW + SIZE),
}


@pytest.fixture(scope="module")
def expected(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    numpy.save(folder / "plain.npy", LABELS)
    result = subprocess.run([program, "solve", folder / "plain.npy", "--phase", "0", "--axis", "all", "--device", "cpu", "--json",
                             "-", "--quiet", *SIZE], capture_output=True, text=True, timeout=120, check=True)
    return [r["quantities"]["effective_ratio"]["value"] for r in json.loads(result.stdout)["results"]]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_has_the_same_numbers(solve, tmp_path, expected, name):
    make, options = FORMS[name]
    make(tmp_path / name)
    report = solve(name, "--phase", "0", "--axis", "all", *options)
    found = [r["quantities"]["effective_ratio"]["value"] for r in report["results"]]
    assert found == pytest.approx(expected, rel=1e-6)
    assert report["input"]["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6], rel=1e-6)
