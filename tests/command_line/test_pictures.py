"""The pictures of tauvox solve --png: forms, planes, what stands at the ends, and grey values."""

import shutil
import struct
import zlib

import numpy
import pytest
import volumes
from conftest import assert_refused, contents

SOLVE = ["solve", "cathode.h5", "--phase", "0", "--device", "cpu"]
needs_gnuplot = pytest.mark.skipif(shutil.which("gnuplot") is None, reason="no gnuplot")


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


def pixels(png):
    """Rows of red, green and blue of a PNG without a palette and filters."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 2)
    data, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        data += png[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(data)
    rows, before = [], bytearray(3 * width)
    for y in range(height):
        kind, line = raw[y * (3 * width + 1)], bytearray(raw[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for i in range(3 * width):
            a, b, c = line[i - 3] if i > 2 else 0, before[i], before[i - 3] if i > 2 else 0
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            line[i] = (line[i] + [0, a, b, (a + b) // 2, paeth][kind]) % 256
        rows.append(line)
        before = line
    return numpy.array(rows, "u1").reshape(height, width, 3)


@needs_gnuplot
@pytest.mark.parametrize("ending, magic", [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_the_ending_says_the_form(tauvox, tmp_path, ending, magic):
    result = tauvox(*SOLVE, "--flux", "--png", f"a.{ending}")
    assert result.returncode == 0, result.stderr
    pictures = contents(tmp_path)
    assert set(pictures) == {"cathode.h5", "a.settings.toml"} | {
        f"a_{name}.{ending}" for name in ["structure", "concentration_z", "flux_z"]}
    assert all(data.startswith(magic) for name, data in pictures.items() if name.endswith(ending))


def test_other_forms_are_refused_before_the_solve(tauvox, tmp_path, without_gnuplot):
    for name in ["a.jpg", "a.tiff"]:
        assert_refused(tauvox(*SOLVE, "--png", name), 2, name, ".png, .svg or .pdf")
    assert_refused(tauvox(*SOLVE, "--png", "a.svg"), 2, "a.svg", "gnuplot", ".png")
    assert set(contents(tmp_path)) == {"cathode.h5"}


@needs_gnuplot
def test_the_arrow_says_what_is_there(tauvox, tmp_path):
    def words(*options):
        result = tauvox(*SOLVE, *options, "--png", "p.svg", "--overwrite")
        assert result.returncode == 0, result.stderr
        return (tmp_path / "p_structure.svg").read_text()

    assert "plate at 1 → plate at 0" in words()
    assert "→" not in words("--study", "tensor")
    electrode = words("--study", "electrode", "--reactive", "1")
    assert "separator → collector" in electrode and "plate" not in electrode
    assert "plate at 1 → sealed" in words("--study", "transient", "--end-time", "0.01")


@needs_gnuplot
def test_the_cuts_that_are_named_are_drawn(tauvox, tmp_path):
    result = tauvox(*SOLVE, "--slice-at", "z=2,x=100", "--png", "p.svg")
    assert result.returncode == 0 and "--slice-at x=100: the last layer of axis x is 7, which is shown" in result.stderr
    for name in ["structure", "concentration_z"]:
        drawn = (tmp_path / f"p_{name}.svg").read_text()
        assert "z = 2.5 voxels" in drawn and "x = 7.5 voxels" in drawn and "y = " not in drawn


def test_grey_values_are_drawn_grey(tauvox, tmp_path, without_gnuplot):
    numpy.save(tmp_path / "ramp.npy", numpy.arange(12, dtype="u1").repeat(12).reshape(12, 3, 4))
    (tmp_path / "k.csv").write_text("0,0\n11,2\n")
    result = tauvox("solve", "ramp.npy", "--conductivity-table", "k.csv", "--png", "g", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    picture = pixels((tmp_path / "g_structure.png").read_bytes())
    assert (picture[..., 0] == picture[..., 1]).all() and (picture[..., 0] == picture[..., 2]).all()
    levels = picture[:, 0, 0]
    assert len(set(levels)) == 12 and (numpy.diff(levels.astype(int)) >= 0).all()


@needs_gnuplot
def test_the_colour_bar_says_what_grey_values_conduct(tauvox, tmp_path):
    numpy.save(tmp_path / "ramp.npy", numpy.arange(12, dtype="u1").repeat(12).reshape(12, 3, 4))
    (tmp_path / "k.csv").write_text("0,0.5\n11,2\n")
    result = tauvox("solve", "ramp.npy", "--conductivity-table", "k.csv", "--unit", "S/m", "--png", "g.svg", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    drawn = (tmp_path / "g_structure.svg").read_text()
    assert "electrical conductivity (S/m)" in drawn and "label" not in drawn.replace("xlabel", "")
