"""What `solve --dry-run` says of the studies of geometry, and of fields, and what the run takes then."""

import json
import re

import pytest
from conftest import measures_memory

OF_THE_PROGRAM = 12e6  # differs by machine
STUDIES = ["percolation", "fractions", "connectivity", "interfaces", "triple_lines", "sizes", "chords", "geodesic", "particles"]
CASES = [["--phases", "pore=0,active=1,binder=2", "--study", study] for study in STUDIES]
CASES += [["--phase", "0", "--axis", "all", "--field", field, *flux] for field in ("f.vti", "f.h5") for flux in ([], ["--flux"])]


@measures_memory
@pytest.mark.parametrize("size", ["64", "112"])
@pytest.mark.parametrize("edges", ["0.4um", "0.8um,0.4um,0.4um"])
def test_the_peak_is_at_most_15_percent_above_what_the_run_takes(tauvox, size, edges, tmp_path):
    assert tauvox("generate", "electrode", "--size", size, "--seed", "2", "--voxel-size", "0.4um", "-o", "e.h5").returncode == 0
    for case in CASES:
        run = ["solve", "e.h5", *case, "--voxel-size", edges, "--device", "cpu", "--overwrite"]
        said = int(re.search(r"^peak on the host +(\d+)", tauvox(*run, "--dry-run").stdout, flags=re.M).group(1))
        assert tauvox(*run, "--json", "o.json").returncode == 0
        taken = json.loads((tmp_path / "o.json").read_text())["memory"]["host_peak_resident_bytes"]
        assert taken <= said <= 1.15 * taken + OF_THE_PROGRAM, f"{case}: {said} for {taken}"
