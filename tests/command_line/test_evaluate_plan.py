"""What `evaluate --dry-run` says before, and what the run takes then."""

import json
import os
import re
import shutil

import pytest
import volumes
from conftest import assert_refused, measures_memory

pytestmark = pytest.mark.usefixtures("without_gnuplot")
PRLIMIT = shutil.which("prlimit")  # before the path has no gnuplot
PHASES = ["--phases", "pore=0,active=1,binder=2", "--device", "cpu"]
FLAT = ["--voxel-size", "0.8um,0.4um,0.4um"]
MADE = {"a": ["electrode", "--size", "112", "--seed", "2"], "open": ["electrode", "--size", "112", "--porosity", "0.6", "--seed", "4"],
        "flat": ["electrode", "--size", "64,112,112", "--seed", "4"]}
CASES = {"geometry": ("a", []), "without sampling": ("a", ["--no-sampling"]), "open": ("open", []), "flat voxels": ("flat", FLAT),
         "ions": ("a", ["--ionic", "pore", "--axis", "z"]), "three axes": ("open", ["--ionic", "pore"]),
         "ions and electrons": ("a", ["--ionic", "pore", "--electronic", "active=1,binder=0.1", "--axis", "z"]),
         "fields": ("a", ["--ionic", "pore", "--axis", "z", "--fields"])}


# What the program takes with no voxel at all is not the same on every machine, and much of these small runs.
OF_THE_PROGRAM = 4e6


def peak_said(text):
    return int(re.search(r"^peak on the host +(\d+)", text, flags=re.M).group(1))


@measures_memory
@pytest.mark.parametrize("name", CASES)
def test_the_peak_is_at_most_15_percent_above_what_the_run_takes(tauvox, tmp_path, name):
    made, more = CASES[name]
    assert tauvox("generate", *MADE[made], "--voxel-size", "0.4um", "-o", "e.h5").returncode == 0
    run = ["evaluate", "e.h5", *PHASES, *more, "-o", "report"]
    plan = tauvox(*run, "--dry-run")
    assert plan.returncode == 0, plan.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["e.h5"]
    assert tauvox(*run).returncode == 0
    taken = json.loads((tmp_path / "report/results.json").read_text())["memory"]["host_peak_resident_bytes"]
    assert taken <= peak_said(plan.stdout) <= 1.15 * taken + OF_THE_PROGRAM, f"{peak_said(plan.stdout)} for {taken}"
    # The run itself is a calibration of others like it.
    again = tauvox(*run, "--dry-run", "--calibration", "report/results.json")
    assert again.returncode == 0, again.stderr
    assert taken <= peak_said(again.stdout) <= 1.15 * taken + OF_THE_PROGRAM
    seconds = json.loads((tmp_path / "report/results.json").read_text())["timings_s"]["total"]
    least, most = (float(word) for word in re.search(r"^time: (\S+) to (\S+) s, by report/results.json$", again.stdout, flags=re.M).groups())
    assert least <= seconds <= most
    assert re.search(r"^slurm: --mem=\d+M --time=\d\d:\d\d:00$", again.stdout, flags=re.M)


def test_a_dry_run_refuses_what_the_run_would(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "e.h5", volume=volumes.repeated(2))
    run = ["evaluate", "e.h5", *PHASES, "--voxel-size", "1um", "--dry-run"]
    assert_refused(tauvox(*run, "--ionic", "nobody"), 2, "nobody")
    (tmp_path / "bench.json").write_text('{"kind": "tauvox bench"}')
    assert_refused(tauvox(*run, "--calibration", "bench.json"), 3, "bench.json", "results.json of tauvox evaluate")
    assert_refused(tauvox(*run[:-1], "--calibration", "bench.json"), 2, "--calibration", "--dry-run")
    assert_refused(tauvox("evaluate", "e.h5", "--voxel-size", "1um", "--dry-run"), 2, "no phase has a name")


def test_what_the_run_would_not_heed_is_said_before_it(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "a.h5", volume=volumes.LABELS)
    run = ["evaluate", "a.h5", *PHASES, "--voxel-size", "1um", "--axis", "x", "--tolerance", "1e-3", "--slice-at", "z=1"]
    notices = [line for line in tauvox(*run, "--dry-run").stderr.splitlines() if "does nothing here" in line]
    assert [line.split("notice: ")[1].split()[0] for line in notices] == ["--tolerance", "--axis", "--slice-at"]
    solved = tauvox(*run, "--dry-run", "--ionic", "pore", "-o", "out").stderr
    assert "does nothing here" not in solved


def test_what_the_disk_has_no_room_for_is_refused_before_the_run(tauvox, tmp_path):
    """A field takes half of what its numbers do at least; here a file may have less."""
    assert tauvox("generate", "electrode", "--size", "48", "--voxel-size", "0.4um", "-o", "e.h5").returncode == 0
    run = ["evaluate", "e.h5", *PHASES, "--ionic", "pore", "--axis", "z", "-o", "new/report"]
    solve = ["solve", "e.h5", "--phase", "0", "--device", "cpu", "--flux", "--field", "u.vti"]
    few = [PRLIMIT, "--fsize=300000"]
    for line in ([*run, "--fields"], [*run, "--fields", "--dry-run"], [*solve, "--dry-run"]):
        result = tauvox(*line, before=few)
        assert_refused(result, 7, "not enough room", "at least 0.3539 MB", "ulimit -f")
        assert ("MB on disk" in result.stdout) == ("--dry-run" in line) and "fractions:" not in result.stdout
        assert [path.name for path in tmp_path.iterdir()] == ["e.h5"]
    said = tauvox(*run, "--dry-run", before=few)
    assert said.returncode == 0 and "outputs: up to 4 MB on disk" in said.stdout and "new/report/report.html: 0.3 MB are free" in said.stderr


def test_what_an_evaluation_takes_on_disk_is_within_what_was_said(tauvox, tmp_path):
    assert tauvox("generate", "electrode", "--size", "48", "--voxel-size", "0.4um", "-o", "e.h5").returncode == 0
    run = ["evaluate", "e.h5", *PHASES, "--ionic", "pore", "--electronic", "active=1,binder=0.1", "--fields", "-o", "report"]
    most = float(re.search("up to ([0-9.]+) MB on disk", tauvox(*run, "--dry-run").stdout).group(1)) * 1e6
    assert tauvox(*run).returncode == 0
    taken = sum(path.stat().st_size for path in (tmp_path / "report").rglob("*") if path.is_file())
    assert 0.3 * most < taken < most


def test_a_run_that_goes_on_needs_no_room_for_what_it_has_written(tauvox, tmp_path, library):
    assert tauvox("generate", "electrode", "--size", "48", "--voxel-size", "0.4um", "-o", "e.h5").returncode == 0
    run = ["evaluate", "e.h5", *PHASES, "--ionic", "pore", "--axis", "z", "--fields", "-o"]
    failing = os.environ | {"LD_PRELOAD": library}
    assert tauvox(*run, "whole", env=failing | {"TAUVOX_FAIL_COUNTS": str(tmp_path / "counts")}).returncode == 0
    renames = max(int(line.split()[1]) for line in (tmp_path / "counts").read_text().splitlines() if line.startswith("rename"))
    assert tauvox(*run, "report", env=failing | {"TAUVOX_FAIL": f"rename:{renames - 3}:28"}).returncode == 7
    assert (tmp_path / "report/fields/ionic_z.vti").exists() and not (tmp_path / "report/settings.toml").exists()
    few = [PRLIMIT, "--fsize=300000"]
    assert_refused(tauvox(*run, "another", before=few), 7, "not enough room")
    again = tauvox(*run, "report", before=few)
    assert again.returncode == 0 and (tmp_path / "report/settings.toml").exists(), again.stderr
