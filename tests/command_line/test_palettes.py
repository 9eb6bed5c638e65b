"""A number of a palette is a label where it has one colour in all slices."""

import struct
import zlib

import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused, value

LABELS = volumes.LABELS
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
SAME, TURNED = [RED, GREEN, BLUE], [RED, BLUE, GREEN]


def png(path, labels, colours):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width = labels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in labels)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
                     + chunk(b"PLTE", bytes(part for colour in colours for part in colour)) + chunk(b"IDAT", zlib.compress(rows))
                     + chunk(b"IEND", b""))


def tif(path, labels, colours):
    with tifffile.TiffWriter(path) as file:
        for layer, of_layer in zip(labels, colours):
            file.write(layer, photometric="palette", colormap=table(of_layer), metadata=None)


def table(colours, largest=65535):
    found = numpy.zeros((3, 256), "u2")
    found[:, :len(colours)] = numpy.array(colours).T // 255 * largest
    return found


def folder(path, ending, palettes, labels=LABELS):
    path.mkdir()
    for i, (layer, colours) in enumerate(zip(labels, palettes)):
        if ending == "png":
            png(path / f"s{i}.png", layer, colours)
        else:
            tif(path / f"s{i}.tif", layer[None], [colours])


def ratios(report):
    return [value(result, "effective_ratio") for result in report["results"]]


WHICH = ["--voxel-size", "1um", "--phase", "0", "--axis", "all"]
FACTS = ["palettes differ between slices", "index 1 is #00ff00 in", "and #0000ff in", "save all slices with one palette"]
THIRD = [SAME, SAME, TURNED, SAME, SAME, SAME]


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_palettes_that_differ_from_slice_to_slice_are_refused(tauvox, tmp_path, ending):
    folder(tmp_path / "s", ending, THIRD)
    for command in (["inspect", "s"], ["solve", "s", "--phase", "0"], ["convert", "s", "b.h5"]):
        assert_refused(tauvox(*command), 4, *FACTS, f"s0.{ending}", f"s2.{ending}")


def test_palettes_that_differ_from_page_to_page_are_refused(tauvox, solve, tmp_path):
    tif(tmp_path / "a.tif", LABELS, THIRD)
    assert_refused(tauvox("inspect", "a.tif"), 4, *FACTS, "a.tif", "page 1", "page 3")
    assert_refused(tauvox("inspect", "a.tif", "--axes", "xyz"), 4, *FACTS)
    numpy.save(tmp_path / "a.npy", LABELS)
    part = [*WHICH[:4], "--crop", "3:6,:,:"]  # of one palette
    assert ratios(solve("a.tif", *part)) == ratios(solve("a.npy", *part))


@pytest.mark.parametrize("ending", ["png", "tif", "pages"])
def test_colours_that_do_not_occur_may_differ(solve, tmp_path, ending):
    """Programs drop what an image does not use, or leave anything in its place."""
    labels = LABELS.copy()
    labels[2][labels[2] == 2] = 1
    palettes = [SAME, SAME, [RED, GREEN, WHITE] if ending != "png" else [RED, GREEN], SAME, SAME + [WHITE], SAME]
    if ending == "pages":
        tif(tmp_path / "s", labels, palettes)
    else:
        folder(tmp_path / "s", ending, palettes, labels)
    numpy.save(tmp_path / "a.npy", labels)
    assert ratios(solve("s", *WHICH)) == ratios(solve("a.npy", *WHICH))


def test_colours_of_eight_bits_are_those_of_sixteen(tauvox, tmp_path):
    """As a folder of PNG and TIFF slices says them, and TIFF files of some programs."""
    (tmp_path / "s").mkdir()
    png(tmp_path / "s" / "s0.png", LABELS[0], SAME)
    for i, largest in ((1, 65535), (2, 255)):
        tifffile.imwrite(tmp_path / "s" / f"s{i}.png", LABELS[i], photometric="palette", colormap=table(SAME, largest), metadata=None)
    assert tauvox("inspect", "s").returncode == 0
    png(tmp_path / "s" / "s3.png", LABELS[3], TURNED)
    assert_refused(tauvox("inspect", "s"), 4, *FACTS, "s0.png", "s3.png")


@pytest.mark.parametrize("name, odd, words", [
    ("inverted", {"photometric": "miniswhite"}, "MinIsWhite"), ("palette", {"photometric": "palette", "colormap": table(SAME)}, "palette image"),
    ("turned", {"photometric": "minisblack", "extratags": [(274, 3, 1, 3, True)]}, "orientation 3")])
def test_a_page_that_is_shown_otherwise_is_warned_of(tauvox, tmp_path, name, odd, words):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for i, layer in enumerate(LABELS):
            file.write(layer, metadata=None, **(odd if i == 3 else {"photometric": "minisblack"}))
    said = tauvox("inspect", "a.tif")
    assert said.returncode == 0, said.stderr
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("warning: 1 of 6 pages (the first is page 4): " + words)], said.stdout
