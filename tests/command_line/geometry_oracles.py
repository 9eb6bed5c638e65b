"""Geometry against scipy, scikit-image and edt: `geometry_oracles.py TAUVOX_PROGRAM [SEED]`, run by .ci/heavy.

`evaluate` of random volumes of three phases, voxels cubes and not; every number that those packages can give, computed from
their functions here, must be the same. Needs the packages numpy, scipy, scikit-image and edt of PyPI; without them it says
so and passes.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import edt
    import numpy as np
    import scipy.ndimage
    import skimage.graph
    import skimage.measure
except ImportError as missing:
    print(f"{missing.name} is not there: geometry is not compared with other packages")
    sys.exit(0)

NAMES = ["pore", "active", "binder"]
THICKNESS = {"z": 0, "y": 1, "x": 2}


def volume(random, shape):
    """Three phases in blobs of some voxels."""
    field = scipy.ndimage.gaussian_filter(random.standard_normal(shape), random.uniform(1.2, 2.5))
    low, high = np.quantile(field, [random.uniform(0.3, 0.5), random.uniform(0.75, 0.9)])
    return ((field > low).astype(np.uint8) + (field > high)).astype(np.uint8)


def layer(array, axis, at):
    return np.take(array, at, axis=axis)


def connectivity(phase, axis):
    labels, count = scipy.ndimage.label(phase)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]

    def touching(across, at):
        return set(np.unique(layer(labels, across, at))) - {0}

    first, last = touching(axis, 0), touching(axis, -1)
    sides = set().union(*(touching(a, at) for a in range(3) for at in (0, -1)))

    def share(which):
        return sum(sizes[label - 1] for label in which) / sizes.sum()

    return {"percolating_share": share(first & last), "separator_share": share(first), "collector_share": share(last),
            "one_face_share": share(first ^ last), "isolated_share": share(set(range(1, count + 1)) - sides),
            "cut_share": share(sides - first - last), "clusters": count, "largest_cluster_share": sizes.max() / sizes.sum(),
            "euler_number": skimage.measure.euler_number(phase, connectivity=1),
            "euler_number_26": skimage.measure.euler_number(phase, connectivity=3)}


def squares(distances):
    """Squares of distances, free of what rounding did: all are multiples of a quarter."""
    return np.round(4 * np.asarray(distances, dtype=float) ** 2) / 4


def opened(squared_radii, spacing):
    """Largest squared radius among the balls that hold a voxel: level by level, by the distance to the centres of that level."""
    found = np.zeros_like(squared_radii)
    for level in np.unique(squared_radii[squared_radii > 0]):
        away = scipy.ndimage.distance_transform_edt(squared_radii < level, sampling=spacing)
        found[squares(away) < level] = level
    return found


def access(squared_radii, axis):
    """Largest squared radius of a ball that comes to a voxel from the first layer along the axis."""
    found = np.zeros_like(squared_radii)
    for level in np.unique(squared_radii[squared_radii > 0]):
        labels, _ = scipy.ndimage.label(squared_radii >= level)
        from_there = np.setdiff1d(np.unique(layer(labels, axis, 0)), [0])
        found[np.isin(labels, from_there)] = level
    return found


def quantile(values, share):
    """Smallest value with at least that share of all up to it."""
    ordered = np.sort(values)
    return ordered[math.ceil(share * len(ordered) - 1e-9) - 1]


def sizes(phase, axis, spacing):
    radii = squares(edt.edt(phase, anisotropy=spacing, black_border=False)) * phase
    reached = access(radii, axis)
    thickness, intruded = (2 * np.sqrt(opened(balls, spacing)[phase]) for balls in (radii, reached))
    found = {"distance_mean": np.sqrt(radii[phase]).mean(), "inscribed_diameter": 2 * math.sqrt(radii.max()),
             "thickness_mean": thickness.mean(), "intruded_share": (intruded > 0).mean(),
             "breakthrough_diameter": 2 * math.sqrt(layer(reached, axis, -1).max()) or None}
    for share in (0.1, 0.5, 0.9):
        found[f"thickness_d{share * 100:.0f}"] = quantile(thickness, share)
    half = np.sort(intruded)[len(intruded) // 2]  # at least half of the volume has this or more
    found["intrusion_d50"] = half or None
    found["constrictivity"] = (half / np.sort(thickness)[len(thickness) // 2]) ** 2 or None
    return found


def chords(phase, axis, step):
    """Twice the length in the phase over its ends inside the volume."""
    along = np.moveaxis(phase, axis, -1).astype(np.int8)
    change = np.diff(along, axis=-1)
    ends = np.count_nonzero(change)
    runs = np.count_nonzero(change == 1) + np.count_nonzero(along[..., 0])
    return {"chord_mean": 2 * along.sum() * step / ends, "chords": runs}


def geodesic(phase, axis, spacing):
    labels, _ = scipy.ndimage.label(phase)
    through = np.intersect1d(layer(labels, axis, 0), layer(labels, axis, -1))
    through = through[through > 0]
    if through.size == 0:
        return {}
    inside = np.isin(labels, through)
    costs = np.where(inside, 1.0, -1.0)  # below 0: no way
    start = np.argwhere(inside & (np.indices(phase.shape)[axis] == 0))
    ways, _ = skimage.graph.MCP_Geometric(costs, sampling=spacing).find_costs(start)
    ends = layer(ways, axis, -1)[layer(inside, axis, -1)]
    length = phase.shape[axis] * spacing[axis]
    return {"geodesic_tortuosity": (ends.mean() + spacing[axis]) / length,
            "geodesic_tortuosity_least": (ends.min() + spacing[axis]) / length}


def triple_edges(labels, spacing):
    total = 0.0
    for axis in range(3):
        across = [a for a in range(3) if a != axis]
        quarter = [labels]
        for a in across:
            n = labels.shape[a]
            quarter = [np.take(q, range(start, n - 1 + start), axis=a) for q in quarter for start in (0, 1)]
        all_three = np.logical_and.reduce([np.logical_or.reduce([q == phase for q in quarter]) for phase in range(3)])
        total += all_three.sum() * spacing[axis]
    return total / (labels.size * math.prod(spacing))


def expected(labels, axis, spacing):
    """(study, phase or phases, axis or None, quantity) -> number, lengths in edges; None where it is undefined."""
    found = {}
    for number, name in enumerate(NAMES):
        phase = labels == number
        along = "zyx"[axis]
        found["fractions", name, along, "volume_fraction"] = phase.mean()
        for key, value in connectivity(phase, axis).items():
            found["connectivity", name, along, key] = value
        for key, value in sizes(phase, axis, spacing).items():
            found["sizes", name, along, key] = value
        for a in range(3):
            for key, value in chords(phase, a, spacing[a]).items():
                found["chords", name, "zyx"[a], key] = value
        for key, value in geodesic(phase, axis, spacing).items():
            found["geodesic", name, along, key] = value
    for a in range(3):
        for b in range(a + 1, 3):
            area = 0.0
            for across in range(3):
                n = labels.shape[across]
                below, above = (np.take(labels, range(start, n - 1 + start), across) for start in (0, 1))
                pairs = np.count_nonzero((np.minimum(below, above) == a) & (np.maximum(below, above) == b))
                area += pairs * math.prod(spacing) / spacing[across]
            found["interfaces", f"{NAMES[a]}, {NAMES[b]}", None, "specific_faces"] = area / (labels.size * math.prod(spacing))
    found["triple_lines", ", ".join(NAMES), None, "triple_edges"] = triple_edges(labels, spacing)
    return found


LENGTHS = {"m": 1, "1/m": -1, "1/m2": -2, "m3": 3, "1": 0}


def given(report):
    """The same of a report, lengths in micrometres."""
    found = {}
    for result in report["results"]:
        phases = ", ".join([result["phase"], *result.get("with", [])])
        for name, quantity in result["quantities"].items():
            value = quantity["value"]
            if value is not None:
                value *= 1e6 ** LENGTHS.get(quantity["unit"], 0)
            found[result["study"], phases, result.get("axis"), name] = value
    return found


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    random = np.random.default_rng(seed)
    wrong, compared = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in range(4):
            labels = volume(random, tuple(int(n) for n in random.integers(20, 75, 3)))
            # Edges of which the shortest is 1 and all squares are exact, so that no tie is broken by rounding.
            spacing = random.permutation([1.0, *(random.choice([1.0, 1.5, 2.0], 2) if case % 2 else [1.0, 1.0])])
            spacing = tuple(float(edge) for edge in spacing)
            axis = int(random.integers(3))
            np.save(folder / f"{case}.npy", labels)
            subprocess.run([program, "evaluate", f"{case}.npy", "--phases", "pore=0,active=1,binder=2", "--thickness", "zyx"[axis],
                            "--voxel-size", ",".join(str(edge) for edge in spacing) + "um", "-o", f"out{case}", "--quiet"],
                           cwd=folder, check=True)
            values = given(json.loads((folder / f"out{case}" / "results.json").read_text()))
            for key, number in expected(labels, axis, spacing).items():
                compared += 1
                value = values[key]
                if value is None or number is None:
                    same = value is number
                else:
                    # Ways are added up in whole units.
                    same = math.isclose(value, number, rel_tol=3e-7 if key[0] == "geodesic" else 1e-9, abs_tol=1e-12)
                if not same:
                    wrong.append(f"{labels.shape}, voxels {spacing}, seed {seed}: {' '.join(map(str, key))}: {value}, not {number}")
    print(f"{compared} numbers of {case + 1} volumes compared with scipy, scikit-image and edt (seed {seed})")
    sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
