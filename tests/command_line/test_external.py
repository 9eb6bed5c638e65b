"""HDF5 files whose values lie in other files: none is opened unless its folder is named, and nothing that is missing
is read as a fill value."""

import hashlib
import json
import shutil
import subprocess
import zlib

import h5py
import numpy
import pytest
import volumes
from conftest import UNTRACED, assert_refused

LABELS = volumes.repeated(4)
DEPTH = len(LABELS)
REST = LABELS.shape[1:]


def hdf5(path, data, name="d", **options):
    with h5py.File(path, "w") as file:
        file.create_dataset(name, data=data, **options)


def virtual(path, sources, shape=LABELS.shape, kind="u1", fill=1):
    """`sources`: place in the dataset -> file, shape."""
    layout = h5py.VirtualLayout(shape, kind)
    for place, (name, part) in sources:
        layout[place] = h5py.VirtualSource(name, "d", part)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("v", layout, fillvalue=fill)


@pytest.fixture
def folder(tmp_path):
    """One volume in many ways, its parts in parts/."""
    parts = tmp_path / "parts"
    parts.mkdir()
    hdf5(parts / "target.h5", LABELS, "g/volume", chunks=(6, 7, 8), compression="gzip")
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["there"] = h5py.ExternalLink("parts/target.h5", "/g/volume")
    with h5py.File(tmp_path / "between.h5", "w") as file:
        file["there"] = h5py.ExternalLink("parts/target.h5", "/g")
    with h5py.File(tmp_path / "nexus.h5", "w") as file:  # as Savu writes it
        group = file.create_group("entry/final_result_tomo")
        group.attrs["axes"] = ["z", "y", "x"]
        group["data"] = h5py.ExternalLink("parts/target.h5", "/g/volume")
        for name, count in zip("zyx", LABELS.shape):
            group[name] = 0.5 * numpy.arange(count)
            group[name].attrs["units"] = "um"
    (parts / "a.bin").write_bytes(LABELS[:10].tobytes())
    (parts / "b.bin").write_bytes(b"head" + LABELS[10:].tobytes())
    (parts / "turned.bin").write_bytes(LABELS.T.astype(">i2").tobytes())
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.create_dataset("v", LABELS.shape, "u1", external=[
            ("parts/a.bin", 0, LABELS[:10].size), ("parts/b.bin", 4, h5py.h5f.UNLIMITED)])
    with h5py.File(tmp_path / "raw_turned.h5", "w") as file:
        file.create_dataset("v", LABELS.T.shape, ">i2", external=[(str(parts / "turned.bin"), 0, h5py.h5f.UNLIMITED)])
        file["v"].attrs["axes"] = "x:y:z"
    for i in range(4):
        hdf5(parts / f"p{i}.h5", LABELS[6 * i:6 * i + 6], chunks=(3, 7, 8), compression="gzip")
    blocks = [(slice(6 * i, 6 * i + 6), (f"parts/p{i}.h5", (6, *REST))) for i in range(4)]
    virtual(tmp_path / "virtual.h5", blocks)
    for i in range(3):
        hdf5(parts / f"every{i}.h5", LABELS[i::3])
    virtual(tmp_path / "virtual_strides.h5",
            [(slice(i, None, 3), (f"parts/every{i}.h5", (DEPTH // 3, *REST))) for i in range(3)])
    for i in range(DEPTH):
        hdf5(parts / f"z{i:02}.h5", LABELS[i])
    virtual(tmp_path / "virtual_slices.h5", [(i, (f"parts/z{i:02}.h5", REST)) for i in range(DEPTH)])
    virtual(tmp_path / "virtual_gap.h5", blocks[:3])
    virtual(tmp_path / "virtual_twice.h5", [*blocks[:3], (slice(0, 6), blocks[3][1])])
    hdf5(parts / "wide.h5", LABELS[18:].astype("u2") + 256)  # which HDF5 would clip to 255
    virtual(tmp_path / "virtual_types.h5", [*blocks[:3], (slice(18, 24), ("parts/wide.h5", (6, *REST)))])
    return tmp_path


GOOD = ["link", "between", "nexus", "raw", "raw_turned", "virtual", "virtual_strides", "virtual_slices"]


@pytest.mark.parametrize("name", GOOD)
def test_files_of_a_named_folder_are_read_and_no_others(tauvox, folder, name):
    refused = tauvox("inspect", f"{name}.h5")
    assert refused.returncode in (3, 4) and "--external-files" in refused.stderr, refused.stderr
    assert "--external-files" in tauvox("inspect", f"{name}.h5", "--external-files", folder.parent / "nowhere").stderr
    (folder / "empty").mkdir()
    elsewhere = tauvox("inspect", f"{name}.h5", "--external-files", "empty")
    assert elsewhere.returncode == 3 and "folder of --external-files" in elsewhere.stderr, elsewhere.stderr
    for crop, wanted in [([], LABELS), (["--crop", "5:19,3:,:9"], LABELS[5:19, 3:, :9])]:
        result = tauvox("convert", f"{name}.h5", "out.npy", "--overwrite", "--external-files", "parts", *crop)
        assert result.returncode == 0, result.stderr
        assert (numpy.load(folder / "out.npy") == wanted).all()
        assert "read besides, and part of the SHA-256" in result.stderr


def test_what_the_naming_file_states_counts(tauvox, folder):
    result = tauvox("inspect", "nexus.h5", "--external-files", "parts")
    assert "0.5, 0.5, 0.5 um (coordinates in /entry/final_result_tomo)" in result.stdout


def test_the_hash_is_of_all_files_in_their_order(tauvox, folder):
    def sha256():
        result = tauvox("inspect", "raw.h5", "--external-files", "parts", "--json", "-")
        return json.loads(result.stdout)["input"]["sha256"]

    parts = [folder / "raw.h5", folder / "parts/a.bin", folder / "parts/b.bin"]
    assert sha256() == hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    before = sha256()
    (folder / "parts/b.bin").write_bytes(b"foot" + LABELS[10:].tobytes())
    assert sha256() != before


def test_a_virtual_dataset_of_its_own_file_needs_no_leave(tauvox, folder):
    with h5py.File(folder / "own.h5", "w") as file:
        file["half"] = LABELS[:12]
        file["other"] = LABELS[12:]
        layout = h5py.VirtualLayout(LABELS.shape, "u1")
        layout[:12] = h5py.VirtualSource(file["half"])
        layout[12:] = h5py.VirtualSource(file["other"])
        file.create_virtual_dataset("v", layout)
    assert tauvox("convert", "own.h5", "out.npy", "--dataset", "v").returncode == 0
    assert (numpy.load(folder / "out.npy") == LABELS).all()


def move_away(folder):
    (folder / "parts/p2.h5").rename(folder / "p2.h5")


def empty_chunk(folder):
    with h5py.File(folder / "parts/p2.h5", "w") as file:
        part = file.create_dataset("d", (6, *REST), "u1", chunks=(3, 7, 8), compression="gzip")
        part[:3] = LABELS[12:15]


def short_chunk(folder):
    with h5py.File(folder / "parts/p2.h5", "r+") as file:
        file["d"].id.write_direct_chunk((0, 0, 0), zlib.compress(bytes(60)))


def smaller(folder):
    hdf5(folder / "parts/p2.h5", LABELS[12:17])


def another_name(folder):
    hdf5(folder / "parts/p2.h5", LABELS[12:18], "e")


def link_out(folder):
    shutil.copy(folder / "parts/p2.h5", folder / "p2.h5")
    (folder / "parts/p2.h5").unlink()
    (folder / "parts/p2.h5").symlink_to(folder / "p2.h5")


def of_another(folder):
    (folder / "parts/p2.h5").unlink()
    virtual(folder / "parts/p2.h5", [(slice(0, 6), ("p3.h5", (6, *REST)))], (6, *REST))
    with h5py.File(folder / "parts/p2.h5", "r+") as file:
        file.move("v", "d")


DAMAGES = {move_away: "p2.h5", empty_chunk: "never written",
           short_chunk: "unpacks to 60 bytes in place of 168", smaller: "too small", another_name: "p2.h5:d",
           link_out: "not in the folder", of_another: "sources of its own"}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_source_that_is_not_whole_is_no_fill_value(tauvox, folder, damage):
    damage(folder)
    result = tauvox("inspect", "virtual.h5", "--external-files", "parts")
    assert_refused(result, 3, DAMAGES[damage])
    # what lies in other sources is not asked for, but where the file itself cannot be looked at
    part = tauvox("inspect", "virtual.h5", "--external-files", "parts", "--crop", ":12,:,:")
    assert part.returncode == (0 if damage in (empty_chunk, short_chunk) else 3)


@pytest.mark.parametrize("name, fact", [("virtual_gap", "have no source"), ("virtual_twice", "have no source"),
                                        ("virtual_types", "another type")])
def test_a_virtual_dataset_that_is_not_whole_is_refused(tauvox, folder, name, fact):
    assert_refused(tauvox("inspect", f"{name}.h5", "--external-files", "parts"), 3, fact)


def test_raw_storage_that_is_too_short_is_no_zeros(tauvox, folder):
    (folder / "parts/b.bin").write_bytes(b"head" + LABELS[10:-1].tobytes())
    assert_refused(tauvox("inspect", "raw.h5", "--external-files", "parts"), 3, "too short", "b.bin")
    (folder / "parts/a.bin").unlink()
    assert_refused(tauvox("inspect", "raw.h5", "--external-files", "parts"), 3, "a.bin", "No such file")


def test_a_link_that_leads_nowhere_could_be_the_volume(tauvox, folder):
    hdf5(folder / "other.h5", LABELS)
    with h5py.File(folder / "other.h5", "r+") as file:
        file["gone"] = h5py.ExternalLink("parts/gone.h5", "/v")
    assert tauvox("inspect", "other.h5").returncode == 0
    result = tauvox("inspect", "other.h5", "--external-files", "parts")
    assert_refused(result, 3, "/gone", "--dataset")
    assert tauvox("inspect", "other.h5", "--external-files", "parts", "--dataset", "d").returncode == 0


def test_links_in_a_circle_end(tauvox, folder):
    for name, other in [("a", "b"), ("b", "a")]:
        with h5py.File(folder / f"parts/{name}.h5", "w") as file:
            file["v"] = h5py.ExternalLink(f"{other}.h5", "/v")
    result = tauvox("inspect", "parts/a.h5", "--external-files", "parts", timeout=30)
    assert result.returncode == 3 and "/v" in result.stderr, result.stderr


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
@pytest.mark.parametrize("options", [[], ["--external-files", "."]])
def test_a_file_elsewhere_is_not_opened_once(program, folder, options):
    with h5py.File(folder / "secret.h5", "w") as file:
        file.create_dataset("v", (5, 5, 5), "u1", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])
        file["link"] = h5py.ExternalLink("/etc/passwd", "/v")
        layout = h5py.VirtualLayout((5, 5, 5), "u1")
        layout[...] = h5py.VirtualSource("/etc/passwd", "v", (5, 5, 5))
        file.create_virtual_dataset("virtual", layout)
    for dataset in ("v", "link", "virtual"):
        result = subprocess.run(["strace", "-f", "-o", "trace", "-e", "trace=open,openat,openat2", program, "inspect",
                                 "secret.h5", "--dataset", dataset, *options], cwd=folder, capture_output=True, text=True,
                                env=UNTRACED)
        trace = (folder / "trace").read_text()
        assert "secret.h5" in trace or "ptrace" in result.stderr
        assert result.returncode == 3 and "passwd" not in trace, (dataset, result.stderr)


def test_a_batch_does_not_follow_them(tauvox, folder):
    """It knows volumes by the hash of the files that it was given: a change elsewhere would pass unseen."""
    result = tauvox("batch", "virtual.h5", "--external-files", "parts", "--voxel-size", "1um", "-o", "lot")
    assert_refused(result, 2, "--external-files")


OTHERS = {"link": "target.h5", "nexus": "target.h5", "raw": "b.bin", "virtual": "p2.h5", "virtual_slices": "z07.h5"}


@pytest.mark.parametrize("name", OTHERS)
def test_an_output_replaces_none_of_the_files_that_are_read(tauvox, folder, name):
    other = folder / "parts" / OTHERS[name]
    (folder / "same.h5").hardlink_to(other)
    (folder / "near.npy").symlink_to(other)
    before, options = other.read_bytes(), ["--external-files", "parts", "--overwrite"]
    for command in (["convert", f"{name}.h5", "near.npy"], ["convert", f"{name}.h5", "same.h5"],
                    ["inspect", f"{name}.h5", "--json", str(other)],
                    ["solve", f"{name}.h5", "--phase", "0", "--axis", "z", "--csv", f"parts/../parts/{other.name}"]):
        assert_refused(tauvox(*command, *options), 2, "an output is the input", other)
    assert other.read_bytes() == before
    assert tauvox("convert", f"{name}.h5", "parts/new.h5", *options).returncode == 0


def test_nor_of_those_that_the_mask_names(tauvox, folder):
    (folder / "parts/p2.h5").rename(folder / "report.h5")
    (folder / "parts/p2.h5").hardlink_to(folder / "report.h5")
    assert_refused(tauvox("convert", "raw.h5", "report.h5", "--mask", "virtual.h5", "--external-files", "parts", "--overwrite"),
                   2, "an output is the input", "p2.h5")
    (folder / "mask.mhd").write_text("ObjectType = Image\nNDims = 3\nDimSize = 5 5 5\nElementType = MET_UCHAR\n"
                                     "ElementDataFile = mask.raw\n")
    (folder / "mask.raw").write_bytes(bytes(125))
    assert_refused(tauvox("convert", "virtual.h5", "mask.raw", "--mask", "mask.mhd", "--external-files", "parts", "--overwrite"),
                   2, "an output is the input", "mask.raw")


def test_a_virtual_dataset_of_a_virtual_dataset_is_refused_with_a_way_out(tauvox, folder):
    """HDF5 1.10 reads the fill value there, without a word."""
    with h5py.File(folder / "parts/inner.h5", "w") as file:
        layout = h5py.VirtualLayout(LABELS.shape, "u1")
        for i in range(4):
            layout[6 * i:6 * i + 6] = h5py.VirtualSource(f"p{i}.h5", "d", (6, *REST))
        file.create_virtual_dataset("d", layout, fillvalue=1)
    virtual(folder / "outer.h5", [(slice(0, DEPTH), ("parts/inner.h5", LABELS.shape))])
    result = tauvox("inspect", "outer.h5", "--external-files", "parts")
    assert_refused(result, 3, "parts/inner.h5:d", "sources of its own", "out['labels'] = file['labels'][...]")
    with h5py.File(folder / "parts/inner.h5") as file, h5py.File(folder / "parts/copy.h5", "w") as out:  # as it says
        out["d"] = file["d"][...]
    virtual(folder / "outer.h5", [(slice(0, DEPTH), ("parts/copy.h5", LABELS.shape))])
    assert tauvox("convert", "outer.h5", "out.npy", "--external-files", "parts").returncode == 0
    assert (numpy.load(folder / "out.npy") == LABELS).all()


@pytest.mark.parametrize("name", ["parts/p%b.h5", "parts/p0.h5"])
def test_sources_without_a_fixed_number_are_refused_with_a_way_out(tauvox, folder, name):
    """How many there are is what HDF5 finds: files that are missing at the end would be a smaller volume."""
    place, part = h5py.h5s.create_simple((6, *REST), (h5py.h5s.UNLIMITED, *REST)), h5py.h5s.create_simple((6, *REST))
    if "%b" not in name:
        part = h5py.h5s.create_simple((6, *REST), (h5py.h5s.UNLIMITED, *REST))
        part.select_hyperslab((0, 0, 0), (h5py.h5s.UNLIMITED, 1, 1), (6, *REST), (6, *REST))
    place.select_hyperslab((0, 0, 0), (h5py.h5s.UNLIMITED, 1, 1), (6, *REST), (6, *REST))
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_virtual(place, name.encode(), b"d", part)
    with h5py.File(folder / "open.h5", "w") as file:
        h5py.h5d.create(file.id, b"v", h5py.h5t.NATIVE_UINT8, place, creation)
    result = tauvox("inspect", "open.h5", "--external-files", "parts")
    assert_refused(result, 3, "virtual dataset without fixed sources", f"{name}:d", "out['labels'] = file['labels'][...]")
    with h5py.File(folder / "open.h5") as file, h5py.File(folder / "copy.h5", "w") as out:  # as it says
        out["labels"] = file["v"][...]
    assert tauvox("inspect", "copy.h5").returncode == 0
