#!/usr/bin/env python3
"""How much the resolution uncertainty of a quantity differs between the eight mirror images of a volume, in which its value is the same.

    python3 benchmarks/mirrored.py build/tauvox VOLUME...      # labels 0, 1 and 2, cubes of 0.4 um

Each image is evaluated; of each quantity that is the same in all of them, the largest uncertainty over the smallest: the worst over
volumes and phases, and the median.
"""

import collections
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

tauvox = Path(sys.argv[1]).resolve()
ratios = collections.defaultdict(list)
with tempfile.TemporaryDirectory() as folder:
    for volume in map(Path.resolve, map(Path, sys.argv[2:])):
        seen = collections.defaultdict(list)
        for signs in itertools.product(["", "-"], repeat=3):
            turned = ",".join(sign + axis for sign, axis in zip(signs, "zyx"))
            subprocess.run([tauvox, "evaluate", volume, "--phases", "pore=0,active=1,binder=2", "--voxel-size", "0.4um", "--no-sampling",
                            f"--orient={turned}", "--separator", "high" if signs[0] else "low", "-o", folder, "--overwrite", "--quiet"],
                           check=True, capture_output=True)
            for result in json.loads((Path(folder) / "results.json").read_text())["results"]:
                for name, quantity in result["quantities"].items():
                    width = (quantity.get("uncertainty") or {}).get("resolution", {}).get("half_width")
                    if quantity["value"] is not None and width is not None:
                        seen[name, result.get("phase"), str(result.get("with")), result.get("axis")].append((quantity["value"], width))
        for (name, *_), found in seen.items():
            values, widths = zip(*found)
            if len(found) == 8 and max(values) - min(values) <= 1e-9 * max(map(abs, values)):
                ratios[name].append(max(widths) / min(widths) if min(widths) > 0 else float("inf") if max(widths) > 0 else 1)
for name, found in sorted(ratios.items(), key=lambda pair: -max(pair[1])):
    print(f"{name:32} {max(found):8.2f} {statistics.median(found):8.2f}  ({len(found)})")
