"""More HDF5 files for the reader tests: chunks of every kind, damage, and what other programs state. See make_fixtures.py."""

import ctypes
import json
import struct
import zlib

import h5py
import numpy

SHAPE = (6, 10, 14)
LABELS = numpy.fromfunction(lambda z, y, x: (3 * z + 5 * y + 7 * x) % 11, SHAPE, dtype=int)


def chunked(path, data=LABELS.astype("u1"), chunks=(3, 5, 7), **options):
    """A file of one chunked dataset."""
    with h5py.File(path, "w") as file:
        file.create_dataset("volume", data=data, chunks=chunks, **options)
    return path


def hdf5_good_chunks(folder):
    """Every way to store chunks that HDF5 has: all must give the formula."""
    wide = LABELS.astype("u4")
    chunked(folder / "chunks_uneven.h5", chunks=(4, 4, 5), compression="gzip")
    chunked(folder / "chunks_deep.h5", wide, chunks=(6, 3, 14), compression="gzip", shuffle=True, fletcher32=True)
    chunked(folder / "chunks_big_endian.h5", LABELS.astype(">i4"), compression="gzip", shuffle=True)
    chunked(folder / "chunks_half.h5", LABELS.astype("f2"), compression="gzip", shuffle=True)
    chunked(folder / "chunks_plain.h5", wide, chunks=(4, 4, 5))
    chunked(folder / "chunks_scale_offset.h5", LABELS.astype("i4"), scaleoffset=0)
    chunked(folder / "chunks_scale_gzip.h5", LABELS.astype("i4"), scaleoffset=0, compression="gzip")
    chunked(folder / "chunks_szip.h5", chunks=(2, 10, 14), compression="szip")
    chunked(folder / "chunks_masked.h5", wide, compression="gzip", shuffle=True)
    with h5py.File(folder / "chunks_masked.h5", "r+") as file:  # one chunk is only shuffled, one is bare
        file["volume"].id.write_direct_chunk((3, 5, 7), wide[3:, 5:, 7:].tobytes(), filter_mask=3)
        shuffled = numpy.frombuffer(wide[:3, :5, :7].tobytes(), "u1").reshape(-1, 4).T.tobytes()
        file["volume"].id.write_direct_chunk((0, 0, 0), shuffled, filter_mask=2)
    with h5py.File(folder / "chunks_two_deflates.h5", "w") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((3, 5, 7))
        plan.set_fletcher32()
        plan.set_deflate(1)
        plan.set_deflate(9)
        space = h5py.h5s.create_simple(SHAPE)
        h5py.h5d.create(file.id, b"volume", h5py.h5t.STD_U8LE, space, plan).write(
            h5py.h5s.ALL, h5py.h5s.ALL, LABELS.astype("u1"))
    with h5py.File(folder / "chunks_sum_inside.h5", "w") as file:  # the sum is packed too; enumeration of 16 bits
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((3, 5, 7))
        plan.set_fletcher32()
        plan.set_deflate(1)
        kind = h5py.h5t.py_create(h5py.enum_dtype({f"phase{i}": i for i in range(11)}, basetype=">u2"))
        space = h5py.h5s.create_simple(SHAPE)
        h5py.h5d.create(file.id, b"volume", kind, space, plan).write(h5py.h5s.ALL, h5py.h5s.ALL, LABELS.astype(">u2"))
    with h5py.File(folder / "chunks_bare_edges.h5", "w", libver="latest") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((4, 4, 5))
        plan.set_deflate(1)
        with open("/proc/self/maps") as maps:  # h5py has no name for this option
            library = next(line.split()[-1] for line in maps if "/libhdf5" in line and "_hl" not in line)
        ctypes.CDLL(library).H5Pset_chunk_opts(ctypes.c_int64(plan.id), 2)
        space = h5py.h5s.create_simple(SHAPE)
        h5py.h5d.create(file.id, b"volume", h5py.h5t.STD_U8LE, space, plan).write(
            h5py.h5s.ALL, h5py.h5s.ALL, LABELS.astype("u1"))
    for name, options in {"fixed": {}, "one": {"maxshape": (None, 10, 14)}, "any": {"maxshape": (None,) * 3}}.items():
        with h5py.File(folder / f"chunks_latest_{name}.h5", "w", libver="latest") as file:
            file.create_dataset("volume", data=wide, chunks=(4, 4, 5), compression="gzip", fletcher32=True, **options)


def hdf5_bad_chunks(folder):
    """Chunks that are not there, or not what they should be."""
    with h5py.File(folder / "part.h5", "w") as file:
        for name, fill in {"volume": None, "filled": 7}.items():
            part = file.create_dataset(name, SHAPE, "u1", chunks=(3, 5, 7), compression="gzip", fillvalue=fill)
            part[:3] = LABELS[:3]
            part[3:, :5, 7:] = LABELS[3:, :5, 7:]
        file.create_dataset("none", SHAPE, "u1", chunks=(3, 5, 7))
        file.create_dataset("never", SHAPE, "u1")
        file.create_dataset("tiny_chunks", (1000, 1000, 2000), "u1", chunks=(1, 1, 1))
    good = LABELS[3:, 5:, :7].astype("u1").tobytes()
    contents = {"short": good[:-1], "long": good + b"x", "empty": b"", "bomb": bytes(10**7)}
    for name, content in contents.items():
        with h5py.File(chunked(folder / f"chunk_{name}.h5", compression="gzip"), "r+") as file:
            file["volume"].id.write_direct_chunk((3, 5, 0), zlib.compress(content))
    for name, packed in {"cut": zlib.compress(good)[:-9], "noise": bytes(range(50))}.items():
        with h5py.File(chunked(folder / f"chunk_{name}.h5", compression="gzip"), "r+") as file:
            file["volume"].id.write_direct_chunk((3, 5, 0), packed)
    with h5py.File(chunked(folder / "chunk_masked_short.h5", compression="gzip"), "r+") as file:
        file["volume"].id.write_direct_chunk((3, 5, 0), good[:-4], filter_mask=1)
    for name, length in {"less": 80, "more": 200}.items():  # chunks without filters, lengths changed in their index
        plain = bytearray(chunked(folder / f"chunk_{name}.h5").read_bytes())
        key = struct.pack("<IIQQQQ", 105, 0, 3, 5, 0, 0)
        assert plain.count(key) == 1
        at = plain.find(key)
        plain[at : at + 4] = struct.pack("<I", length)
        (folder / f"chunk_{name}.h5").write_bytes(plain)
    flipped = bytearray(chunked(folder / "chunk_flipped.h5", shuffle=True, fletcher32=True).read_bytes())
    at = flipped.find(good)
    flipped[at + 20] ^= 1
    (folder / "chunk_flipped.h5").write_bytes(flipped)
    with h5py.File(folder / "not_bool.h5", "w") as file:
        file["volume"] = LABELS % 2 == 1
    content = bytearray((folder / "not_bool.h5").read_bytes())
    content[content.find((LABELS % 2 == 1).tobytes()) + 100] = 37
    (folder / "not_bool.h5").write_bytes(content)


def hdf5_unreadable(folder):
    """Objects that HDF5 cannot open, beside others and alone."""
    for name, others in {"beside": ["mask"], "among": ["mask", "grey"], "alone": []}.items():
        with h5py.File(folder / f"damaged_{name}.h5", "w", libver="latest") as file:
            for other in others:
                file["a/" + other] = LABELS.astype("u1")
            file["labels"] = LABELS.astype("u1")
            header = h5py.h5o.get_info(file["labels"].id).addr
        content = bytearray((folder / f"damaged_{name}.h5").read_bytes())
        assert content[header : header + 4] == b"OHDR"
        content[header + 12] ^= 1
        (folder / f"damaged_{name}.h5").write_bytes(content)
    with h5py.File(folder / "newer.h5", "w") as file:
        file["labels"] = LABELS.astype("u1")
    content = (folder / "newer.h5").read_bytes()
    layout = b"\x08\x00\x18\x00\x00\x00\x00\x00\x03\x01"  # a layout message of version 3, contiguous
    assert content.count(layout) == 1
    (folder / "newer.h5").write_bytes(content.replace(layout, layout[:8] + b"\x07\x01"))


def vigra_tags(keys, resolution=None):
    steps = resolution or [0] * len(keys)
    return json.dumps({"axes": [{"key": k, "typeFlags": 2, "resolution": r} for k, r in zip(keys, steps)]})


def hdf5_axes(folder):
    """Files that state their axes, in an order of their own: all must give the formula."""
    turned = LABELS.T.astype("u1")  # x, y, z
    with h5py.File(folder / "axes_tags.h5", "w") as file:
        file["exported_data"] = turned
        file["exported_data"].attrs["axistags"] = vigra_tags("xyz")
    with h5py.File(chunked(folder / "axes_labels.h5", turned, (5, 4, 5), compression="gzip"), "r+") as file:
        for dimension, name in zip(file["volume"].dims, "xyz"):
            dimension.label = name
    with h5py.File(folder / "axes_exchange.h5", "w") as file:
        file.create_dataset("exchange/data", data=turned.astype("i4"), chunks=(5, 4, 5), scaleoffset=0)
        file["exchange/data"].attrs["axes"] = "x:y:z"
        file["exchange/data"].attrs["units"] = "counts"
    with h5py.File(folder / "axes_nexus.h5", "w") as file:
        group = file.create_group("entry/data")
        group.attrs["NX_class"] = "NXdata"
        group.attrs["axes"] = ["voxel_y", "voxel_z", "voxel_x"]
        group.create_dataset("data", data=LABELS.transpose(1, 0, 2).astype(">u2"), chunks=(4, 4, 5), shuffle=True)
        for name, count, step, unit in [("z", 6, 50, "nm"), ("y", 10, 0.04, "um"), ("x", 14, -3e-8, "m")]:
            group["voxel_" + name] = 7 + step * numpy.arange(count) if name != "x" else step * numpy.arange(count)
            group["voxel_" + name].attrs["units"] = unit
    with h5py.File(folder / "axes_channel.h5", "w") as file:
        file["exported_data"] = LABELS[..., None].astype("u1")
        file["exported_data"].attrs["axistags"] = vigra_tags("zyxc", [2.0, 1.0, 0.5, 0])
        file["exported_data"].attrs["axis_units"] = json.dumps({"z": "um", "y": "um", "x": "um", "c": ""})
    with h5py.File(folder / "axes_first.h5", "w") as file:
        file["volume"] = LABELS.T[None].astype("u1")
        file["volume"].attrs["axes"] = ["c", "x", "y", "z"]
    with h5py.File(folder / "axes_disagree.h5", "w") as file:
        file["volume"] = turned
        file["volume"].attrs["axistags"] = vigra_tags("xyz")
        file["volume"].attrs["axes"] = "zyx"
    with h5py.File(folder / "axes_flat.h5", "w") as file:
        file["volume"] = turned[:, :, 0]
        file["volume"].attrs["axes"] = "x,y"
    plain = LABELS.astype("u1")
    unknown = {"axes": "a:b:c", "axistags": "{broken", "DIMENSION_LABELS": ["r", "phi", "z"], "voxel_size": [2.0, 1.0, 1.0],
               "units": "um", "axes_count": "zy"}
    for name, value in unknown.items():
        with h5py.File(folder / f"unknown_{name}.h5", "w") as file:
            file["volume"] = plain
            file["volume"].attrs["axes" if name == "axes_count" else name] = value
    content = (folder / "axes_tags.h5").read_bytes()
    heap = content.find(b"GCOL")
    for name, change in {"endless": 0, "beyond": 2**40}.items():  # its first object: free, of no length; too long
        head = bytes(8) if name == "endless" else content[heap + 16 : heap + 24]
        (folder / f"heap_{name}.h5").write_bytes(
            content[: heap + 16] + head + struct.pack("<Q", change) + content[heap + 32 :])
    with h5py.File(folder / "axes_theta.h5", "w") as file:
        file["exchange/data"] = plain
        file["exchange/data"].attrs["axes"] = "theta:y:x"
    for name, steps, unit in [("nm", [20, 10, 5], "nm"), ("none", [2, 1, 1], None), ("cubes", [1, 1, 1], None),
                              ("furlong", [3, 1, 1], "furlong")]:
        with h5py.File(folder / f"resolution_{name}.h5", "w") as file:
            file["volume"] = plain
            file["volume"].attrs["axistags"] = vigra_tags("zyx", steps)
            if unit:
                file["volume"].attrs["axis_units"] = json.dumps(dict.fromkeys("zyx", unit))
    for name, unit in {"dream3d": None, "dream3d_um": "um"}.items():
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["DataContainers/Image/CellData/FeatureIds"] = LABELS[..., None].astype("i4")
            file["DataContainers/Image/_SIMPL_GEOMETRY/SPACING"] = numpy.array([0.5, 1, 2], "f4")
            if unit:
                file["DataContainers/Image/_SIMPL_GEOMETRY/SPACING"].attrs["units"] = unit
    with h5py.File(folder / "simplnx.h5", "w") as file:
        file["DataStructure/Image/Cell Data/FeatureIds"] = LABELS[..., None].astype("i4")
        file["DataStructure/Image"].attrs["_SPACING"] = numpy.array([0.5, 1, 2], "f4")


MAKERS = [hdf5_good_chunks, hdf5_bad_chunks, hdf5_unreadable, hdf5_axes]
