"""TauFactor 2 and tauvox on one GPU: the same generated electrodes, labels in host memory to D_eff, true error beside the time.

usage: python3 benchmarks/peers/gpu.py --tauvox build-gpu/tauvox [--sizes 128 256] [--settings 1e-2 1e-3] [--device cpu]

Wants torch, numpy and taufactor; a wheel of it on PYTHONPATH will do, since it is pure Python. Both processes are warm:
context and first compilations are not timed, transfer and set-up are. The reference is tauvox in FP64 at 1e-8.
Prints a table, then one JSON object. Exit code 8: torch, taufactor or the GPU is missing.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile


def run(command):
    """What a command prints; ends with its error where it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def reference(options, volume, size, folder):
    report = folder / "reference.json"
    run([options.tauvox, "solve", volume, "--shape", f"{size},{size},{size}", "--dtype", "uint8", "--phase", "0", "--axis",
         "z", "--precision", "double", "--tolerance", "1e-8", "--device", options.device, "--quiet", "--overwrite",
         "--json", report])
    return json.loads(report.read_text())["results"][0]["quantities"]["effective_ratio"]["value"]


def rows_of(size, options, folder):
    """One row for tauvox, one for each setting of TauFactor."""
    import numpy
    import solve_peer

    volume = folder / f"electrode-{size}.raw"
    run([options.tauvox, "generate", "electrode", "--size", size, "-o", volume])
    exact = reference(options, volume, size, folder)
    labels = numpy.fromfile(volume, numpy.uint8).reshape(size, size, size)
    dev = pathlib.Path(options.tauvox).with_name("tauvox_dev")
    ours = json.loads(run([dev, "solve", "--size", size, "--device", options.device, "--repeats",
                           options.repeats, "--verify", "fluxes"]))
    yield {"tool": "tauvox", "size": size, "setting": "1e-4", "seconds": ours["seconds"],
           "d_eff": ours["effective_ratio"], "true_error": ours["effective_ratio"] / exact - 1}
    small = labels[:16, :16, :16]
    solve_peer.taufactor(small, {0: 1.0}, "1e-1", options.device)  # warms up
    for setting in options.settings:
        runs = [solve_peer.taufactor(labels, {0: 1.0}, setting, options.device) for _ in range(options.repeats)]
        yield {"tool": "taufactor", "size": size, "setting": setting,
               "seconds": statistics.median(r["solve_wall_s"] for r in runs), "d_eff": runs[0]["d_eff"],
               "true_error": runs[0]["d_eff"] / exact - 1, "iterations": runs[0]["iterations"],
               "converged": runs[0]["converged"]}


def main():
    p = argparse.ArgumentParser(usage=__doc__.splitlines()[2][7:])
    p.add_argument("--tauvox", required=True)
    p.add_argument("--sizes", type=int, nargs="+", default=[128, 256])
    p.add_argument("--settings", nargs="+", default=["1e-2", "1e-3"])
    p.add_argument("--device", default="cuda")
    p.add_argument("--repeats", type=int, default=3)
    options = p.parse_args()
    options.tauvox = str(pathlib.Path(options.tauvox).resolve())
    try:
        import taufactor  # noqa: F401
        import torch
    except ImportError as missing:
        print(f"not run: {missing}", file=sys.stderr)
        return 8
    if options.device == "cuda" and not torch.cuda.is_available():
        print("not run: torch finds no GPU", file=sys.stderr)
        return 8
    name = torch.cuda.get_device_name(0) if options.device == "cuda" else "CPU, torch on one thread"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            for row in rows_of(size, options, pathlib.Path(folder)):
                row["ratio"] = row["seconds"] / next(r for r in rows + [row] if r["size"] == size)["seconds"]
                rows.append(row)
                print(f"{row['size']:5}^3  {row['tool']:9}  {row['setting']:5}  {row['seconds']:9.3f} s  x {row['ratio']:7.1f}"
                      f"  error {row['true_error']:+.1e}", flush=True)
    print(json.dumps({"benchmark": "peers on a GPU", "device": name, "torch": torch.__version__, "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
