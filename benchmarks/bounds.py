#!/usr/bin/env python3
"""Iterations, true error, bound, memory and CPU time of `tauvox solve`, as a Markdown table.

    python3 benchmarks/bounds.py build/tauvox held-out   # volumes on which no parameter of the solver was chosen
    python3 benchmarks/bounds.py build/tauvox sizes      # one packing, 64^3 to 384^3
    python3 benchmarks/bounds.py build/tauvox large      # 512^3, 768^3; `huge`: 1024^3, takes 14 GB

The true error is against `--precision double --tolerance 1e-10`, except for the large ones, where the bound alone speaks.
Needs NumPy.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

PORE, SOLID = "0=1", "1=0.01,2=1"


def electrode(size, porosity, seed, *more):
    return ["electrode", "--size", size, "--porosity", str(porosity), "--seed", str(seed), *more]


def site_percolation(n, open_fraction):
    """Every voxel is pore (0) with the given chance."""
    return (numpy.random.default_rng(5).random((n, n, n)) > open_fraction).astype("u1")


def gaussian_field(n, porosity, width):
    """Pore (0) where white noise, blurred over `width` voxels, is lowest."""
    k = numpy.meshgrid(*[numpy.fft.fftfreq(n)] * 2, numpy.fft.rfftfreq(n), indexing="ij")
    blur = numpy.exp(-sum(x**2 for x in k) * (2 * numpy.pi * width) ** 2 / 2)
    noise = numpy.fft.rfftn(numpy.random.default_rng(6).standard_normal((n, n, n)))
    field = numpy.fft.irfftn(noise * blur, s=(n, n, n))
    return (field > numpy.quantile(field, porosity)).astype("u1")


# name, how to make it, conductivities
HELD_OUT = [
    ("electrode 200^3, pore 0.35", electrode("200", 0.35, 11), PORE),
    ("electrode 160x200x240, pore 0.25, binder 0.12", electrode("160,200,240", 0.25, 12, "--binder", "0.12"), PORE),
    ("the same, solid 0.01 : 1", electrode("160,200,240", 0.25, 12, "--binder", "0.12"), SOLID),
    ("the same, solid 1e-4 : 1", electrode("160,200,240", 0.25, 12, "--binder", "0.12"), "1=1e-4,2=1"),
    ("electrode 200^3, pore 0.5, small particles", electrode("200", 0.5, 13, "--diameter", "0.05,0.15"), PORE),
    ("the same, all phases 1 : 1e-3 : 0.1", electrode("200", 0.5, 13, "--diameter", "0.05,0.15"), "0=1,1=1e-3,2=0.1"),
    ("electrode 200^3, pore 0.12, near percolation", electrode("200", 0.12, 14, "--binder", "0.05"), PORE),
    ("site percolation 0.36, 200^3", lambda: site_percolation(200, 0.36), PORE),
    ("Gaussian field 200^3, pore 0.2", lambda: gaussian_field(200, 0.2, 2.5), PORE),
]
SETS = {
    "held-out": HELD_OUT,
    "sizes": [(f"{n}^3", electrode(str(n), 0.4, 1), PORE) for n in [64, 96, 128, 192, 256, 384]],
    "large": [(f"{n}^3", electrode(str(n), 0.4, 1), PORE) for n in [512, 768]],
    "huge": [("1024^3", electrode("1024", 0.4, 1), PORE)],
}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def row(program, name, make, conductivity, exact):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "volume.raw"
        if callable(make):
            volume = make()
            volume.tofile(path)
            shape = ",".join(map(str, volume.shape))
        else:
            subprocess.run([program, "generate", *make, "-o", path], check=True, capture_output=True)
            size = make[make.index("--size") + 1]
            shape = size if "," in size else ",".join([size] * 3)
        command = [program, "solve", path, "--shape", shape, "--dtype", "uint8", "--conductivity", conductivity,
                   "--default-insulating", "--device", "cpu", "--quiet", "--json", "-"]
        before = cpu_seconds()
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        seconds = cpu_seconds() - before
        result = report["results"][0]
        ratio = result["quantities"]["effective_ratio"]
        lower, upper = ratio["bounds"]
        true = holds = "-"
        if exact:
            tight = [*command, "--precision", "double", "--tolerance", "1e-10"]
            answer = json.loads(subprocess.run(tight, check=True, capture_output=True).stdout)["results"][0]
            reference = answer["quantities"]["effective_ratio"]["value"]
            true = f"{abs(ratio['value'] / reference - 1):.1e}"
            holds = "yes" if lower <= reference * (1 + 1e-10) and upper >= reference * (1 - 1e-10) else "**NO**"
    solver = result["solver"]
    print(f"| {name} | {solver['iterations']} | {solver['operator_applications']} | {ratio['value']:.8f} | "
          f"{true} | {solver['error']['value']:.1e} | {holds} | {report['memory']['device_bytes_per_voxel']:.1f} | "
          f"{seconds:.2f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in SETS:
        sys.exit(__doc__)
    print("| volume | iterations | operator applications | D_eff/D0 | true error | bound | holds | bytes/voxel | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in SETS[sys.argv[2]]:
        row(sys.argv[1], *case, exact=sys.argv[2] in ("held-out", "sizes"))
