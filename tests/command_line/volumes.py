"""Input files for the tests of the command line, written by h5py, tifffile and numpy."""

import os
from pathlib import Path

import h5py
import numpy
import tifffile

SHAPE = (6, 7, 8)
Z, Y, X = numpy.indices(SHAPE)
LABELS = ((3 * Z + 5 * Y + 7 * X) % 11 % 3).astype("u1")  # 0, 1, 2 in a pattern that percolates


def repeated(times):
    """LABELS with each voxel as a block of times^3."""
    return LABELS.repeat(times, 0).repeat(times, 1).repeat(times, 2)


def hdf5(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, data in datasets.items():
            file[name] = data
    return path


def layers(along, *values, size=(4, 4, 4)):
    """One slab of each value along an axis."""
    index = numpy.indices(size)[along] * len(values) // size[along]
    return numpy.asarray(values, "u1")[index]


def make_all(folder):
    folder = Path(folder)
    hdf5(folder / "cathode.h5", volume=LABELS)
    tifffile.imwrite(folder / "cathode.tif", LABELS, photometric="minisblack")
    LABELS.tofile(folder / "cathode.raw")
    tifffile.imwrite(folder / "no_unit.tif", LABELS, imagej=True, metadata={"axes": "ZYX", "spacing": 5.0})
    os.mkfifo(folder / "pipe.h5")
    os.mkfifo(folder / "pipe.toml")
    (folder / "slices").mkdir()
    (folder / "text.h5").write_text("label,volume\n1,2\n")
    (folder / "picture.h5").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "nothing.h5").touch()
    with h5py.File(folder / "user_block.h5", "w", userblock_size=512) as file:
        file["volume"] = LABELS
    hdf5(folder / "several.h5", **{"scan/first": LABELS, "scan/second": LABELS.astype("u2")})
    hdf5(folder / "flat.h5", image=LABELS[0])
    tifffile.imwrite(folder / "flat.tif", LABELS[0], photometric="minisblack")
    hdf5(folder / "time.h5", volume=numpy.stack([LABELS, LABELS]))
    hdf5(folder / "scalar.h5", volume=7)
    hdf5(folder / "null.h5", volume=h5py.Empty("u1"))
    hdf5(folder / "empty_axis.h5", volume=numpy.zeros((0, 4, 5), "u1"))
    whole = LABELS.astype("f4")
    hdf5(folder / "float.h5", volume=whole)
    tifffile.imwrite(folder / "float.tif", whole, photometric="minisblack")
    whole.tofile(folder / "float.raw")
    hdf5(folder / "grey.h5", volume=whole + numpy.float32(0.25))
    holes = whole.copy()
    holes[1, 2, 3] = numpy.nan
    holes[5, 6, 7] = numpy.inf
    hdf5(folder / "holes.h5", volume=holes)
    hdf5(folder / "negative.h5", volume=LABELS.astype("i1") - numpy.int8(1))
    hdf5(folder / "sixteen_bit.h5", volume=LABELS.astype("u2") * 30000)
    hdf5(folder / "many.h5", volume=numpy.arange(300, dtype="u2").reshape(1, 15, 20))
    hdf5(folder / "too_many.h5", volume=numpy.arange(70000, dtype="u4").reshape(7, 100, 100))
    hdf5(folder / "big_endian.h5", volume=LABELS.astype(">u2"))
    hdf5(folder / "bool.h5", volume=LABELS == 0)
    hdf5(folder / "compound.h5", volume=numpy.zeros(SHAPE, [("a", "u1"), ("b", "f4")]))
    hdf5(folder / "string.h5", volume=numpy.full(SHAPE, b"abc"))
    with h5py.File(folder / "enum.h5", "w") as file:
        names = h5py.enum_dtype({"pore": 0, "active": 1, "binder": 2}, basetype="u1")
        file.create_dataset("volume", data=LABELS, dtype=names)
    with h5py.File(folder / "ragged.h5", "w") as file:
        file.create_dataset("volume", SHAPE, h5py.vlen_dtype("u1"))
    content = (folder / "cathode.h5").read_bytes()
    (folder / "cut.h5").write_bytes(content[: len(content) // 2])
    content = (folder / "cathode.tif").read_bytes()
    (folder / "cut.tif").write_bytes(content[: len(content) // 2])
    # 4000^3 voxels in no blocks on the disk: the run needs more memory than any test machine has.
    with open(folder / "huge.raw", "wb") as file:
        file.truncate(4000**3)
