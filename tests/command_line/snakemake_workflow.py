"""examples/hpc/Snakefile with Snakemake itself. usage: snakemake_workflow.py TAUVOX SNAKEMAKE"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

tauvox, snakemake = (Path(argument).resolve() for argument in sys.argv[1:3])
workflow = Path(__file__).resolve().parents[2] / "examples/hpc/Snakefile"
SETTINGS = 'phases = { pore = 0, active = 1, binder = 2 }\ndevice = "cpu"\nionic = ["pore"]\naxis = ["z"]\n'


def run(*words, folder, code=0):
    result = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + result.stderr


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "scans").mkdir()
    (folder / "settings.toml").write_text(SETTINGS)

    def scan(i):
        run(tauvox, "generate", "electrode", "--size", 12, "--seed", i, "--voxel-size", "0.4um", "-o", f"scans/s {i}.h5", folder=folder)

    def snake():
        return run(snakemake, "-s", workflow, "--cores", 2, "--config", "scans=scans/*.h5", f"tauvox={tauvox}", "shards=2", "threads=1",
                   folder=folder)

    def volumes():
        with (folder / "lot/all.csv").open() as file:
            return {row["volume"] for row in csv.DictReader(file)}

    for i in range(3):
        scan(i)
    snake()
    assert len(volumes()) == 3, volumes()
    assert "Nothing to be done" in snake()
    before = {p: p.stat().st_mtime_ns for p in (folder / "lot/volumes").glob("*/results.json")}
    scan(3)
    snake()
    assert len(volumes()) == 4 and len(before) == 3 and all(p.stat().st_mtime_ns == at for p, at in before.items())
print("3 scans, then a fourth: one table, nothing evaluated twice")
