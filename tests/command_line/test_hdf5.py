"""HDF5 files as they come: damaged, unfinished, and with axes and voxel sizes of other programs."""

import json
import os

import h5py
import numpy
import pytest
import volumes

PORE = ["--phase", "0", "--axis", "z", "--device", "cpu"]


@pytest.fixture
def damaged(tmp_path):
    """Two datasets; one bit of the header of /labels is wrong."""
    path = tmp_path / "damaged.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["mask"] = volumes.LABELS
        file["labels"] = volumes.LABELS
        header = h5py.h5o.get_info(file["labels"].id).addr
    content = bytearray(path.read_bytes())
    content[header + 12] ^= 1
    path.write_bytes(content)
    return path


def test_a_damaged_dataset_makes_no_other_one_the_only_one(tauvox, damaged):
    result = tauvox("solve", damaged, *PORE)
    assert result.returncode == 3
    assert "1 object cannot be read: /labels" in result.stderr and "--dataset" in result.stderr
    assert "HDF5: infinite loop" not in result.stderr
    result = tauvox("solve", damaged, *PORE, "--dataset", "mask")
    assert result.returncode == 0
    assert "1 object cannot be read: /labels" in result.stderr


def test_a_writer_that_died_is_no_zeros(tauvox, tmp_path):
    with h5py.File(tmp_path / "part.h5", "w") as file:
        part = file.create_dataset("labels", volumes.SHAPE, "u1", chunks=(2, 7, 8), compression="gzip")
        part[:4] = volumes.LABELS[:4]
    result = tauvox("solve", "part.h5", *PORE, "--json", "out.json")
    assert result.returncode == 3
    assert "2 of 3 chunks are stored" in result.stderr and "begins at 4,0,0" in result.stderr
    assert not (tmp_path / "out.json").exists()
    assert tauvox("solve", "part.h5", *PORE, "--crop", "0:4,0:7,0:8").returncode == 0


def save(path, data, **attributes):
    with h5py.File(path, "w") as file:
        file["volume"] = data
        file["volume"].attrs.update(attributes)
    return path


def test_axes_and_steps_that_a_file_states_are_used_and_printed(tauvox, solve, tmp_path):
    tags = {"axes": [{"key": key, "typeFlags": 2, "resolution": step} for key, step in zip("xyz", (0.5, 1, 2))]}
    turned = save(tmp_path / "turned.h5", volumes.LABELS.T, axistags=json.dumps(tags),
                  axis_units=json.dumps(dict.fromkeys("xyz", "um")))
    plain = save(tmp_path / "plain.h5", volumes.LABELS)
    options = ["--phase", "0", "--axis", "all", "--device", "cpu"]
    found, wanted = solve(turned, *options), solve(plain, *options, "--voxel-size", "2,1,0.5um")
    assert [r["quantities"] for r in found["results"]] == [r["quantities"] for r in wanted["results"]]
    assert found["input"]["voxel_size_source"] == "attributes axistags and axis_units"
    result = tauvox("solve", turned, *options)
    assert "axes x,y,z (attribute axistags): 8x7x6 is turned to z,y,x" in result.stderr
    assert "voxel size z,y,x 2, 1, 0.5 um (attributes axistags and axis_units)" in result.stdout


def test_what_is_not_understood_is_a_warning_with_its_way_out(tauvox, solve, tmp_path):
    odd = save(tmp_path / "odd.h5", volumes.LABELS, spacing=[2.0, 1.0, 1.0], axes="r:phi:z")
    warnings = solve(odd, *PORE)["warnings"]
    assert any("attribute spacing = 2, 1, 1 is not understood" in text for text in warnings)
    assert any("r,phi,z not understood" in text and "--axes" in text for text in warnings)
    assert "attribute spacing" in tauvox("inspect", odd).stdout
    assert not any("spacing" in text for text in solve(odd, *PORE, "--voxel-size", "2,1,1um")["warnings"])


def test_closing_a_file_touches_no_memory_that_was_freed(tauvox, tmp_path):
    with h5py.File(tmp_path / "nexus.h5", "w") as file:
        group = file.create_group("entry")
        group.attrs["axes"] = ["z", "y", "x"]
        group["data"] = volumes.LABELS
        for name, count in zip("zyx", volumes.SHAPE):
            group[name] = 0.5 * numpy.arange(count)
            group[name].attrs["units"] = "um"
    result = tauvox("solve", "nexus.h5", *PORE, env=os.environ | {"MALLOC_PERTURB_": "85"})
    assert result.returncode == 0, result.stderr
    assert "0.5, 0.5, 0.5 um (coordinates in /entry)" in result.stdout


LZF = {"plain": {}, "shuffle": {"shuffle": True}, "sums": {"shuffle": True, "fletcher32": True}}


@pytest.mark.parametrize("name", LZF)
@pytest.mark.parametrize("kind", ["u1", "u2", "f4", ">i4"])
def test_lzf_of_h5py_is_read(tauvox, tmp_path, name, kind):
    noise = numpy.random.default_rng(1).integers(0, 200, (20, 21, 22))  # which LZF does not make smaller
    for data in (volumes.repeated(4), noise):
        with h5py.File(tmp_path / "lzf.h5", "w") as file:
            file.create_dataset("volume", data=data.astype(kind), chunks=(7, 16, 5), compression="lzf", **LZF[name])
        result = tauvox("convert", "lzf.h5", "out.npy", "--overwrite")
        if "filter is missing" in result.stderr:
            pytest.skip("a build without liblzf")
        assert result.returncode == 0, result.stderr
        assert (numpy.load(tmp_path / "out.npy") == data).all()


def test_damaged_lzf_is_refused(tauvox, tmp_path):
    with h5py.File(tmp_path / "lzf.h5", "w") as file:
        data = file.create_dataset("volume", data=volumes.repeated(4), chunks=(24, 28, 32), compression="lzf")
        chunk = data.id.get_chunk_info(0)
    if "filter is missing" in tauvox("inspect", "lzf.h5").stderr:
        pytest.skip("a build without liblzf")
    content = (tmp_path / "lzf.h5").read_bytes()
    for damage in (b"\xff" * 40, b"\x1f" * 40, bytes(40)):
        at = chunk.byte_offset + chunk.size - 60
        (tmp_path / "lzf.h5").write_bytes(content[:at] + damage + content[at + 40:])
        result = tauvox("inspect", "lzf.h5")
        assert result.returncode == 3 and "chunk that begins at 0,0,0" in result.stderr, result.stderr


def test_plugins_are_loaded_from_the_folder_that_is_named_alone(tauvox, tmp_path, monkeypatch):
    hdf5plugin = pytest.importorskip("hdf5plugin")
    with h5py.File(tmp_path / "blosc.h5", "w") as file:
        file.create_dataset("volume", data=volumes.LABELS, chunks=(3, 4, 5), **hdf5plugin.Blosc())
    monkeypatch.setenv("HDF5_PLUGIN_PATH", hdf5plugin.PLUGINS_PATH)
    refused = tauvox("inspect", "blosc.h5")
    assert refused.returncode == 3 and "--hdf5-plugins" in refused.stderr
    result = tauvox("convert", "blosc.h5", "out.npy", "--hdf5-plugins", hdf5plugin.PLUGINS_PATH)
    assert result.returncode == 0, result.stderr
    assert (numpy.load(tmp_path / "out.npy") == volumes.LABELS).all()


def test_a_folder_without_the_filter_is_said(tauvox, tmp_path):
    with h5py.File(tmp_path / "lzf.h5", "w") as file:
        file.create_dataset("volume", data=volumes.LABELS, chunks=(3, 4, 5), compression="lzf")
    content = bytearray((tmp_path / "lzf.h5").read_bytes())
    content[content.find(b"lzf\0") - 8] += 1
    (tmp_path / "lzf.h5").write_bytes(content)
    result = tauvox("inspect", "lzf.h5", "--hdf5-plugins", tmp_path)
    assert result.returncode == 3 and "has no such filter" in result.stderr
    result = tauvox("inspect", "lzf.h5", "--hdf5-plugins", tmp_path / "nowhere")
    assert result.returncode == 2 and "--hdf5-plugins" in result.stderr
