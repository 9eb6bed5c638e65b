"""Pieces of a .vti: what no piece has, or two have differently, is never made up."""

import numpy
import pytest
import volumes
from conftest import assert_refused, value

LABELS = volumes.LABELS
DEPTH, HEIGHT, WIDTH = LABELS.shape


def array(labels, name="label", kind="UInt8", components=1):
    text = " ".join(map(str, numpy.repeat(labels.ravel(), components)))
    return f'<DataArray type="{kind}" Name="{name}" NumberOfComponents="{components}" format="ascii">{text}</DataArray>'


def piece(begin, end, *arrays, data="CellData"):
    """Layers begin to end; without arrays those of LABELS."""
    last = end - (data == "PointData")
    arrays = arrays or [array(LABELS[begin:end])]
    return f'<Piece Extent="{extent(begin, last, data)}"><{data}>{"".join(arrays)}</{data}></Piece>'


def extent(first, last, data="CellData"):
    return f"0 {WIDTH - (data == 'PointData')} 0 {HEIGHT - (data == 'PointData')} {first} {last}"


def save(path, *pieces, data="CellData"):
    whole = extent(0, DEPTH - (data == "PointData"), data)
    path.write_text('<?xml version="1.0"?>\n<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian">\n'
                    f'<ImageData WholeExtent="{whole}" Origin="0 0 0" Spacing="1 1 1">{"".join(pieces)}</ImageData>\n</VTKFile>\n')


POINTS = {"data": "PointData"}
OTHER = (LABELS + 1) % 3
WRONG = {
    "the first layers": ([piece(2, DEPTH)], {}, ["no piece of it has the extent 0 8 0 7 0 2", "WholeExtent 0 8 0 7 0 6"]),
    "the last layers": ([piece(0, 4)], {}, ["no piece of it has the extent 0 8 0 7 4 6"]),
    "layers between": ([piece(0, 2), piece(3, DEPTH)], {}, ["the extent 0 8 0 7 2 3"]),
    "layers of points": ([piece(0, 4, array(LABELS[:4]), **POINTS)], POINTS, ["the extent 0 7 0 6 4 5 of the WholeExtent 0 7 0 6 0 5"]),
    "an array of a piece": ([piece(0, 2), piece(2, DEPTH, array(LABELS[2:], "other"))], {},
                            ["piece 2 of the extent 0 8 0 7 2 6 has no array of the name 'label'"]),
    "one of two arrays": ([piece(0, 2, array(LABELS[:2], "label"), array(LABELS[:2], "label")), piece(2, DEPTH)], {},
                          ["piece 1", "several arrays of the name 'label'"]),
    "the type": ([piece(0, 2), piece(2, DEPTH, array(LABELS[2:], kind="UInt16"))], {}, ["piece 2", "UInt16", "UInt8"]),
    "components": ([piece(0, 2), piece(2, DEPTH, array(LABELS[2:], components=2))], {}, ["piece 2", "2 components", "1 components"]),
    "layers said twice": ([piece(0, 4), piece(3, DEPTH, array(OTHER[3:]))], {},
                          ["pieces 1 of the extent 0 8 0 7 0 4 and 2 of the extent 0 8 0 7 3 6 overlap and differ"]),
    "a plane of points": ([piece(0, 4, array(LABELS[:4]), **POINTS), piece(3, DEPTH, array(OTHER[3:]), **POINTS)], POINTS,
                          ["overlap and differ"]),
    "what is outside": ([piece(0, DEPTH), piece(4, DEPTH + 1, array(LABELS[:3]))], {}, ["piece 2", "not inside of the WholeExtent 0 8 0 7 0 6"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_pieces_that_make_up_no_volume_are_refused(tauvox, tmp_path, name):
    pieces, how, facts = WRONG[name]
    save(tmp_path / "a.vti", *pieces, **how)
    for command in (["inspect", "a.vti"], ["solve", "a.vti", "--phase", "0"], ["convert", "a.vti", "b.h5"]):
        assert_refused(tauvox(*command), 3, "a.vti", *facts)
    assert not (tmp_path / "b.h5").exists()


def test_a_crop_of_what_is_there_is_read(solve, tauvox, tmp_path):
    save(tmp_path / "a.vti", piece(2, DEPTH))
    numpy.save(tmp_path / "a.npy", LABELS)
    which = ["--crop", "2:6,:,:", "--voxel-size", "1um", "--phase", "0"]
    assert value(solve("a.vti", *which)["results"][0], "effective_ratio") == value(solve("a.npy", *which)["results"][0], "effective_ratio")
    assert_refused(tauvox("inspect", "a.vti", "--crop", "1:6,:,:"), 3, "the extent 0 8 0 7 1 2")


@pytest.mark.parametrize("pieces, how", [
    ([piece(0, 4), piece(3, DEPTH)], {}),
    ([piece(3, DEPTH), '<Piece Extent="0 -1 0 -1 0 -1"></Piece>', piece(0, 3)], {}),
    ([piece(0, 4, array(LABELS[:4]), **POINTS), piece(3, DEPTH, array(LABELS[3:]), **POINTS)], POINTS)])
def test_pieces_that_agree_are_one_volume(solve, tmp_path, pieces, how):
    save(tmp_path / "a.vti", *pieces, **how)
    numpy.save(tmp_path / "a.npy", LABELS)
    which = ["--voxel-size", "1um", "--phase", "0", "--axis", "all"]
    ratios = [[value(result, "effective_ratio") for result in solve(name, *which)["results"]] for name in ("a.vti", "a.npy")]
    assert ratios[0] == ratios[1]
