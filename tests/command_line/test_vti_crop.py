"""What a crop of a .vti reads: of arrays that are appended behind the XML, the bytes or blocks of the crop; and once, in a
thread of its own, the whole file for its SHA-256."""

import collections
import re
import shutil
import subprocess

import numpy
import pytest
from conftest import UNTRACED

EDGE = 192
CALL = re.compile(r"(read|pread64)\(\d+<[^>]*a\.vti>.* = (\d+)$")
BEGUN = re.compile(r"(read|pread64)\(\d+<[^>]*a\.vti>.* <unfinished \.\.\.>$")
RESUMED = re.compile(r"<\.\.\. (?:read|pread64) resumed>.* = (\d+)$")


def write(path, compressor, encoded):
    vtk = pytest.importorskip("vtk")
    from vtk.util.numpy_support import numpy_to_vtk
    labels = numpy.random.default_rng(1).integers(0, 3, EDGE**3, dtype="u1")
    image = vtk.vtkImageData()
    image.SetDimensions(EDGE + 1, EDGE + 1, EDGE + 1)
    array = numpy_to_vtk(labels)
    array.SetName("label")
    image.GetCellData().AddArray(array)
    writer = vtk.vtkXMLImageDataWriter()
    writer.SetFileName(str(path))
    writer.SetInputData(image)
    writer.SetDataModeToAppended()
    writer.SetEncodeAppendedData(encoded)
    writer.SetCompressor(getattr(vtk, compressor)() if compressor else None)
    writer.Write()


def bytes_read(program, folder, crop):
    """By the calls of VTK (read) and of the hash (pread64)."""
    subprocess.run(["strace", "-f", "-y", "-o", "trace", "-e", "trace=read,pread64", program, "inspect", "a.vti", "--crop", crop],
                   cwd=folder, check=True, capture_output=True, env=UNTRACED)
    found, begun = collections.Counter(), {}
    for line in (folder / "trace").read_text(errors="replace").splitlines():
        process, text = line.split(maxsplit=1)
        if whole := CALL.match(text):
            found[whole[1]] += int(whole[2])
        elif first := BEGUN.match(text):
            begun[process] = first[1]
        elif (second := RESUMED.match(text)) and process in begun:
            found[begun.pop(process)] += int(second[1])
    return found["read"], found["pread64"]


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
@pytest.mark.parametrize("compressor, encoded", [(None, 0), ("vtkZLibDataCompressor", 0), ("vtkLZ4DataCompressor", 0), (None, 1)])
def test_a_far_crop_reads_what_it_needs_and_the_hash_all(program, tmp_path, compressor, encoded):
    write(tmp_path / "a.vti", compressor, encoded)
    size = (tmp_path / "a.vti").stat().st_size
    layers, heads = 4, 1 << 18  # of the XML, tables of blocks, and what is read with them
    for crop in (f"{EDGE - layers}:{EDGE},:,:", f":{layers},:,:"):
        by_vtk, by_hash = bytes_read(program, tmp_path, crop)
        assert size * layers / EDGE / 2 < by_vtk < 2 * size * layers / EDGE + heads < size / 4
        assert size <= by_hash < size + heads
    assert bytes_read(program, tmp_path, ":,:,:")[0] > 0.99 * size
