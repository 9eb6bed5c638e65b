"""Where the iteration of the multigrid solver stops, against a reference: the table of measurements/stopping.md.

usage: stopping.py TAUVOX FOLDER

Volumes are generated in FOLDER. Per volume and tolerance: iterations, true error of D_eff against `--precision double
--tolerance 1e-11`, and the bound on it. A line says how many bounds do not contain the reference. One minute.
"""

import argparse
import json
import pathlib
import subprocess

ELECTRODE = ("electrode", "--size", "64", "--seed", "3")
PORE = ("--phase", "0")
VOLUMES = [
    *((f"pore {p}, 64^3", (*ELECTRODE, "--porosity", p), PORE) for p in ("0.2", "0.3", "0.4", "0.55")),
    ("pore 0.35, 96^3", ("electrode", "--size", "96", "--seed", "5", "--porosity", "0.35"), PORE),
    ("particles 0.01, binder 1, 64^3", ELECTRODE, ("--conductivity", "0=0,1=0.01,2=1")),
    ("particles 1e-4, binder 1, 64^3", ELECTRODE, ("--conductivity", "0=0,1=1e-4,2=1")),
    ("pore 1, particles 0.001, binder 0.03, 64^3", ELECTRODE, ("--conductivity", "0=1,1=0.001,2=0.03")),
    ("pore 1, binder 0.05, 64^3", ELECTRODE, ("--conductivity", "0=1,1=0,2=0.05")),
    ("fcc spheres, pore 0.3, 64^3", ("fcc", "--size", "64", "--fraction", "0.7"), PORE),
    ("slanted strip, size 48", ("slanted-strip", "--size", "48"), PORE),
    ("layers of one voxel, 1 : 0.01 : 1e-4 in series, 64^3", ("layers-series", "--size", "64"),
     ("--conductivity", "0=1,1=0.01,2=1e-4")),
]
TOLERANCES = ("1e-2", "1e-3", "1e-4", "1e-5", "1e-6")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tauvox", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    settings = parser.parse_args()
    settings.folder.mkdir(exist_ok=True)
    program, file = settings.tauvox.resolve(), settings.folder.resolve() / "volume.h5"

    def run(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout

    def solved(what, *arguments):
        report = json.loads(run("solve", str(file), *what, "--axis", "z", *arguments, "--quiet", "--json", "-"))
        result = next(r for r in report["results"] if r["study"] == "effective_transport")
        return result["quantities"]["effective_ratio"], result["solver"]

    print("| tolerance |", " | ".join(TOLERANCES), "|")
    print("|---" * (len(TOLERANCES) + 1) + "|")
    outside = 0
    for name, made, what in VOLUMES:
        run("generate", *made, "-o", str(file), "--overwrite")
        reference = solved(what, "--precision", "double", "--tolerance", "1e-11")[0]["value"]
        cells = []
        for tolerance in TOLERANCES:
            ratio, solver = solved(what, "--tolerance", tolerance)
            low, high = ratio["bounds"]
            outside += not low <= reference * (1 + 1e-11) or not reference * (1 - 1e-11) <= high
            cells.append(f"{solver['iterations']}, {abs(ratio['value'] / reference - 1):.1e}, {solver['error']['value']:.1e}")
        print(f"| {name} |", " | ".join(cells), "|", flush=True)
    print(f"{outside} bounds do not contain the reference")


main()
