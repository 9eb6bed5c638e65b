"""Names of phases: given once, understood wherever a label is, printed wherever a label is."""

import csv
import io
import json
import tomllib

import numpy
import pytest
import volumes
from conftest import contents, value

NAMES = "pore=0,active=1,binder=2,solid=1+2"


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


def numbers(report):
    return [r["quantities"] for r in report["results"]]


@pytest.mark.parametrize("named, plain", [
    (["--phase", "pore"], ["--phase", "0"]),
    (["--phase", "solid"], ["--phase", "1,2"]),
    (["--phase", "0,binder"], ["--phase", "0,2"]),
    (["--conductivity", "pore=1,solid=0.25"], ["--conductivity", "0=1,1=0.25,2=0.25"]),
    (["--conductivity", "pore=0,1=0.5,binder=2"], ["--conductivity", "0=0,1=0.5,2=2"])])
def test_a_name_gives_the_numbers_of_its_labels(solve, named, plain):
    with_names = solve("cathode.h5", "--phases", NAMES, *named)
    assert numbers(with_names) == numbers(solve("cathode.h5", *plain))
    assert [p["name"] for p in with_names["phases"]] == ["pore", "active", "binder"]
    assert with_names["settings"]["phases"] == {"pore": 0, "active": 1, "binder": 2, "solid": [1, 2]}


def test_names_stand_in_text_and_table(tauvox, tmp_path):
    run = ["solve", "cathode.h5", "--phases", NAMES, "--phase", "solid", "--device", "cpu"]
    text = tauvox(*run).stdout
    for name in ["label     0  pore  ", "label     1  active", "label     2  binder"]:
        assert name in text
    row, = csv.DictReader(io.StringIO(tauvox(*run, "--csv", "-").stdout))
    assert row["phase"] == "active+binder"
    row, = csv.DictReader(io.StringIO(tauvox("solve", "cathode.h5", "--phase", "1", "--csv", "-", "--device", "cpu").stdout))
    assert row["phase"] == ""


def test_inspect_names_labels_and_looks_at_phases_of_several(tauvox):
    text = tauvox("inspect", "cathode.h5", "--phases", NAMES).stdout
    lines = {line.split()[0]: line for line in text.splitlines() if line.startswith("   ")}
    assert "pore" in lines["0"] and "binder" in lines["2"] and "solid = 1+2, percolates along z y x" in lines["phase"]
    report = json.loads(tauvox("inspect", "cathode.h5", "--phases", NAMES, "--json", "-").stdout)
    solid = [r for r in report["results"] if "label" not in r]
    assert [r["phase"] for r in solid] == ["solid"] * 3
    assert value(solid[0], "volume_fraction") == pytest.approx(float(numpy.mean(volumes.LABELS > 0)), rel=1e-12)
    assert [r["phase"] for r in report["results"] if r.get("label") == 2] == ["binder"] * 3


def test_percolation_says_of_which_phase_it_speaks(tauvox):
    result = tauvox("solve", "cathode.h5", "--study", "percolation", "--phases", NAMES, "--device", "cpu")
    assert "label 2 (binder), axis z" in result.stdout and "phase solid, axis x" in result.stdout


@pytest.mark.parametrize("command", [["inspect"], ["solve", "--study", "percolation"], ["solve", "--phase", "pore"]])
def test_a_name_for_an_absent_label_is_refused_or_allowed(tauvox, command):
    run = [*command, "cathode.h5", "--phases", "pore=0,ghost=7"]
    refused = tauvox(*run)
    assert refused.returncode == 4 and "label 7 (ghost) does not occur" in refused.stderr
    assert "0 (pore, " in refused.stderr and "2 (" in refused.stderr
    allowed = tauvox(*run, "--allow-absent")
    assert allowed.returncode == 0, allowed.stderr
    assert allowed.stdout.count("warning: label 7 (ghost) was named but does not occur") == 1


def test_a_study_file_names_phases_and_the_echo_runs_again(tauvox, solve, tmp_path):
    (tmp_path / "study.toml").write_text(
        'input = "cathode.h5"\ndevice = "cpu"\n[phases]\npore = 0\nactive = 1\n"carbon & binder" = 2\nsolid = [1, 2]\n'
        '[conductivity]\npore = 1\nsolid = 0.1\n')
    assert tauvox("solve", "study.toml", "--csv", "out.csv", "--field", "out.vti").returncode == 0
    echo = tomllib.loads((tmp_path / "out.settings.toml").read_text())
    assert echo["phases"] == {"pore": 0, "active": 1, "carbon & binder": 2, "solid": [1, 2]}
    assert echo["conductivity"] == {"pore": 1, "solid": 0.1}
    before = contents(tmp_path)
    again = solve("out.settings.toml")
    assert contents(tmp_path) == before
    assert numbers(again) == numbers(solve("cathode.h5", "--conductivity", "0=1,1=0.1,2=0.1"))
    # The field file knows the names, and is a volume.
    assert b"carbon & binder=2" in (tmp_path / "out.vti").read_bytes()
    assert tauvox("inspect", "out.vti").returncode == 0


def test_the_command_line_may_name_what_a_study_file_speaks_of(tauvox, tmp_path):
    (tmp_path / "study.toml").write_text('input = "cathode.h5"\nphase = ["pore"]\ndevice = "cpu"\n')
    assert tauvox("solve", "study.toml").returncode == 2
    assert tauvox("solve", "study.toml", "--phases", "pore=0").returncode == 0
