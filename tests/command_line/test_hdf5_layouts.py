"""HDF5 as programs lay it out: pyramids, padding, projections, scales. Made by h5py as these programs write it."""

import json

import h5py
import numpy
import pytest
import volumes
from conftest import assert_refused

LABELS = volumes.repeated(2)  # 12 x 14 x 16


def characters(text):
    return numpy.array([c.encode() for c in text], "S1")


def imaris(path, unit="um", states_size=True):
    with h5py.File(path, "w") as file:
        for level, step in ((0, 1), (1, 2)):
            image = LABELS[::step, ::step, ::step]
            padded = numpy.zeros([-(-length // 8) * 8 for length in image.shape], "u1")
            padded[tuple(slice(length) for length in image.shape)] = image
            channel = file.create_group(f"DataSet/ResolutionLevel {level}/TimePoint 0/Channel 0")
            channel.create_dataset("Data", data=padded, chunks=(8, 8, 8), compression="gzip")
            channel["Histogram"] = numpy.zeros(256, "u8")
            for name, length in zip("ZYX", image.shape):
                if states_size:
                    channel.attrs[f"ImageSize{name}"] = characters(str(length))
        info = file.create_group("DataSetInfo/Image")
        texts = {"X": "16", "Y": "14", "Z": "12", "Unit": unit, "ExtMin0": "-1", "ExtMin1": "0", "ExtMin2": "0",
                 "ExtMax0": "7", "ExtMax1": "14", "ExtMax2": "24"}
        for name, text in texts.items():
            info.attrs[name] = characters(text)
    return path


def read(tauvox, tmp_path, name, *options):
    result = tauvox("convert", name, "out.npy", "--overwrite", *options)
    assert result.returncode == 0, result.stderr
    return numpy.load(tmp_path / "out.npy"), result.stderr


def test_imaris_is_read_without_its_padding_and_copies(tauvox, tmp_path):
    imaris(tmp_path / "a.ims")
    labels, said = read(tauvox, tmp_path, "a.ims")
    assert (labels == LABELS).all()
    assert "cropped to its image of 12x14x16" in said
    labels, _ = read(tauvox, tmp_path, "a.ims", "--crop", "3:,:9,5:12")
    assert (labels == LABELS[3:, :9, 5:12]).all()
    labels, _ = read(tauvox, tmp_path, "a.ims", "--dataset", "/DataSet/ResolutionLevel 1/TimePoint 0/Channel 0/Data")
    assert (labels == LABELS[::2, ::2, ::2]).all()
    found = json.loads(tauvox("inspect", "a.ims", "--json", "-").stdout)["input"]
    assert found["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 0.5e-6])
    imaris(tmp_path / "b.ims", unit="furlong")
    assert json.loads(tauvox("inspect", "b.ims", "--json", "-").stdout)["input"]["voxel_ratio"] == [4, 2, 1]


def test_the_finest_level_of_bigdataviewer_is_the_volume(tauvox, tmp_path):
    with h5py.File(tmp_path / "bdv.h5", "w") as file:
        file["t00000/s00/0/cells"] = LABELS.astype("i2")
        file["t00000/s00/1/cells"] = LABELS[::2, ::2, ::2].astype("i2")
        file["s00/resolutions"] = [[1.0, 1, 1], [2, 2, 2]]
    assert (read(tauvox, tmp_path, "bdv.h5")[0] == LABELS).all()
    with h5py.File(tmp_path / "bdv.h5", "r+") as file:
        file["t00000/s01/0/cells"] = LABELS.astype("i2")
    assert_refused(tauvox("inspect", "bdv.h5"), 2, "s00/0/cells", "s01/0/cells")


def nxtomo(file):
    file["entry1/tomo_entry/definition"] = "NXtomo"
    return "entry1/tomo_entry/data/data"


def image_key(file):
    file["entry/instrument/detector/image_key"] = numpy.zeros(12, "i4")
    return "entry/instrument/detector/data"


def data_exchange(file):
    file["exchange/theta"] = numpy.arange(12.0)
    return "exchange/data"


@pytest.mark.parametrize("make", [nxtomo, image_key, data_exchange], ids=lambda make: make.__name__)
def test_projections_are_no_volume(tauvox, tmp_path, make):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file[make(file)] = LABELS.astype("u2")
    assert_refused(tauvox("inspect", "raw.h5"), 4, "projections", "--axes zyx")
    assert (read(tauvox, tmp_path, "raw.h5", "--axes", "zyx")[0] == LABELS).all()


def test_a_reconstruction_beside_its_angles_is_a_volume(tauvox, tmp_path):
    with h5py.File(tmp_path / "reconstruction.h5", "w") as file:
        file["exchange/theta"] = numpy.arange(181.0)
        file["exchange/data"] = LABELS
        file["entry/definition"] = numpy.bytes_("NXtomoproc")
    assert (read(tauvox, tmp_path, "reconstruction.h5")[0] == LABELS).all()


def test_a_scale_that_is_not_applied_is_said(tauvox, tmp_path):
    with h5py.File(tmp_path / "scaled.h5", "w") as file:
        file["v"] = LABELS
        file["v"].attrs.update({"scaling": 1.0, "offset": 0.0})
    assert "not applied" not in tauvox("inspect", "scaled.h5").stdout
    with h5py.File(tmp_path / "scaled.h5", "r+") as file:
        file["v"].attrs["scaling"] = 0.25
    assert "attribute scaling = 0.25 is not applied" in tauvox("inspect", "scaled.h5").stdout
