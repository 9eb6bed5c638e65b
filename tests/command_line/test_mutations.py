"""Damaged files of every form: the program always says something and ends; whatever a library does in the process that
reads. Where it reads a damaged file all the same, h5py and NumPy must find the same numbers in
HDF5 and their own forms. TAUVOX_TEST_MUTATIONS says how many of each form (20), TAUVOX_TEST_SEED which, TAUVOX_TEST_KEEP where those go
that were not borne."""

import collections
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy
import pytest
import tifffile
import volumes

LABELS = volumes.repeated(2)
GOLDEN = Path(__file__).parents[1] / "io/golden"
NUMBERS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1]


def hdf5(path, **options):
    with h5py.File(path, "w", libver=options.pop("libver", None)) as file:
        data = file.create_dataset("a/volume", data=LABELS, **options)
        data.attrs["element_size_um"] = [0.4, 0.4, 0.5]
        data.attrs["axistags"] = "text of no fixed length"


def ensembles(path):
    """As DREAM.3D names phases."""
    with h5py.File(path, "w") as file:
        file["DataContainers/Image/CellData/Phases"] = LABELS[..., None].astype("i4")
        file.create_dataset("DataContainers/Image/Ensembles/PhaseName", data=["pore", "active", "binder"],
                            dtype=h5py.string_dtype("ascii"))


def npz(path):
    numpy.savez_compressed(path, volume=LABELS)


# Name, what makes one, options to read it with.
FORMS = {
    "contiguous.h5": (hdf5, []),
    "chunked.h5": (lambda p: hdf5(p, chunks=(4, 4, 8), compression="gzip", shuffle=True, fletcher32=True), []),
    "lzf.h5": (lambda p: hdf5(p, chunks=(4, 4, 8), compression="lzf"), []),
    "scales.h5": (lambda p: shutil.copy(GOLDEN / "xarray.nc", p), []),
    "latest.h5": (lambda p: hdf5(p, chunks=(4, 4, 8), compression="gzip", libver="latest"), []),
    "ensembles.h5": (ensembles, []),
    "plain.tif": (lambda p: tifffile.imwrite(p, LABELS, photometric="minisblack"), []),
    "deflate.tif": (lambda p: tifffile.imwrite(p, LABELS, photometric="minisblack", compression="zlib"), []),
    "lzw_tiled.tif": (lambda p: tifffile.imwrite(p, LABELS, photometric="minisblack", tile=(16, 16)), []),
    "big.tif": (lambda p: tifffile.imwrite(p, LABELS, photometric="minisblack", bigtiff=True), []),
    "imagej.tif": (lambda p: tifffile.imwrite(p, LABELS, imagej=True, metadata={"spacing": 5.0, "unit": "um"}), []),
    "array.npy": (lambda p: numpy.save(p, LABELS), []),
    "array.npz": (npz, []),
    "itk.mha": (lambda p: shutil.copy(GOLDEN / "itk_compressed.mha", p), []),
    "pynrrd.nrrd": (lambda p: shutil.copy(GOLDEN / "pynrrd.nrrd", p), []),
    "nibabel.nii": (lambda p: p.write_bytes(gzip.decompress((GOLDEN / "nibabel.nii.gz").read_bytes())), []),
    "nibabel.nii.gz": (lambda p: shutil.copy(GOLDEN / "nibabel.nii.gz", p), []),
    "ours.vti": (None, []),
    "slice.png": (lambda p: shutil.copy(sorted((GOLDEN / "imageio_png").glob("*.png"))[0], p), ["--as-2d"]),
}


def mutated(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        if not data:
            break
        at = rng.randrange(len(data)) if rng.random() < 0.4 else rng.randrange(min(len(data), 1024))  # headers
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind == 2:
            width = rng.choice([2, 4, 8])
            number = rng.choice(NUMBERS) % (1 << 8 * width)
            data[at:at + width] = number.to_bytes(width, rng.choice(["little", "big"]))
        elif kind == 3:
            del data[at:at + rng.choice([1, 4, 64, 4096])]
        elif kind == 4:
            data[at:at] = data[at:at + rng.choice([1, 4, 64])]
        else:
            source = rng.randrange(len(data))
            data[at:at + 32] = data[source:source + 32]
    return bytes(data)


# Prints how many voxels there are of each value, for a file a line; its own process, for libraries crash on damaged files.
OTHER_READER = """
import json, sys, numpy, h5py
def counted(path, dataset):
    if path.endswith(".h5"):
        with h5py.File(path) as file: data = file[dataset][...]
    else:
        data = numpy.load(path)
        data = data if path.endswith(".npy") else data[dataset]
    values, counts = numpy.unique(data, return_counts=True)
    return [[float(v), int(c)] for v, c in zip(values, counts)]
for line in sys.stdin:
    try: found = counted(*json.loads(line))
    except Exception: found = None
    print(json.dumps(found), flush=True)
"""


class OtherReader:
    def __init__(self):
        self.process = None

    def __call__(self, path, dataset):
        """What it finds; None where it finds nothing, or is at it for long."""
        if self.process is None:
            self.process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", OTHER_READER], text=True, bufsize=1,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdin.write(json.dumps([str(path), dataset]) + "\n")
        timer = threading.Timer(60, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            self.end()
            return None
        found = json.loads(line)
        return found and dict(map(tuple, found))

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@pytest.fixture
def other_reader():
    reader = OtherReader()
    yield reader
    reader.end()


def labels_of(report):
    return {float(phase["label"]): phase["voxels"] for phase in report["phases"]}, report["input"]["shape"]


def judged(path, report, whole, other_reader):
    """How a file that was read although it is damaged compares: the same numbers, those that another reader finds, or others."""
    if labels_of(report) == whole:
        return "read, nothing changed"
    if path.suffix not in (".h5", ".npy", ".npz"):
        return "read, changed"
    if report["input"]["grey"] or report["input"]["labels"] > len(report["phases"]):
        return "read as a grey image"
    other = other_reader(path, report["input"]["dataset"])
    if other is None:
        return "read, where the other reader fails"
    return "read as by the other reader" if other == labels_of(report)[0] else "OTHER NUMBERS"


@pytest.mark.parametrize("name", FORMS)
def test_damage_is_borne(program, tmp_path, other_reader, name):
    make, options = FORMS[name]
    whole = tmp_path / name
    if make:
        make(whole)
    else:
        numpy.save(tmp_path / "labels.npy", LABELS)
        subprocess.run([program, "convert", tmp_path / "labels.npy", whole], check=True, capture_output=True)
    seed, count = os.environ.get("TAUVOX_TEST_SEED", "1"), int(os.environ.get("TAUVOX_TEST_MUTATIONS", "20"))
    rng = random.Random(f"{seed} {name}")
    path, seen = tmp_path / f"damaged_{name}", collections.Counter()

    def inspect(of):
        return subprocess.run([program, "inspect", of, *options, "--json", "-"], capture_output=True, text=True, timeout=120)

    undamaged = labels_of(json.loads(inspect(whole).stdout))
    for _ in range(count):
        path.write_bytes(mutated(whole.read_bytes(), rng))
        result = inspect(path)
        borne = result.returncode in (0, 2, 3, 4, 5) and (result.returncode == 0 or "error: " in result.stderr)
        verdict = judged(path, json.loads(result.stdout), undamaged, other_reader) if result.returncode == 0 else ""
        borne = borne and verdict != "OTHER NUMBERS"
        if not borne and (keep := os.environ.get("TAUVOX_TEST_KEEP")):
            shutil.copy(path, Path(keep) / f"{sum(seen.values())}_{name}")
        assert borne, (verdict, result.returncode, result.stdout[-500:], result.stderr[-2000:])
        crashed = "ended by signal" in result.stderr
        seen["a library crashed" if crashed else verdict or f"exit {result.returncode}"] += 1
    print(name, dict(seen))


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "fuzz/kept").glob("*.*")), ids=lambda path: path.name)
def test_what_a_fuzzer_found_is_borne(tauvox, path):
    result = tauvox("inspect", path, "--as-2d")
    assert result.returncode in (0, 2, 3, 4, 5) and (result.returncode == 0 or "error: " in result.stderr), result.stderr
