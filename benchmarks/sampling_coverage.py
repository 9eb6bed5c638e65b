"""How often the sampling interval of a block holds the value of the electrode it was cut from.

usage: sampling_coverage.py TAUVOX FOLDER [--diameter LEAST,MOST] [--seeds 101,102,103,104]

Generated electrodes of 192^3 voxels, each in 27 blocks of 64^3; effective_ratio of the pore along three axes. About two
minutes of one core an electrode. Results are printed electrode by electrode.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

EDGE, BLOCK = 192, 64


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tauvox", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--diameter", default="0.03125,0.08333", help="particles, fractions of the edge")
    parser.add_argument("--seeds", default="101,102,103,104")
    settings = parser.parse_args()
    settings.folder.mkdir(exist_ok=True)
    program = settings.tauvox.resolve()

    def run(*arguments):
        return subprocess.run([program, *arguments], cwd=settings.folder, check=True, capture_output=True, text=True).stdout

    def ratios(results):
        return {r["axis"]: r["quantities"]["effective_ratio"] for r in results if r["study"] == "effective_transport"}

    rows = []
    for seed in settings.seeds.split(","):
        file = f"electrode_{seed}.h5"
        run("generate", "electrode", "--size", str(EDGE), "--seed", seed, "--diameter", settings.diameter, "-o", file, "--overwrite",
            "--voxel-size", "0.4um")
        whole = ratios(json.loads(run("solve", file, "--phase", "0", "--axis", "all", "--quiet", "--json", "-"))["results"])
        for begin in [[BLOCK * (i // 9), BLOCK * (i // 3 % 3), BLOCK * (i % 3)] for i in range(27)]:
            run("evaluate", file, "--crop", ",".join(f"{b}:{b + BLOCK}" for b in begin), "--phases", "pore=0,active=1,binder=2",
                "--ionic", "pore", "-o", "block", "--overwrite", "--quiet", "--threads", "1")
            for axis, ratio in ratios(json.loads((settings.folder / "block/results.json").read_text())["results"]).items():
                half_width = ratio["uncertainty"].get("sampling", {}).get("half_width")
                rows.append((ratio["value"], half_width, whole[axis]["value"]))
        given = [row for row in rows if row[1] is not None]
        held = sum(abs(value - truth) <= half_width for value, half_width, truth in given)
        print(f"up to seed {seed}: {len(given)} of {len(rows)} have an interval, {held} of those hold the value of the whole; "
              f"median half width {statistics.median(h / v for v, h, _ in given):.1%}, "
              f"bias {statistics.mean(v / t - 1 for v, _, t in rows):+.1%}", flush=True)


main()
