"""Reading a volume beside h5py and tifffile: one table, medians, the programs in turn.

usage: reading.py PROGRAM FOLDER [EDGE] [REPEATS]     (512, 5)

FOLDER takes some gigabytes; files that are there from an earlier call are used again, and lie in the page cache when they
are read. The volume is that of `tauvox generate electrode`, of uint8. Of the program it is the time of its report (`read`: the
process that reads started, read, checked, labels counted and coded, SHA-256 of the file). Of h5py and tifffile it is an array
in memory, and beside it what `numpy.bincount` of it and the SHA-256 of the file take besides, for they are part of the other. The
peak is of the program and its process that reads, the codes that they share counted once, less that of a tiny file."""

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy
import tifffile
from resident import resident


def hdf5(path, data, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("label", data=data, **options)


def forms(edge):
    part = max(edge // 8, 1)
    gzip = {"compression": "gzip", "compression_opts": 4}
    return {
        "HDF5 gzip, chunks of 64^3": ("cubes.h5", lambda p, d: hdf5(p, d, chunks=(part,) * 3, **gzip)),
        "HDF5 gzip, one layer each": ("layers.h5", lambda p, d: hdf5(p, d, chunks=(1, edge, edge), **gzip)),
        "HDF5 gzip, 16 layers each": ("slabs.h5", lambda p, d: hdf5(p, d, chunks=(min(16, edge), edge, edge), **gzip)),
        "HDF5 gzip, h5py's own shape": ("guessed.h5", lambda p, d: hdf5(p, d, chunks=True, **gzip)),
        "HDF5 LZF, chunks of 64^3": ("lzf.h5", lambda p, d: hdf5(p, d, chunks=(part,) * 3, compression="lzf")),
        "HDF5 uncompressed": ("plain.h5", hdf5),
        "TIFF uncompressed": ("plain.tif", lambda p, d: tifffile.imwrite(p, d, photometric="minisblack")),
        "TIFF deflate": ("deflate.tif", lambda p, d: tifffile.imwrite(p, d, photometric="minisblack", compression="zlib")),
    }


def read_by_python(path):
    began = time.perf_counter()
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            data = file["label"][...]
    else:
        data = tifffile.imread(path)
    read = time.perf_counter() - began
    began = time.perf_counter()
    numpy.bincount(data.ravel(), minlength=256)
    with open(path, "rb") as file:
        hashlib.sha256(file.read()).hexdigest()
    return read, time.perf_counter() - began


def read_by_program(program, path):
    result = subprocess.run([program, "inspect", path, "--json", "-"], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["timings_s"]["read"]


def peak(program, path):
    """Of memory, while there is a process that reads."""
    child = subprocess.Popen([program, "inspect", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, seen = 0, False
    while child.poll() is None:
        now, children = resident(child.pid)
        seen = seen or children > 0
        if children > 0:
            most = max(most, now)
        elif seen:
            break
        time.sleep(0.002)
    child.wait()
    return most


def main():
    program, folder = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2])
    edge, repeats = (int(sys.argv[3]) if len(sys.argv) > 3 else 512), (int(sys.argv[4]) if len(sys.argv) > 4 else 5)
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"electrode_{edge}.npy"
    if not source.exists():
        subprocess.run([program, "generate", "electrode", "--size", str(edge), "--seed", "1", "-o", folder / "electrode.h5"],
                       check=True, capture_output=True)
        subprocess.run([program, "convert", folder / "electrode.h5", source], check=True, capture_output=True)
    data = None
    numpy.save(folder / "tiny.npy", numpy.arange(27, dtype="u1").reshape(3, 3, 3) % 3)
    tiny = [read_by_program(program, folder / "tiny.npy") for _ in range(21)]
    base = max(peak(program, folder / "tiny.npy") for _ in range(3))
    print(f"{edge}^3 voxels, medians of {repeats}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the beginning")
    print(f"a file of 27 voxels: {1e3 * statistics.median(tiny):.0f} ms")
    print("| form | MB | tauvox, s | h5py or tifffile, s | labels and SHA-256 besides, s | tauvox against reading alone | "
          "against all | peak, B/voxel |")
    print("|---|---|---|---|---|---|---|---|")
    for name, (file, make) in forms(edge).items():
        path = folder / f"{edge}_{file}"
        if not path.exists():
            data = numpy.load(source) if data is None else data
            make(path, data)
        read_by_python(path)  # into the page cache
        ours, theirs, besides = [], [], []
        for _ in range(repeats):
            ours.append(read_by_program(program, path))
            read, rest = read_by_python(path)
            theirs.append(read)
            besides.append(rest)
        a, b, c = (statistics.median(values) for values in (ours, theirs, besides))
        most = max(peak(program, path) for _ in range(1)) - base
        print(f"| {name} | {path.stat().st_size / 1e6:.0f} | {a:.2f} | {b:.2f} | {c:.2f} | {a / b:.2f} | {a / (b + c):.2f} | "
              f"{most / edge**3:.2f} |", flush=True)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
