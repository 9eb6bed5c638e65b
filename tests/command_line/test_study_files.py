"""Settings files: what a run wrote computes the same again, and no key is lost without a word."""

import json
import shutil
import tomllib

import pytest
import volumes
from conftest import assert_refused, contents

OPTIONS = ["--device", "cpu", "--voxel-size", "1um"]
PHASES = ["--phases", "pore=0,active=1,binder=2"]

# Something else than the default, of every setting. Of what is read and written only names.
VALUES = {
    "dataset": "'volume'", "shape": "[4, 4, 4]", "dtype": "'uint16'", "byte-order": "'big'", "header-bytes": 3, "as-2d": "true",
    "axes": "'zyx'", "slice": "{ c = 0 }", "crop": "['1:', '0:', '0:']", "filter": "'median'", "threshold": 3, "voxel-size": "'1um'",
    "outside": 7, "mask": "'mask.h5'", "mask-dataset": "'mask'", "hdf5-plugins": "'plugins'", "external-files": "'others'",
    "resample": "'shortest'", "orient": "'x,y,-z'", "clean": "{ 0 = 2 }", "phases": "{ pore = 0, active = 1, binder = 2 }",
    "phase": 0, "conductivity": "{ 0 = 0.5 }", "law": "'g'", "conductivity-table": "'k.csv'", "phase-porosity": "{ 2 = 0.5 }",
    "bruggeman": 2, "reactive": 1, "ionic": 0, "electronic": "{ 1 = 1 }", "unit": "'S/m'", "default-insulating": "true",
    "allow-absent": "true", "electrolyte": "'nyman2008'", "temperature": "'30C'", "salt-concentration": 500, "study": "'tensor'",
    "axis": "'x'", "periodic-sides": "true", "resolution-study": "true", "thickness": "'x'", "separator": "'high'",
    "impedance": "true", "double-layer": 0.1, "charge-transfer-resistance": 0.1, "no-sampling": "true", "segmentation-study": "true",
    "boundary": "'membrane'", "capacity": "{ 0 = 2 }", "end-time": 2, "end-seconds": 5, "time-scheme": "'bdf2'", "time-step": 0.1,
    "time-tolerance": 1e-4, "frames": 3, "rve": 0.1, "limits": "'limits.toml'", "operator": "'A. Person'", "solver": "'jacobi'",
    "tolerance": 1e-3, "flux-balance": 1e-3, "max-iterations": 9, "precision": "'double'", "threads": 1, "output": "'folder'",
    "field": "'field.vti'", "flux": "true", "fields": "true", "json": "'report.json'", "csv": "'table.csv'", "png": "'picture.png'",
    "histogram": "'histogram.png'", "slice-at": "{ z = 1 }", "overwrite": "true", "time-limit": "'1s'", "checkpoint": "'kept.ckpt'",
    "dry-run": "true", "calibration": "'bench.json'", "progress": "'plain'", "quiet": "true", "device": "'cpu'"}


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))


def numbers(report):
    return [(r["study"], r.get("phase"), r.get("axis"), {name: q["value"] for name, q in r["quantities"].items()}) for r in report["results"]]


# --- the same again ---

@pytest.mark.parametrize("options", [
    ["--field", "a.vti"], ["--field", "a.vti", "--flux"], ["--png", "a.png", "--flux"], ["--csv", "a.csv", "--field", "a.h5", "--flux"],
    ["--field", "a.vti", "--flux-balance", "1e-5", "--tolerance", "0.01"], ["--field", "a.vti", "--slice-at", "z=1"],
    ["--study", "transient", "--field", "a.pvd", "--flux", "--frames", "2", "--time-step", "0.2"]])
def test_a_solve_with_fields_is_repeated_by_its_settings(tauvox, tmp_path, options):
    first = tauvox("solve", "cathode.h5", "--phase", "0", *OPTIONS, *options, "--json", "a.json")
    assert first.returncode == 0, first.stderr
    wanted = json.loads((tmp_path / "a.json").read_text())
    before = contents(tmp_path)
    again = tauvox("solve", "a.settings.toml", "--json", "-")
    assert again.returncode == 0, again.stderr
    assert numbers(json.loads(again.stdout)) == numbers(wanted)
    assert ("does nothing here" in again.stderr) == ("does nothing here" in first.stderr)
    assert contents(tmp_path) == before
    # A run from it that writes a report elsewhere leaves settings that give the same as well.
    assert tauvox("solve", "a.settings.toml", "--json", "b.json").returncode == 0
    third = tauvox("solve", "b.settings.toml", "--json", "-")
    assert third.returncode == 0, third.stderr
    assert numbers(json.loads(third.stdout)) == numbers(wanted)
    replaced = tauvox("solve", "b.settings.toml", "--overwrite")
    assert replaced.returncode == 0, replaced.stderr
    assert contents(tmp_path)["a.settings.toml"] == before["a.settings.toml"]


def test_the_flux_of_no_file_is_still_refused(tauvox):
    assert_refused(tauvox("solve", "cathode.h5", "--phase", "0", "--flux"), 2, "the flux goes nowhere")
    assert_refused(tauvox("evaluate", "cathode.h5", *PHASES, *OPTIONS, "--fields"), 2, "the fields go nowhere")


def test_an_evaluation_with_fields_is_repeated_by_its_settings(tauvox, tmp_path, without_gnuplot):
    run = ["cathode.h5", *PHASES, *OPTIONS, "--ionic", "pore", "--axis", "z,y", "--tolerance", "0.01", "--fields", "--slice-at", "z=1"]
    assert tauvox("evaluate", *run, "-o", "w").returncode == 0
    before = contents(tmp_path)
    again = tauvox("evaluate", "w/settings.toml")
    assert again.returncode == 0 and "does nothing here" not in again.stderr, again.stderr
    assert contents(tmp_path) == before
    elsewhere = tauvox("evaluate", "w/settings.toml", "-o", "v")
    assert elsewhere.returncode == 0 and (tmp_path / "v/fields/thickness.vti").exists(), elsewhere.stderr
    shown = [line for line in again.stdout.splitlines() if " = " in line]
    written = [line for line in elsewhere.stdout.splitlines() if " = " in line]
    assert shown == written and any("D_eff" in line for line in shown)


# --- keys that a command does not take ---

def options_of(tauvox, command):
    return {word.strip(",").removeprefix("--") for word in tauvox(command, "--help").stdout.split() if word.startswith("--")}


def notice_of(result):
    said = [line for line in result.stderr.splitlines() if "not taken here are" in line and not line.startswith("{")]
    return set(said[0].split("not taken here are ")[1].split(";")[0].split(", ")) if said else set()


def test_a_folder_that_is_copied_repeats_its_run_in_itself(tauvox, tmp_path, without_gnuplot):
    """Also where all was given by absolute paths: the results where it comes from are not replaced."""
    first, copy = tmp_path / "first", tmp_path / "copy"
    first.mkdir()
    volumes.hdf5(first / "cathode.h5", volume=volumes.repeated(2))
    volumes.hdf5(tmp_path / "elsewhere.h5", volume=volumes.repeated(2))
    shared = ["--phase", "0", "--device", "cpu"]
    assert tauvox("solve", first / "cathode.h5", *shared, "--csv", first / "a.csv", "--json", first / "b.json").returncode == 0
    assert tauvox("solve", tmp_path / "elsewhere.h5", *shared, "--csv", first / "e.csv").returncode == 0
    assert tauvox("evaluate", first / "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "-o",
                  first).returncode == 0
    assert tomllib.loads((first / "e.settings.toml").read_text())["input"] == str(tmp_path / "elsewhere.h5")  # as it was given
    shutil.copytree(first, copy)
    before = contents(first)
    for command, name in [("solve", "b.settings.toml"), ("solve", "e.settings.toml"), ("evaluate", "settings.toml")]:
        settings = tomllib.loads((copy / name).read_text())
        assert set(settings["written"].values()) <= {"a.csv", "b.json", "e.csv", "."}
        result = tauvox(command, copy / name, "--overwrite")
        assert result.returncode == 0, result.stderr
        assert contents(first) == before
    first.rename(tmp_path / "gone")
    assert tauvox("solve", copy / "b.settings.toml").returncode == 0


@pytest.mark.parametrize("command", ["solve", "evaluate", "batch"])
def test_every_setting_is_taken_or_named(tauvox, tmp_path, command):
    every = json.loads(tauvox("solve", "cathode.h5", "--phase", "0", "--json", "-", *OPTIONS).stdout)["settings"]
    assert set(VALUES) == set(every) - {"input"}
    taken = options_of(tauvox, command)
    others = {name: value for name, value in VALUES.items() if name not in taken}
    assert others
    needed = {"solve": {"phase": 0, "device": "'cpu'"},
              "evaluate": {"phases": VALUES["phases"], "voxel-size": "'1um'", "no-sampling": "true", "device": "'cpu'"}}
    lines = {"input": "'cathode.h5'"} | needed.get(command, needed["evaluate"]) | others
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    (tmp_path / "s.toml").write_text(text)
    words = {"batch": ["batch", "cathode.h5", "--settings", "s.toml", "-o", "lot"]}.get(command, [command, "s.toml"])
    before = set(contents(tmp_path))
    result = tauvox(*words)
    assert result.returncode == 0, result.stderr
    assert notice_of(result) == set(others)
    made = {name for name in set(contents(tmp_path)) - before if not name.startswith("lot/")}
    assert made == set()


def test_a_batch_heeds_what_it_has_itself(tauvox, tmp_path, without_gnuplot):
    run = [*PHASES, *OPTIONS, "--no-sampling"]
    assert tauvox("evaluate", "cathode.h5", *run, "-o", "r").returncode == 0
    text = (tmp_path / "r/settings.toml").read_text()
    (tmp_path / "r/dry.toml").write_text("dry-run = true\ncalibration = 'results.json'\n" + text)
    dry = tauvox("batch", "cathode.h5", "--settings", "r/dry.toml", "-o", "lot")
    assert dry.returncode == 0 and "node hours" in dry.stdout and not (tmp_path / "lot").exists(), dry.stderr
    (tmp_path / "r/alone.toml").write_text("dry-run = true\n" + text)
    assert_refused(tauvox("batch", "cathode.h5", "--settings", "r/alone.toml", "-o", "lot"), 2, "--calibration")
    # Of the settings of an evaluation nothing is missed: neither its volume, nor the folder it wrote.
    assert notice_of(tauvox("batch", "cathode.h5", "--settings", "r/settings.toml", "-o", "lot")) == set()


def test_settings_of_another_command_have_no_effect(tauvox, tmp_path):
    (tmp_path / "s.toml").write_text("input = 'cathode.h5'\nphase = 0\ndevice = 'cpu'\noutput = 'cathode.h5'\n")
    result = tauvox("solve", "s.toml", "--json", "s.json")
    assert result.returncode == 0, result.stderr
    assert "not taken here are output;" in result.stderr and json.loads((tmp_path / "s.json").read_text())["settings"]["output"] is None


def test_near_names_are_those_of_the_command(tauvox, tmp_path):
    (tmp_path / "s.toml").write_text("input = 'cathode.h5'\nphase = 0\nionc = 0\n")
    result = tauvox("solve", "s.toml")
    assert_refused(result, 2, "'ionc'")
    assert "ionic" not in result.stderr
    (tmp_path / "e.toml").write_text(f"input = 'cathode.h5'\nphases = {VALUES['phases']}\nionc = 0\n")
    assert_refused(tauvox("evaluate", "e.toml"), 2, "did you mean 'ionic'?")
    studies = tauvox("solve", "cathode.h5", "--phase", "0", "--study", "tensr")
    assert_refused(studies, 2, "tensor", "percolation")
    assert "accessible" not in studies.stderr and "accessible" not in tauvox("solve", "--help").stdout
    assert_refused(tauvox("solve", "cathode.h5", "--phase", "0", "--study", "accessible"), 2, "one of: effective_transport")


# --- settings without effect ---

@pytest.mark.parametrize("scheme", ["tr-bdf2", "bdf2", "backward-euler"])
def test_a_tolerance_beside_fixed_steps_is_said(tauvox, scheme):
    run = ["solve", "cathode.h5", "--phase", "0", *OPTIONS, "--study", "transient", "--time-scheme", scheme, "--time-step", "0.25"]
    assert "--time-tolerance does nothing here" in tauvox(*run, "--time-tolerance", "1e-5").stderr
    assert "does nothing" not in tauvox(*run).stderr


def test_as_2d_of_a_volume_is_said(tauvox):
    said = "--as-2d does nothing here"
    for command in (["solve", "--phase", "0"], ["inspect"], ["evaluate", *PHASES, "--voxel-size", "1um", "--no-sampling"]):
        run = [command[0], "cathode.h5", *command[1:]]
        of_all = tauvox(*run, "--as-2d")
        assert of_all.returncode == 0 and said in of_all.stdout + of_all.stderr
        plain = tauvox(*run)
        assert said not in plain.stdout + plain.stderr


def test_an_operator_that_is_recorded_nowhere_is_said(tauvox, without_gnuplot):
    run = ["evaluate", "cathode.h5", *PHASES, *OPTIONS, "--no-sampling", "--operator", "A. Person"]
    said = "--operator does nothing here"
    assert said in tauvox(*run).stderr
    assert said not in tauvox(*run, "-o", "r").stderr and said not in tauvox("evaluate", "r/settings.toml").stderr


def test_a_batch_says_what_is_not_drawn_anew(tauvox, tmp_path, without_gnuplot):
    run = ["batch", "cathode.h5", *PHASES, *OPTIONS, "--no-sampling", "-o", "lot"]
    first = tauvox(*run, "--operator", "A. Person")
    assert first.returncode == 0 and "not drawn anew" not in first.stderr
    assert "not drawn anew" not in tauvox(*run, "--operator", "A. Person").stderr
    assert "not drawn anew" not in tauvox(*run).stderr
    later = tauvox(*run, "--operator", "B. Other", "--slice-at", "z=1")
    assert later.returncode == 0 and "(kept," in later.stdout
    assert "1 had another value of --operator, --slice-at: they are not drawn anew" in later.stderr
