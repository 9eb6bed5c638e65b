#!/usr/bin/env python3
"""How long a run takes to end after it was asked to, whatever it is at.

    python3 benchmarks/stop_latency.py build/tauvox [SIZE [RUNS]]      # a generated electrode of SIZE^3 voxels (192), 20 signals a command

TERM is sent at moments spread over the time that the whole run takes, from reading to writing; the wait of each is printed. A run that
is over before its signal counts as none.
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

tauvox = Path(sys.argv[1]).resolve()
size, runs = sys.argv[2] if len(sys.argv) > 2 else "192", int(sys.argv[3]) if len(sys.argv) > 3 else 20
COMMANDS = {
    "evaluate": ["evaluate", "e.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--axis", "z", "-o", "report"],
    "solve": ["solve", "e.h5", "--phase", "0", "--axis", "all", "--field", "f.vti", "--json", "out.json"],
}
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    subprocess.run([tauvox, "generate", "electrode", "--size", size, "--voxel-size", "0.4um", "-o", "e.h5"], cwd=folder, check=True, capture_output=True)

    def clear():
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.name != "e.h5":
                path.rmdir() if path.is_dir() else path.unlink()

    for command, words in COMMANDS.items():
        began = time.monotonic()
        subprocess.run([tauvox, *words], cwd=folder, check=True, capture_output=True)
        whole, waits = time.monotonic() - began, {}
        for i in range(runs):
            clear()
            run = subprocess.Popen([tauvox, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole * (i + 0.5) / runs)
            run.send_signal(signal.SIGTERM)
            asked = time.monotonic()
            code = run.wait(120)
            assert code in (0, 75, -signal.SIGTERM), code  # the last before it listens
            if code != 0:
                waits[round(100 * (i + 0.5) / runs)] = time.monotonic() - asked
        print(f"{command} of {size}^3, {whole:.1f} s: {len(waits)} of {runs} runs ended by the signal, after at most {max(waits.values()):.2f} s")
        print("  " + ", ".join(f"at {at} %: {seconds:.2f} s" for at, seconds in waits.items()))
        clear()
