"""HDF5 files as they come: damaged, unfinished, and with axes and voxel sizes of other programs."""

import h5py
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
