"""How often the sampling interval of a layered volume holds the value of the structure it was cut from.

usage: sampling_layers.py TAUVOX FOLDER [--size 48] [--amplitude 0.5] [--length 4] [--count 24]       (needs NumPy)

Two phases: where a Gaussian random field (correlated over a voxel) and AMPLITUDE times one of the layer alone (correlated over
LENGTH voxels along z, and so over some 1.5 LENGTH in the volume) are together below 0. The true volume fraction is 1/2; the true
D_eff is taken as the mean of all volumes, the true tortuosity factor as 1/2 over that. Layers are no copies of each other. Some 2 s
a volume of 48^3.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

import numpy


def field(random, shape, length):
    """Of variance 1, periodic."""
    spectrum = numpy.fft.fftn(random.standard_normal(shape))
    for axis, n in enumerate(shape):
        along = [1] * len(shape)
        along[axis] = n
        spectrum = spectrum * numpy.exp(-2 * (numpy.pi * length * numpy.fft.fftfreq(n)) ** 2).reshape(along)
    smooth = numpy.fft.ifftn(spectrum).real
    return smooth / smooth.std()


def holds(name, value, half_width, truth):
    """An interval of a tortuosity factor is one of its inverse, and the half width its wider side; without one it goes
    from half the value or less to any number."""
    if name != "tortuosity_factor":
        return abs(value - truth) <= half_width
    if half_width is None:
        return truth >= value / 2
    return abs(1 / truth - 1 / value) <= 1 / value - 1 / (value + half_width)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tauvox", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=48)
    parser.add_argument("--amplitude", type=float, default=0.5)
    parser.add_argument("--length", type=float, default=4)
    parser.add_argument("--count", type=int, default=24)
    settings = parser.parse_args()
    settings.folder.mkdir(exist_ok=True)
    program, n = settings.tauvox.resolve(), settings.size
    found = {"volume_fraction": [], "effective_ratio": [], "tortuosity_factor": []}
    for seed in range(settings.count):
        random = numpy.random.default_rng(seed)
        layers = field(random, (1024,), settings.length)[:n]
        volume = field(random, (n, n, n), 1) + settings.amplitude * layers[:, None, None] < 0
        numpy.save(settings.folder / "layers.npy", numpy.where(volume, 0, 1).astype("u1"))
        subprocess.run([program, "evaluate", "layers.npy", "--phases", "pore=0,solid=1", "--ionic", "pore", "--axis", "z", "--voxel-size",
                        "1um", "-o", "layers", "--overwrite", "--quiet"], cwd=settings.folder, check=True, capture_output=True)
        results = json.loads((settings.folder / "layers/results.json").read_text())["results"]
        transport, = [r for r in results if r["study"] == "effective_transport"]
        for name, values in found.items():
            quantity = transport["quantities"][name]
            sampling = quantity["uncertainty"].get("sampling", {})
            values.append((quantity["value"], sampling.get("half_width")))
    ratio = statistics.mean(value for value, _ in found["effective_ratio"])
    truths = {"volume_fraction": 0.5, "effective_ratio": ratio, "tortuosity_factor": 0.5 / ratio}
    known = [half_width is not None for _, half_width in found["effective_ratio"]]
    for name, values in found.items():
        given = [(value, half_width) for (value, half_width), is_known in zip(values, known) if is_known and value is not None]
        held = sum(holds(name, value, half_width, truths[name]) for value, half_width in given)
        widths = [half_width for _, half_width in given if half_width is not None]
        print(f"{name}: {held} of {len(given)} hold {truths[name]:.4g}, {len(given) - len(widths)} of them without an end; deviation of "
              f"the values {statistics.stdev(value for value, _ in given):.2g}, median half width of the others {statistics.median(widths):.2g}")


main()
