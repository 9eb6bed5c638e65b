"""Volumes and runs to compare. Standard library only: this is part of the process that measures, which must stay small."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# Tuning of malloc for torch on CPUs: big blocks are kept instead of returned to the system at every operation.
KEEP_MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=20000000000"
                                 ":glibc.malloc.top_pad=200000000"}

# (tool, setting, environment of its own, boundary convention of reference.py, further variables)
ONE_PHASE = [
    ("tauvox", "1e-4, 1 thread", None, "half", {}),
    ("tauvox", "1e-4, 2 threads", None, "half", {}),
    ("tauvox", "1e-2, 1 thread", None, "half", {}),
    ("taufactor", "1e-2", "taufactor", "half", KEEP_MEMORY),
    ("taufactor", "1e-2, stock malloc", "taufactor", "half", {}),
    ("taufactor", "1e-3", "taufactor", "half", KEEP_MEMORY),
    ("taufactor", "1e-4", "taufactor", "half", KEEP_MEMORY),
    ("porespy", "ftol=1e-3", "others", "pinned-1", {}),
    ("porespy", "tol=1e-8", "others", "pinned-1", {}),
    ("openimpala", "auto", "others", "pinned", {}),
    ("openimpala", "pcg+smg", "others", "pinned", {}),
]
SEVERAL_PHASES = [run for run in ONE_PHASE if run[0] == "tauvox"] + [
    ("taufactor-multiphase", "1e-2", "taufactor", "ghost", KEEP_MEMORY),
    ("taufactor-multiphase", "1e-3", "taufactor", "ghost", KEEP_MEMORY),
]

# Where labels come from: the file itself for tauvox, the same labels as .npy for the peers.
TO_NPY = """
import sys, numpy
source, target = sys.argv[1:]
if source.endswith((".tif", ".tiff")):
    import tifffile
    labels = tifffile.imread(source)
else:
    import h5py
    with h5py.File(source) as file:
        found = []
        file.visititems(lambda name, item: found.append(item) if getattr(item, "ndim", 0) == 3 else None)
        labels = found[0][...]
numpy.save(target, labels.astype(numpy.uint8))
"""


def case(name, source, folder, python, phases, runs):
    """A case as a dictionary; writes the labels for the peers if they are not there yet."""
    labels = folder / (pathlib.Path(source).stem + ".npy")
    if not labels.exists() or labels.stat().st_mtime < pathlib.Path(source).stat().st_mtime:
        subprocess.run([python, "-c", TO_NPY, str(source), str(labels)], check=True)
    return {"name": name, "file": str(source), "labels": str(labels), "phases": phases, "runs": runs}


def all_cases(tauvox, build, sizes, porosities, data):
    """Generated volumes from small to large, then every volume of the folder `data`."""
    folder = build / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    python = str(build / "others/bin/python")
    found = []
    for size in sizes:
        for porosity in porosities:
            file = folder / f"electrode-{size}-{porosity}.h5"
            if not file.exists():
                subprocess.run([tauvox, "generate", "electrode", "--size", str(size), "--porosity", str(porosity),
                                "--seed", "1", "-o", str(file)], check=True, stdout=subprocess.DEVNULL)
            found.append(case(f"electrode {size}³, porosity {porosity}, pore", file, folder, python, {"0": 1.0},
                              ONE_PHASE))
            if porosity == porosities[0]:
                found.append(case(f"electrode {size}³, porosity {porosity}, particles 0.01, binder 1", file, folder,
                                  python, {"1": 0.01, "2": 1.0}, SEVERAL_PHASES))
    if data:
        files = [p for p in pathlib.Path(data).iterdir() if p.suffix in {".tif", ".tiff", ".h5", ".hdf5"}]
        for file in sorted(files, key=lambda p: p.stat().st_size):
            found.append(case(f"{file.name}, label 0", file, folder, python, {"0": 1.0}, ONE_PHASE))
    return found


def command(case_, run, tauvox, build, report):
    """Command line of one run; tauvox writes its JSON to `report`, a peer prints its own."""
    tool, setting, environment, _, _ = run
    if tool != "tauvox":
        return [str(build / environment / "bin/python"), str(HERE / "solve_peer.py"), tool, setting.split(",")[0],
                case_["labels"], json.dumps(case_["phases"])]
    tolerance, threads = setting.split(", ")
    return tauvox_command(case_, tauvox, report) + ["--threads", threads.split()[0], "--tolerance", tolerance]


def tauvox_command(case_, tauvox, report):
    """tauvox on a case, without tolerance and threads."""
    phases = case_["phases"]
    if set(phases.values()) == {1.0}:
        what = ["--phase", ",".join(phases)]
    else:
        what = ["--default-insulating", "--conductivity", ",".join(f"{k}={v}" for k, v in phases.items())]
    return [tauvox, "solve", case_["file"], *what, "--axis", "z", "--device", "cpu", "--quiet", "--overwrite",
            "--json", str(report)]
