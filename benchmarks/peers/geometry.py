"""Metrics of geometry beside other programs, in turns, one process a metric and tool: CPU s of the function alone on one
thread, memory it takes beside the array, and what it found.

    bash benchmarks/peers/geometry.sh [--size 160] [--data FILE --label N] [--repeats 3] [--only METRIC]

tauvox and the tools alike ask for huge pages, as the program tauvox does for itself. Prints a table in Markdown and keeps the rows in benchmarks/results/geometry.jsonl. A tool that is not there, fails or is cut
off after --timeout is a row that says so. Called by geometry.sh, which installs the tools.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS",
                                     "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")}
# Large arrays in huge pages, as tauvox asks for itself (host/main.cpp); all tools get the same.
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


# Each gives what is timed, and the number that its result stands for, which is not.

def squared_by_edt(phase):
    import edt
    return (lambda: edt.edt(phase, black_border=False, parallel=1)), lambda found: (found.astype("float64") ** 2).sum()


def squared_by_scipy(phase):
    import scipy.ndimage
    return (lambda: scipy.ndimage.distance_transform_edt(phase)), lambda found: (found ** 2).sum()


def squared_by_itk(phase):
    import SimpleITK
    rest = SimpleITK.GetImageFromArray((~phase).astype("uint8"))
    return (lambda: SimpleITK.SignedMaurerDistanceMap(rest, insideIsPositive=False, squaredDistance=True, useImageSpacing=False),
            lambda found: SimpleITK.GetArrayViewFromImage(found)[phase].astype("float64").sum())


def thickness_by_porespy(phase):
    import porespy
    return (lambda: porespy.filters.local_thickness(phase)), lambda found: 2 * found[phase].mean()


def thickness_by_localthickness(phase):
    import localthickness
    return (lambda: localthickness.local_thickness(phase)), lambda found: 2 * found[phase].mean()


def intrusion_by_porespy(phase):
    import numpy
    import porespy
    inlets = numpy.zeros_like(phase)
    inlets[0] = True
    return (lambda: porespy.filters.porosimetry(phase, inlets=inlets)), lambda found: 2 * found[found > 0].mean()


def clusters_by_scipy(phase):
    import scipy.ndimage
    return (lambda: scipy.ndimage.label(phase)), lambda found: found[1]


def clusters_by_cc3d(phase):
    import cc3d
    return (lambda: cc3d.connected_components(phase, connectivity=6, return_N=True)), lambda found: found[1]


def surface_by_itk(phase):
    import SimpleITK
    image = SimpleITK.GetImageFromArray(phase.astype("uint8"))

    def run():
        found = SimpleITK.LabelShapeStatisticsImageFilter()
        found.ComputePerimeterOn()
        found.ComputeFeretDiameterOff()
        found.Execute(image)
        return found
    return run, lambda found: found.GetPerimeter(1) / phase.size


def surface_by_skimage(phase):
    import skimage.measure
    image = phase.astype("float32")

    def run():
        points, faces, _, _ = skimage.measure.marching_cubes(image, 0.5)
        return skimage.measure.mesh_surface_area(points, faces)
    return run, lambda found: found / phase.size


def euler_by_skimage(phase):
    import skimage.measure
    return (lambda: skimage.measure.euler_number(phase, connectivity=1)), lambda found: found


def chords_by_porespy(phase):
    import numpy
    import porespy

    def run():
        return [porespy.metrics.chord_length_distribution(porespy.filters.apply_chords(phase, axis=axis))
                for axis in range(3)]

    return run, lambda found: numpy.mean([(f.L * f.relfreq).sum() for f in found])


def correlation_by_porespy(phase):
    import porespy
    return (lambda: porespy.metrics.two_point_correlation(phase)), lambda found: found.probability_scaled[0]


def geodesic_by_skimage(phase):
    import numpy
    import skimage.graph
    costs = numpy.where(phase, 1.0, -1.0)
    starts = [(0, y, x) for y, x in numpy.argwhere(phase[0])]

    def number(found):
        ways = found[0][-1]
        return ways[numpy.isfinite(ways)].mean() / (phase.shape[0] - 1)
    return (lambda: skimage.graph.MCP_Geometric(costs).find_costs(starts)), number


def particles_by_porespy(phase):
    import porespy
    return (lambda: porespy.filters.snow_partitioning(phase)), lambda found: found.regions.max()


def fraction_by_taufactor(phase):
    import taufactor.metrics
    return (lambda: taufactor.metrics.volume_fraction(phase, {"phase": 1})), lambda found: found["phase"]


def surface_by_taufactor(method):
    def surface(phase):
        import taufactor.metrics
        return (lambda: taufactor.metrics.specific_surface_area(phase, phases={"phase": 1}, method=method, device="cpu"),
                lambda found: found["phase"])
    return surface


def triple_by_taufactor(labels):
    import contextlib
    import io
    import taufactor.metrics

    def run():
        with contextlib.redirect_stdout(io.StringIO()):  # it prints the number of edges
            return taufactor.metrics.triple_phase_boundary(labels)
    return run, float


# metric -> tool, name of its package, function, what is to be known of its answer
PEERS = {
    "fraction": [("TauFactor", "taufactor", fraction_by_taufactor, "")],
    "distance": [("edt", "edt", squared_by_edt, ""), ("scipy", "scipy", squared_by_scipy, ""),
                 ("ITK", "SimpleITK", squared_by_itk, "")],
    "thickness": [("PoreSpy", "porespy", thickness_by_porespy, "whole radii"),
                  ("localthickness", "localthickness", thickness_by_localthickness, "approximate")],
    "intrusion": [("PoreSpy", "porespy", intrusion_by_porespy, "whole radii")],
    "clusters": [("cc3d", "connected-components-3d", clusters_by_cc3d, ""), ("scipy", "scipy", clusters_by_scipy, "")],
    "surface": [("ITK", "SimpleITK", surface_by_itk, "one lag; cut faces count"),
                ("scikit-image", "scikit-image", surface_by_skimage, "marching cubes"),
                ("TauFactor, gradient", "taufactor", surface_by_taufactor("gradient"), "smoothed"),
                ("TauFactor, faces", "taufactor", surface_by_taufactor("face_counting"), "faces"),
                ("TauFactor, marching cubes", "taufactor", surface_by_taufactor("marching_cubes"), "smoothed")],
    "triple": [("TauFactor", "taufactor", triple_by_taufactor, "")],
    "euler": [("scikit-image", "scikit-image", euler_by_skimage, "")],
    "chords": [("PoreSpy", "porespy", chords_by_porespy, "bins")],
    "correlation": [("PoreSpy", "porespy", correlation_by_porespy, "another number, by FFT")],
    "geodesic": [("scikit-image", "scikit-image", geodesic_by_skimage, "")],
    "particles": [("PoreSpy", "porespy", particles_by_porespy, "other rule (SNOW)")],
}
EXACT = {"fraction", "distance", "clusters", "euler", "triple"}  # every tool has to find the same, edt but for FP32
OF_LABELS = {"triple"}  # of the whole volume, all others of one phase


def resident(which):
    return int(re.search(which + r":\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024


def work(metric, tool, volume, repeats):
    """In a process of its own: one row as JSON."""
    import numpy
    phase = numpy.load(volume)
    package, function = next((p[1], p[2]) for p in PEERS[metric] if p[0] == tool)
    if package == "taufactor":
        phase = phase.astype("int8")  # the edges of its image it fills with -1
    run, number = function(phase)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    found = run()
    memory = resident("VmHWM") - before
    answer = float(number(found))
    del found
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    print(json.dumps({"answer": answer, "cpu_s": statistics.median(seconds), "bytes_per_voxel": memory / phase.size,
                      "version": importlib.metadata.version(package)}))


def run(command, timeout):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=os.environ | ONE_THREAD | HUGE_PAGES)
    except FileNotFoundError:
        return {"status": "not installed"}
    except subprocess.TimeoutExpired:
        return {"status": f"stopped after {timeout:g} s"}
    if done.returncode:
        return {"status": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:160]}
    return {"status": "ok"} | json.loads(done.stdout.splitlines()[-1])


def rows_of(metric, options, volume, folder):
    ours = run([options.dev, "geometry", "--file", volume, "--label", str(options.label), "--threads", "1", "--repeats",
                str(options.repeats), "--metric", metric], options.timeout)
    if ours["status"] == "ok":
        ours |= ours.pop("metrics")[0]
    yield {"metric": metric, "tool": "tauvox", "remark": ours.get("answer_is", ""), **ours}
    array = str(folder / ("labels.npy" if metric in OF_LABELS else "phase.npy"))
    for tool, package, _, remark in PEERS[metric]:
        python = options.taufactor if package == "taufactor" else sys.executable
        found = run([python, "-B", __file__, "--work", metric, tool, array, str(options.repeats)], options.timeout)
        if metric in EXACT and found["status"] == ours["status"] == "ok" \
                and abs(found["answer"] - ours["answer"]) > 1e-6 * abs(ours["answer"]):
            found["status"] = f"other answer: {found['answer']} beside {ours['answer']}"
        yield {"metric": metric, "tool": tool, "remark": remark, **found}


def table(rows, voxels):
    lines = ["| metric | tool | CPU s | ns a voxel | bytes a voxel | times tauvox | answer | remark |",
             "|---|---|---|---|---|---|---|---|"]
    own = {row["metric"]: row.get("cpu_s") for row in rows if row["tool"] == "tauvox"}
    for row in rows:
        remark = row["remark"] if row["status"] == "ok" else row["status"]
        if "cpu_s" not in row:
            lines.append(f"| {row['metric']} | {row['tool']} | - | - | - | - | - | {remark} |")
            continue
        ratio = row["cpu_s"] / own[row["metric"]] if own.get(row["metric"]) else float("nan")
        version = f" {row['version']}" if row["tool"] != "tauvox" else ""
        lines.append(f"| {row['metric']} | {row['tool']}{version} | {row['cpu_s']:.3g} | {1e9 * row['cpu_s'] / voxels:.3g} | "
                     f"{row['bytes_per_voxel']:.3g} | {ratio:.3g} | {row['answer']:.9g} | {remark} |")
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser(prog="benchmarks/peers/geometry.sh")
    p.add_argument("--size", type=int, default=160, help="edge of a generated electrode")
    p.add_argument("--data", help="a volume (HDF5 or TIFF) in its place")
    p.add_argument("--label", type=int, default=0, help="of the phase")
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--timeout", type=float, default=600, help="s a tool may take for a metric")
    p.add_argument("--only", choices=PEERS, help="one metric")
    p.add_argument("--output", type=pathlib.Path, default=pathlib.Path("benchmarks/results/geometry.jsonl"))
    p.add_argument("--tauvox", required=True, help=argparse.SUPPRESS)
    p.add_argument("--dev", required=True, help=argparse.SUPPRESS)
    p.add_argument("--taufactor", required=True, help=argparse.SUPPRESS)
    options = p.parse_args()
    import h5py
    import numpy
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        volume = str(folder / "volume.h5")
        make = ["convert", options.data] if options.data else ["generate", "electrode", "--size", str(options.size), "-o"]
        subprocess.run([options.tauvox, *make, volume], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(volume) as file:
            labels = file["label"][...]
        phase = labels == options.label
        numpy.save(folder / "phase.npy", phase)
        numpy.save(folder / "labels.npy", labels)
        rows = []
        for metric in [options.only] if options.only else PEERS:
            for row in rows_of(metric, options, volume, folder):
                print(f"  {row['metric']} {row['tool']}: {row.get('cpu_s', row['status'])}", file=sys.stderr, flush=True)
                rows.append(row)
    facts = {"input": pathlib.Path(options.data).name if options.data else f"electrode {options.size}", "shape": phase.shape,
             "label": options.label, "share": float(phase.mean()), "load": os.getloadavg()[0],
             "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")}
    with open(options.output, "a") as file:
        for row in rows:
            file.write(json.dumps(row | facts) + "\n")
    print(table(rows, phase.size))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:5], int(sys.argv[5]))
    else:
        main()
