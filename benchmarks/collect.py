#!/usr/bin/env python3
"""Seconds and memory of `tauvox collect` on many results.

    python3 benchmarks/collect.py build/tauvox [COUNT [SIZE]]      # 10000 evaluations of a generated electrode of SIZE^3 (64)

One electrode is evaluated; its results.json is copied with another hash and path for each, which are what tells them apart.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

tauvox = Path(sys.argv[1]).resolve()
count, size = int(sys.argv[2]) if len(sys.argv) > 2 else 10000, sys.argv[3] if len(sys.argv) > 3 else "64"
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    for words in (["generate", "electrode", "--size", size, "--voxel-size", "0.4um", "-o", "e.h5"],
                  ["evaluate", "e.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--quiet", "-o", "one"]):
        subprocess.run([tauvox, *words], cwd=folder, check=True, capture_output=True)
    text = (folder / "one/results.json").read_text()
    facts = json.loads(text)["input"]
    for i in range(count):
        (folder / f"lot/{i:05}").mkdir(parents=True)
        own = text.replace(facts["sha256"], f"{i:064x}", 1).replace(facts["path"], f"scan{i:05}.h5", 1)
        (folder / f"lot/{i:05}/results.json").write_text(own)
    for ending in ("csv", "json"):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        said = subprocess.run([tauvox, "collect", "lot", "-o", f"all.{ending}"], cwd=folder, check=True, capture_output=True, text=True).stdout
        seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        assert f"({count} evaluations)" in said, said
        print(f"{count} results of {len(text) / 1000:.0f} KB, .{ending} of {os.path.getsize(folder / f'all.{ending}') / 1e6:.0f} MB: "
              f"{seconds:.1f} s, {after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime:.1f} CPU s, "
              f"at most {after.ru_maxrss / 1000:.0f} MB")
