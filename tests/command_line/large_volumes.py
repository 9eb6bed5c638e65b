"""More voxels than 31 bits count, and a .vti file of more than 4 GiB: too large for every change, run by .ci/heavy.
usage: large_volumes.py PROGRAM [NAME...]     (inspect, solve, vti; all of them)
What needs more memory or disk than there is is left out, with the reason. Prints what each took."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from resident import resident  # noqa: E402

BEYOND = 2**31 + 3


def free_memory():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def run(program, folder, *words):
    """The report; prints seconds, and the most memory that the run had."""
    began, most = time.monotonic(), 0
    child = subprocess.Popen([program, *map(str, words)], cwd=folder, stdout=open(folder / "out", "w"),
                             stderr=open(folder / "said", "w"))
    while child.poll() is None:
        most = max(most, resident(child.pid)[0])
        time.sleep(0.5)
    assert child.returncode == 0, (folder / "said").read_text()
    print(f"  {' '.join(map(str, words))[:110]}: {time.monotonic() - began:.0f} s, {most / 1e9:.2f} GB", flush=True)
    out = (folder / "out").read_text()
    return json.loads(out) if out.startswith("{") else out


def voxels(report):
    return {phase["label"]: phase["voxels"] for phase in report["phases"]}


def large_inspect(program, folder):
    """1 x 1 x (2^31 + 3): only the last voxels are solid; the file takes no room on the disk."""
    with open(folder / "line.raw", "wb") as file:
        file.truncate(BEYOND)
        file.seek(BEYOND - 2)
        file.write(b"\1\1")
    raw = ["inspect", "line.raw", "--shape", f"1,1,{BEYOND}", "--dtype", "uint8", "--json", "-"]
    assert voxels(run(program, folder, *raw)) == {0: BEYOND - 2, 1: 2}
    found = run(program, folder, *raw, "--crop", f":,:,{BEYOND - 6}:")
    assert voxels(found) == {0: 4, 1: 2} and found["input"]["shape"] == [1, 1, 6]


def large_solve(program, folder):
    """1291^3 > 2^31 voxels, of which one in a hundred conducts: 100 straight channels of 12 x 12 voxels along z, of which
    every other row is closed in the last layer. D_eff is the share of the section that is open."""
    edge, apart, wide = 1291, 129, 12
    columns = numpy.zeros((edge, edge), "u1")
    is_open = columns.copy()
    for y in range(10):
        for x in range(10):
            place = slice(y * apart, y * apart + wide), slice(x * apart + 100, x * apart + 100 + wide)
            columns[place] = 1
            is_open[place] = y % 2
    with open(folder / "channels.raw", "wb") as file:
        for _ in range(edge - 1):
            file.write(columns.tobytes())
        file.write(is_open.tobytes())
    assert edge**3 > 2**31 and columns.mean() <= 0.01
    raw = ["channels.raw", "--shape", f"{edge},{edge},{edge}", "--dtype", "uint8"]
    report = run(program, folder, "solve", *raw, "--phase", "1", "--axis", "z", "--device", "cpu", "--json", "-", "--quiet")
    conducting = int(columns.sum()) * (edge - 1) + int(is_open.sum())
    assert voxels(report) == {0: edge**3 - conducting, 1: conducting}
    result = report["results"][0]
    ratio = result["quantities"]["effective_ratio"]["value"]
    exact = is_open.mean()
    print(f"  {edge**3} voxels, {conducting} conduct: D_eff/D0 = {ratio:.9f}, exactly {exact:.9f}")
    assert abs(ratio / exact - 1) < 1e-6
    assert result["percolates"] is True


def large_vti(program, folder):
    """1626^3 > 2^32 voxels of a byte, as other programs write them without compression: all 0 but for the last two, so that
    the file takes no room on the disk."""
    edge = 1626
    extent = f"0 {edge} 0 {edge} 0 {edge}"
    head = ('<?xml version="1.0"?>\n<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
            f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="1 1 1"><Piece Extent="{extent}"><CellData Scalars="label">'
            '<DataArray type="UInt8" Name="label" format="appended" offset="0"/></CellData></Piece></ImageData>'
            '<AppendedData encoding="raw">_').encode() + struct.pack("<Q", edge**3)
    with open(folder / "large.vti", "wb") as file:
        file.write(head)
        file.seek(len(head) + edge**3 - 2)
        file.write(b"\1\2</AppendedData></VTKFile>\n")
    assert (folder / "large.vti").stat().st_size > 2**32
    last = f"{edge - 1}:,{edge - 1}:,{edge - 4}:"
    assert voxels(run(program, folder, "inspect", "large.vti", "--json", "-", "--crop", last)) == {0: 2, 1: 1, 2: 1}
    assert voxels(run(program, folder, "inspect", "large.vti", "--json", "-")) == {0: edge**3 - 2, 1: 1, 2: 1}


# Name -> what, GB of memory, GB of disk.
CASES = {"inspect": (large_inspect, 9, 0.1), "solve": (large_solve, 16, 2.5), "vti": (large_vti, 14, 0.1)}


def main():
    program = str(Path(sys.argv[1]).resolve())
    for name in sys.argv[2:] or CASES:
        case, memory, disk = CASES[name]
        with tempfile.TemporaryDirectory(prefix="tauvox_large_", dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
            free = free_memory() / 1e9, shutil.disk_usage(folder).free / 1e9
            if free[0] < memory or free[1] < disk:
                print(f"{name}: left out, {free[0]:.1f} GB of memory and {free[1]:.1f} GB of disk are free, "
                      f"it wants {memory} and {disk}")
                continue
            print(f"{name}:", flush=True)
            began = time.monotonic()
            case(program, Path(folder))
            print(f"  whole, {time.monotonic() - began:.0f} s", flush=True)


main()
