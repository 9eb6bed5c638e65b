"""Input files for the reader tests, written by h5py and tifffile: the libraries users' files come from.

Usage: make_fixtures.py DIRECTORY. Needs the Debian packages python3-h5py and python3-tifffile.
Every volume follows one formula that tests/io/fixtures.hpp knows too: label(z, y, x) = (3 z + 5 y + 7 x) % 11.
"""

import ctypes
import json
import struct
import sys
import zlib
from pathlib import Path

import h5py
import numpy
import tifffile

SHAPE = (6, 10, 14)
Z, Y, X = numpy.indices(SHAPE)
LABELS = (3 * Z + 5 * Y + 7 * X) % 11
TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


def hdf5_types(folder):
    for kind in TYPES:
        for order in "<>":
            with h5py.File(folder / f"type_{'le' if order == '<' else 'be'}_{kind}.h5", "w") as file:
                file["volume"] = LABELS.astype(order + kind)
    with h5py.File(folder / "half.h5", "w") as file:
        file["volume"] = LABELS.astype("f2")
    with h5py.File(folder / "bool.h5", "w") as file:
        file["volume"] = LABELS % 2 == 1
    with h5py.File(folder / "enum.h5", "w") as file:
        names = h5py.enum_dtype({f"phase{i}": i for i in range(11)}, basetype="u1")
        file.create_dataset("volume", data=LABELS.astype("u1"), dtype=names)
    with h5py.File(folder / "bits.h5", "w") as file:  # 12 of 16 bits used, 3 bits further left
        kind = h5py.h5t.STD_U16BE.copy()
        kind.set_precision(12)
        kind.set_offset(3)
        space = h5py.h5s.create_simple(SHAPE)
        h5py.h5d.create(file.id, b"volume", kind, space).write(h5py.h5s.ALL, h5py.h5s.ALL, LABELS.astype("u2"))
    with h5py.File(folder / "bitfield.h5", "w") as file:
        dataset = h5py.h5d.create(file.id, b"volume", h5py.h5t.STD_B8LE, h5py.h5s.create_simple(SHAPE))
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, LABELS.astype("u1"), mtype=h5py.h5t.STD_B8LE)


def hdf5_storage(folder):
    storages = {
        "gzip": dict(chunks=(4, 5, 6), compression="gzip", shuffle=True),
        "slices": dict(chunks=(1, 10, 14), compression="gzip"),
        "fletcher": dict(chunks=(3, 10, 7), fletcher32=True),
        "unlimited": dict(chunks=(2, 4, 4), maxshape=(None, None, None)),
    }
    for name, options in storages.items():
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file.create_dataset("volume", data=LABELS.astype("u2"), **options)
    with h5py.File(folder / "latest.h5", "w", libver="latest") as file:
        file.create_dataset("a/b/volume", data=LABELS.astype("u1"), chunks=(4, 5, 6), compression="gzip")
    with h5py.File(folder / "user_block.mat", "w", userblock_size=1024) as file:
        file["volume"] = LABELS.astype("f8")
        file["volume"].attrs["MATLAB_class"] = numpy.bytes_("double")
    with open(folder / "user_block.mat", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    with h5py.File(folder / "size.h5", "w") as file:
        file["volume"] = LABELS.astype("u1")
        file["volume"].attrs["element_size_um"] = numpy.array([0.5, 0.4, 0.3], "f4")
    with h5py.File(folder / "bad_size.h5", "w") as file:
        file["volume"] = LABELS.astype("u1")
        file["volume"].attrs["element_size_um"] = [1.0, -1.0, 1.0]
    rows = numpy.arange(300 * 300).reshape(1, 300, 300)
    with h5py.File(folder / "many.h5", "w") as file:
        file["volume"] = (rows % 70000).astype("u4")
    with h5py.File(folder / "large.h5", "w") as file:  # several slabs: over 8 MB each way
        z, y, x = numpy.ogrid[0:40, 0:1000, 0:600]
        file.create_dataset("volume", data=((3 * z + 5 * y + 7 * x) % 11).astype("u1"), chunks=(16, 300, 600))
        file.create_dataset("thick", data=((3 * z + 5 * y + 7 * x) % 11).astype("u2"), chunks=(40, 300, 600))


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


def hdf5_shapes(folder):
    with h5py.File(folder / "shapes.h5", "w") as file:
        file["flat"] = LABELS[0].astype("u1")
        file["squeezed"] = LABELS[None, :, :, :, None].astype("u1")
        file["time"] = numpy.stack([LABELS, LABELS]).astype("u1")
        file["scalar"] = 7
        file["null"] = h5py.Empty("u1")
        file["empty"] = numpy.zeros((0, 4, 5), "u1")
        file["compound"] = numpy.zeros((2, 3, 4), [("a", "u1"), ("b", "f4")])
        file["text"] = numpy.full((2, 3, 4), b"abc")
        file.create_dataset("ragged", (2, 3, 4), h5py.vlen_dtype("u1"))
        file.create_dataset("names", (2, 3, 4), h5py.string_dtype())
    with h5py.File(folder / "flat_only.h5", "w") as file:
        file["image"] = LABELS[0].astype("u1")
    with h5py.File(folder / "nothing.h5", "w") as file:
        file["angle"] = numpy.zeros(5)
    with h5py.File(folder / "several.h5", "w") as file:
        file["one/first"] = LABELS.astype("u1")
        file["one/second"] = LABELS.astype("u2")
        file["three"] = LABELS.astype("f4")


def hdf5_links(folder):
    with h5py.File(folder / "target.h5", "w") as file:
        file["group/volume"] = LABELS.astype("u1")
    with h5py.File(folder / "links.h5", "w") as file:
        file["real/volume"] = LABELS.astype("u1")
        file["soft"] = h5py.SoftLink("/real/volume")
        file["real/beside"] = h5py.SoftLink("volume")
        file["folder"] = h5py.SoftLink("/real")
        file["external"] = h5py.ExternalLink("target.h5", "/group/volume")
        file["between"] = h5py.ExternalLink("target.h5", "/group")
        file["soft_out"] = h5py.SoftLink("/between/volume")
        file["loop_a"] = h5py.SoftLink("/loop_b")
        file["loop_b"] = h5py.SoftLink("/loop_a")
        file["real/root"] = file["/"]  # a hard link cycle
    with h5py.File(folder / "outside.h5", "w") as file:
        (folder / "outside.bin").write_bytes(LABELS.astype("u1").tobytes())
        file.create_dataset("stored", SHAPE, "u1", external=[(str(folder / "outside.bin"), 0, h5py.h5f.UNLIMITED)])
        layout = h5py.VirtualLayout(SHAPE, "u1")
        layout[...] = h5py.VirtualSource(str(folder / "target.h5"), "group/volume", SHAPE)
        file.create_virtual_dataset("virtual", layout)
    with h5py.File(folder / "deep.h5", "w") as file:
        group = file
        for _ in range(200):
            group = group.create_group("g")
        group["volume"] = LABELS.astype("u1")
    with h5py.File(folder / "crowd.h5", "w", libver="latest") as file:
        for i in range(12000):
            file.create_group(f"g{i}")
    with h5py.File(folder / "filter.h5", "w") as file:
        # lzf is h5py's own filter; HDF5 alone does not have it
        file.create_dataset("volume", data=LABELS.astype("u1"), chunks=SHAPE, compression="lzf")
    with h5py.File(folder / "bomb.h5", "w") as file:
        file.create_dataset("volume", (100000, 100000, 100000), "u1", chunks=(64, 64, 64), compression="gzip")
    whole = (folder / "gzip.h5").read_bytes()
    (folder / "truncated.h5").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray((folder / "fletcher.h5").read_bytes())
    at = damaged.find(LABELS[:3, :, :7].astype("u2").tobytes())
    assert at > 0
    damaged[at + 20] ^= 1
    (folder / "damaged.h5").write_bytes(damaged)


def float_contents(folder):
    grey = LABELS.astype("f4") + 0.25
    with h5py.File(folder / "grey.h5", "w") as file:
        file["volume"] = grey
        holes = LABELS.astype("f8")
        holes[2, 3, 4] = numpy.nan
        holes[2, 3, 5] = numpy.inf
        holes[5, 9, 13] = -numpy.inf
        file["holes"] = holes
        file["signed"] = (LABELS - 1).astype("i1")
        file["huge"] = numpy.full((2, 2, 2), 2**63 + 5, "u8")


def tiff_series(folder, labels):
    """Pages that are no slices, and files with two stacks."""
    grey = {"photometric": "minisblack", "metadata": None, "contiguous": False}
    small = numpy.ascontiguousarray(labels[:, ::2, ::2])
    with tifffile.TiffWriter(folder / "reduced_pages.tif") as file:
        for page, copy in zip(labels, small):
            file.write(page, **grey)
            file.write(copy, subfiletype=1, **grey)
    with tifffile.TiffWriter(folder / "thumbnail_first.tif") as file:
        file.write(small[0], **grey)
        for page in labels:
            file.write(page, **grey)
    with tifffile.TiffWriter(folder / "colour_thumbnail_last.tif") as file:
        for page in labels:
            file.write(page, **grey)
        file.write(numpy.stack([small[0]] * 3, -1), photometric="rgb", metadata=None, contiguous=False)
    with tifffile.TiffWriter(folder / "pyramid.tif") as file:
        for page in [*labels, *small]:
            file.write(page, **grey)
    with tifffile.TiffWriter(folder / "two_series.tif") as file:
        file.write(labels, photometric="minisblack")
        file.write(labels, photometric="minisblack")
    with tifffile.TiffWriter(folder / "two_sizes.tif") as file:
        for page in [*labels, *labels[:4, :, :7]]:
            file.write(page, **grey)


def tiff_samples(folder, labels):
    """Grey values as colours, with and without alpha; slices as colours; labels drawn in colours."""
    opaque = numpy.full_like(labels, 255)

    def write(name, *samples, axis=-1, **options):
        tifffile.imwrite(folder / name, numpy.stack(samples, axis), metadata=None, **options)

    write("rgb_equal.tif", labels, labels, labels, photometric="rgb")
    tifffile.imwrite(folder / "rgb_described.tif", numpy.stack([labels] * 3, -1), photometric="rgb")
    tifffile.imwrite(folder / "rgb_ome.tif", numpy.stack([labels] * 3, -1), photometric="rgb", ome=True,
                     metadata={"axes": "ZYXS"})
    write("rgb_tiled.tif", labels, labels, labels, photometric="rgb", tile=(16, 16))
    write("rgb_planar.tif", labels, labels, labels, axis=1, photometric="rgb", planarconfig="separate")
    write("rgba.tif", labels, labels, labels, opaque, photometric="rgb", extrasamples=["unassalpha"])
    write("grey_alpha.tif", labels, opaque, photometric="minisblack", planarconfig="contig",
          extrasamples=["unassalpha"])
    wide = [sample.astype("u2") for sample in [labels, labels, labels, opaque]]
    write("rgba_16.tif", *wide, photometric="rgb", extrasamples=["assocalpha"], byteorder=">")
    write("rgb.tif", labels, labels, labels[::-1], photometric="rgb")
    write("rgba_slices.tif", labels, labels, labels, labels + 1, photometric="rgb", extrasamples=["unassalpha"])
    write("grey_two.tif", labels, opaque, photometric="minisblack", planarconfig="contig", extrasamples=["unspecified"])
    tifffile.imwrite(folder / "three_slices.tif", labels[:3], photometric="rgb", planarconfig="separate")


def tiff(folder):
    for kind in ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"]:
        for order in "<>":
            name = folder / f"type_{'le' if order == '<' else 'be'}_{kind}.tif"
            tifffile.imwrite(name, LABELS.astype(kind), byteorder=order, photometric="minisblack")
    labels = LABELS.astype("u1")
    tifffile.imwrite(folder / "deflate.tif", labels, compression="zlib", photometric="minisblack")
    tifffile.imwrite(folder / "big.tif", labels, bigtiff=True, photometric="minisblack")
    tifffile.imwrite(folder / "tiled.tif", LABELS.astype("u2"), tile=(16, 16), photometric="minisblack")
    tifffile.imwrite(folder / "strips.tif", labels, rowsperstrip=3, photometric="minisblack")
    tifffile.imwrite(folder / "white.tif", labels, photometric="miniswhite")
    tifffile.imwrite(folder / "palette.tif", labels, photometric="palette", colormap=numpy.zeros((3, 256), "u2"))
    tiff_series(folder, labels)
    tiff_samples(folder, labels)
    tifffile.imwrite(folder / "one_page.tif", labels[0], photometric="minisblack")
    with tifffile.TiffWriter(folder / "mixed.tif") as file:
        for page in [labels[0], labels[1], labels[2, :5]]:
            file.write(page, photometric="minisblack", contiguous=False)
    with tifffile.TiffWriter(folder / "mixed_type.tif") as file:
        for page in [labels[0], labels[1].astype("u2")]:
            file.write(page, photometric="minisblack", contiguous=False)
    calibration = {"spacing": 0.5, "unit": "um"}
    tifffile.imwrite(folder / "imagej.tif", labels, imagej=True, resolution=(4.0, 2.0), metadata=calibration)
    tifffile.imwrite(folder / "imagej_inch.tif", labels, imagej=True, resolution=(72, 72),
                     metadata={"spacing": 1.0, "unit": "inch"})
    tifffile.imwrite(folder / "hyperstack.tif", labels.reshape(3, 2, *SHAPE[1:]), imagej=True,
                     metadata={"axes": "ZCYX"})
    # ImageJ's way above 4 GB: one directory, all slices behind it, the number only in the description
    note = f"ImageJ=1.53t\nimages={SHAPE[0]}\nslices={SHAPE[0]}\n"
    hidden = dict(photometric="minisblack", description=note, metadata=None, byteorder=">")
    tifffile.imwrite(folder / "hidden.tif", LABELS[0].astype("u2"), **hidden)
    with tifffile.TiffFile(folder / "hidden.tif") as file:
        offset = file.pages[0].dataoffsets[0]
    content = (folder / "hidden.tif").read_bytes()
    (folder / "hidden.tif").write_bytes(content[:offset] + LABELS.astype(">u2").tobytes())
    (folder / "hidden_cut.tif").write_bytes(content[:offset] + LABELS[:5].astype(">u2").tobytes())
    tifffile.imwrite(folder / "announced.tif", labels[:2], photometric="minisblack", description=note, metadata=None)

    whole = (folder / "big.tif").read_bytes()
    plain = (folder / "type_le_u1.tif").read_bytes()
    tifffile.imwrite(folder / "cut_data.tif", LABELS.astype("u2"), photometric="minisblack", compression="zlib")
    (folder / "cut_header.tif").write_bytes(whole[:200])
    with tifffile.TiffFile(folder / "type_le_u1.tif") as file:
        last = file.pages[-1].dataoffsets[0]
        first_directory, second = file.pages[0].offset, file.pages[1].offset
    (folder / "cut_data.tif").write_bytes(plain[: last + 10])
    loop = bytearray(plain)  # the next-directory field of page 2 points back to page 1
    count = struct.unpack_from("<H", loop, second)[0]
    struct.pack_into("<I", loop, second + 2 + 12 * count, first_directory)
    (folder / "loop.tif").write_bytes(loop)


def other_formats(folder):
    numpy.save(folder / "array.npy", LABELS.astype("u1"))
    numpy.savez(folder / "array.npz", volume=LABELS.astype("u1"))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for make in [hdf5_types, hdf5_storage, hdf5_good_chunks, hdf5_bad_chunks, hdf5_unreadable, hdf5_axes, hdf5_shapes,
                 hdf5_links, float_contents, tiff, other_formats]:
        make(target)
    print(f"{len(list(target.iterdir()))} files in {target}")
