"""One row per setting: help, manuals, completion, study files and errors all know the same ones."""

import json
import os
import pty
import re
import shutil
import subprocess
import tomllib

import numpy
import pytest
import volumes
from conftest import assert_refused, contents

COMMANDS = ["solve", "evaluate", "batch", "collect", "inspect", "convert", "export", "explain", "generate", "bench", "info"]
SOLVE = ["solve", "cathode.h5", "--phase", "0,1", "--device", "cpu"]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


@pytest.fixture
def shell_files(tauvox, tmp_path):
    folder = tmp_path / "share"
    result = tauvox("--shell-files", folder)
    assert result.returncode == 0, result.stderr
    return folder


# --- what the program says of itself ---

def test_help_and_manual_know_every_setting_of_a_run(tauvox):
    settings = json.loads(tauvox(*SOLVE, "--json", "-").stdout)["settings"]
    text, manual = tauvox("solve", "--help").stdout, tauvox("--man", "solve").stdout.replace("\\-", "-")
    others = tauvox("evaluate", "--help").stdout, tauvox("--man", "evaluate").stdout.replace("\\-", "-")
    of_inspect = tauvox("inspect", "--help").stdout, tauvox("--man", "inspect").stdout.replace("\\-", "-")
    for name in settings:
        if name != "input":
            of_evaluate = ["output", "ionic", "electronic", "no-sampling", "segmentation-study", "limits", "operator", "fields"]
            pages = others if name in of_evaluate else of_inspect if name == "histogram" else [text, manual]
            assert all(f"--{name}" in page for page in pages), name
    assert "default 0.0001; from 1e-12 to 0.1" in " ".join(text.split())
    assert "effective diffusivity or conductivity, tortuosity factor" in text


def test_manuals_have_no_faults(shell_files):
    pages = sorted(shell_files.glob("man/man1/*.1"))
    assert [page.name for page in pages] == sorted(["tauvox.1"] + [f"tauvox-{name}.1" for name in COMMANDS])
    if not shutil.which("groff"):
        pytest.skip("no groff")
    for page in pages:
        result = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0 and result.stderr == "", page
        assert "EXIT STATUS" in re.sub(r".\x08|\x1b\[[0-9;]*m", "", result.stdout)


BASH = [("tauvox ", COMMANDS), ("tauvox so", ["solve"]), ("tauvox --comp", ["--completion"]),
        ("tauvox --completion ", ["bash", "fish", "zsh"]),
        ("tauvox solve --prec", ["--precision"]), ("tauvox solve --precision ", ["double", "mixed"]),
        ("tauvox solve --precision=d", ["double"]), ("tauvox solve cath", ["cathode.h5"]),
        ("tauvox solve cathode.h5 --json cath", ["cathode.h5"]), ("tauvox generate gy", ["gyroid"]),
        ("tauvox generate gyroid -o cath", ["cathode.h5"]), ("tauvox bench --cases sph", ["sphere-packing"]),
        ("tauvox solve --axis ", ["all", "x", "y", "z"])]


@pytest.mark.parametrize("line, candidates", BASH)
def test_bash_completes(shell_files, tmp_path, line, candidates):
    words = [w for w in re.split(r"(=)|\s+", line) if w] + ([""] if line.endswith(" ") else [])
    script = (f"source {shell_files}/bash-completion/completions/tauvox; COMP_WORDS=({' '.join(repr(w) for w in words)}); "
              f"COMP_CWORD={len(words) - 1}; _tauvox; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    result = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert result.stderr == ""
    assert sorted(result.stdout.split()) == sorted(candidates)


@pytest.mark.parametrize("shell, file", [("bash", "bash-completion/completions/tauvox"),
                                         ("zsh", "zsh/site-functions/_tauvox"),
                                         ("fish", "fish/vendor_completions.d/tauvox.fish")])
def test_completion_is_valid_in_its_shell(shell_files, tauvox, shell, file):
    assert (shell_files / file).read_text() == tauvox("--completion", shell).stdout
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    result = subprocess.run([shell, "-n", shell_files / file], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0 and result.stderr == ""


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
@pytest.mark.parametrize("line, candidates", [
    ("tauvox so", ["solve"]), ("tauvox solve --prec", ["--precision"]), ("tauvox generate gy", ["gyroid"]),
    ("tauvox solve --precision ", ["double", "mixed"]), ("tauvox solve cath", ["cathode.h5"])])
def test_fish_completes(shell_files, tmp_path, line, candidates):
    script = f"source {shell_files}/fish/vendor_completions.d/tauvox.fish; complete -C '{line}'"
    result = subprocess.run(["fish", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30,
                            env=os.environ | {"HOME": str(tmp_path)})
    assert sorted({found.split("\t")[0] for found in result.stdout.splitlines()}) == candidates


# --- the settings beside the results ---

def test_the_echo_is_typed_and_reruns_at_once_without_touching_what_was_written(tauvox, tmp_path):
    (tmp_path / "r").mkdir()
    run = [*SOLVE, "--json", "r/out.json", "--csv", "r/out.csv", "--voxel-size", "0.4um", "--time-limit", "1h30m"]
    assert tauvox(*run).returncode == 0
    echo = tomllib.loads((tmp_path / "r/out.settings.toml").read_text())
    assert echo["phase"] == [0, 1] and echo["tolerance"] == 1e-4 and echo["periodic-sides"] is False
    assert echo["input"] == "../cathode.h5" and echo["voxel-size"] == "0.4um" and echo["time-limit"] == 5400
    assert echo["written"] == {"json": "out.json", "csv": "out.csv"}
    before = contents(tmp_path)
    for folder, name in [(tmp_path, "r/out.settings.toml"), (tmp_path / "r", "out.settings.toml")]:
        again = tauvox("solve", name, cwd=folder)
        assert again.returncode == 0 and "tortuosity factor" in again.stdout
        assert "--overwrite writes it again" in again.stderr
        assert tauvox("solve", name, "--quiet", cwd=folder).stderr == ""
        assert contents(tmp_path) == before


def test_a_rerun_with_overwrite_replaces_what_was_written(tauvox, tmp_path):
    assert tauvox(*SOLVE, "--json", "out.json").returncode == 0
    before = contents(tmp_path)
    (tmp_path / "out.json").write_text("spoilt")
    result = tauvox("solve", "out.settings.toml", "--overwrite")
    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / "out.json").read_text())["results"]
    assert (tmp_path / "out.settings.toml").read_bytes() == before["out.settings.toml"]
    # With other settings, the file that was read would be lost.
    result = tauvox("solve", "out.settings.toml", "--overwrite", "--tolerance", "1e-3")
    assert_refused(result, 2, "input", "out.settings.toml")


def test_a_run_repeated_from_its_echo_has_the_same_settings(tauvox, solve, tmp_path):
    run = ["cathode.h5", "--conductivity", "0=0,1=0.25,2=1e-7", "--axis", "x,z", "--crop", "1:,:,0:7", "--unit", "S/m",
           "--voxel-size", "0.1,0.3,0.7um", "--tolerance", "3e-7", "--max-iterations", "77", "--threads", "2",
           "--flux-balance", "0.05", "--time-limit", "90.5", "--allow-absent", "--periodic-sides", "--solver", "jacobi"]
    assert tauvox("solve", *run, "--csv", "out.csv", "--device", "cpu").returncode in (0, 6)
    first = json.loads(tauvox("solve", *run, "--json", "-", "--device", "cpu").stdout)["settings"]
    again = json.loads(tauvox("solve", "out.settings.toml", "--json", "-").stdout)["settings"]
    assert first == again
    assert first["axis"] == ["x", "z"] and first["threads"] == 2 and first["time-limit"] == 90.5
    assert first["conductivity"] == {"0": 0, "1": 0.25, "2": 1e-7} and first["crop"] == ["1:", "0:", "0:7"]
    assert first["allow-absent"] is True and first["field"] is None


def test_paths_in_a_study_file_are_relative_to_it(tauvox, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/study.toml").write_text('input = "../cathode.h5"\nphase = 0\njson = "out.json"\ndevice = "cpu"\n')
    assert tauvox("solve", "sub/study.toml").returncode == 0
    assert (tmp_path / "sub/out.json").exists()


@pytest.mark.parametrize("table", ["{ solid = [2, 1], pore = 0, active = 1, Binder = 2 }", None])
def test_names_of_phases_keep_the_order_of_the_file(tauvox, tmp_path, table):
    given = {"solid": [2, 1], "pore": 0, "active": 1, "Binder": 2}
    if table is None:
        table = '0\n[phases]\nsolid = [2, 1]\npore = 0\n  active = 1\n"Binder" = 2\n'
    lines = f'input = "cathode.h5"\ndevice = "cpu"\ncsv = "a.csv"\nconductivity = {{ pore = 1, Binder = 0.5, active = 0 }}\nphases = {table}\n'
    (tmp_path / "s.toml").write_text(lines.replace("phases = 0\n", ""))
    for file, csv in (("s.toml", "a"), ("a.settings.toml", "b")):  # and those that it writes
        result = tauvox("solve", file, "--json", "-", *(["--csv", "b.csv"] if csv == "b" else []))
        assert result.returncode == 0, result.stderr
        settings = json.loads(result.stdout)["settings"]
        assert list(settings["phases"].items()) == list(given.items())
        assert list(settings["conductivity"]) == ["pore", "Binder", "active"]
        assert "phases = { solid = [2,1], pore = 0, active = 1, Binder = 2 }" in (tmp_path / f"{csv}.settings.toml").read_text()


# --- what is refused ---

STUDY = 'input = "cathode.h5"\nphase = 0\n'


@pytest.mark.parametrize("lines, facts", [
    ("tolerance = true\n", ["tolerance", "study.toml:3:13", "boolean", "a number"]),
    ("max-iterations = 1.5\n", ["max-iterations", "study.toml:3:18", "a whole number"]),
    ("quiet = 1\n", ["quiet", "study.toml:3:9", "true or false"]),
    ("unit = 5\n", ["unit", "study.toml:3:8", "text in quotes"]),
    ("solver = ['jacobi']\n", ["solver", "study.toml:3:10", "a list"]),
    ("axis = ['z', true]\n", ["axis", "study.toml:3:14", "a boolean"]),
    ("tolerance = 2\n", ["tolerance", "study.toml:3:13", "from 1e-12 to 0.1"]),
    ("time-limit = '5 parsecs'\n", ["time-limit", "study.toml:3:14", "1h30m"]),
    ("device = 'gpu'\n", ["device", "study.toml:3:10", "cuda:N"]),
    ("voxel-size = '1um'\naxis = 'z'\nvoxel_size = '2um'\n", ["voxel-size", "line 3", "line 5"]),
    ("tolérance = 1e-3\n", ["study.toml:3:4", "ASCII"]),
    ("axis = 'z'   \xa0# comment\n", ["study.toml:3:14", "ASCII"]),
    ("[written]\nphase = 1\n", ["'phase'", "line 4"]),
])
def test_a_study_file_is_refused_at_line_and_column(tauvox, tmp_path, lines, facts):
    (tmp_path / "study.toml").write_text(STUDY + lines)
    assert_refused(tauvox("solve", "study.toml", "--json", "out.json"), 2, *facts)
    assert not (tmp_path / "out.json").exists()


def test_other_letters_may_stand_in_quotes_and_comments(tauvox, tmp_path):
    (tmp_path / "é.h5").write_bytes((tmp_path / "cathode.h5").read_bytes())
    (tmp_path / "study.toml").write_text('# größe\ninput = "é.h5" # é\nphase = 0\nvoxel-size = """0.4µm"""\ndataset = \'volume\'\n')
    assert tauvox("solve", "study.toml", "--device", "cpu").returncode == 0


@pytest.mark.parametrize("size, facts", [("1e-300m", ["1e-300", "1e-12"]), ("1,1,10000um", ["factor of 10000", "1000"]),
                                         ("2m", ["2 m", "unit"])])
def test_voxels_of_no_size_are_refused(tauvox, size, facts):
    assert_refused(tauvox(*SOLVE, "--voxel-size", size), 2, "--voxel-size", *facts)


def test_the_study_file_is_never_an_output(tauvox, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY + 'json = "study.toml"\noverwrite = true\n')
    (tmp_path / "run.settings.toml").write_text(STUDY)
    before = contents(tmp_path)
    assert_refused(tauvox("solve", "study.toml"), 2, "input", "study.toml")
    assert_refused(tauvox("solve", "run.settings.toml", "--csv", "run.csv", "--overwrite"), 2, "run.settings.toml")
    assert contents(tmp_path) == before


def test_unknown_options_are_named_in_the_order_given(tauvox):
    result = tauvox(*SOLVE, "--zzz", "--jsn", "out.json", "--aaaa")
    assert_refused(result, 2, "--zzz", "--jsn, did you mean --json?", "--aaaa")
    assert result.stderr.index("--zzz") < result.stderr.index("--jsn") < result.stderr.index("--aaaa")
    assert_refused(tauvox("sovle", "cathode.h5"), 2, "'sovle'", "did you mean solve?", "inspect")


@pytest.mark.parametrize("words", [["solve", "cathode.h5", "--phase", "1", "2"],
                                   ["solve", "--phase", "1", "2", "cathode.h5"]])
def test_lists_take_commas(tauvox, words):
    assert_refused(tauvox(*words), 2, "'2'", "commas", "--phase 1,2")


def test_options_take_values_in_every_usual_form(tauvox, tmp_path):
    assert tauvox("generate", "cube", "--size=8", "-omade.raw").returncode == 0
    assert tauvox("generate", "--size", "8", "-o", "also.raw", "--", "cube").returncode == 0
    assert (tmp_path / "made.raw").read_bytes() == (tmp_path / "also.raw").read_bytes()
    assert_refused(tauvox("generate", "cube", "--size", "--overwrite", "-o", "x.raw"), 2, "--size", "value is missing")
    assert_refused(tauvox("generate", "cube"), 2, "output")
    assert_refused(tauvox("info", "surplus"), 2, "'surplus'")


# --- standard output and standard error ---

def test_a_table_can_go_to_standard_output(tauvox, tmp_path):
    result = tauvox(*SOLVE, "--csv", "-")
    assert result.returncode == 0 and result.stdout.startswith("input,study,label,axis,status") and result.stdout.count("\n") == 2
    assert list(contents(tmp_path)) == ["cathode.h5"]
    assert_refused(tauvox(*SOLVE, "--csv", "-", "--json", "-"), 2, "--csv -", "--json -")
    assert_refused(tauvox(*SOLVE, "--png", "-"), 2, "--png")


def test_a_picture_may_be_named_with_its_ending(tauvox, tmp_path):
    assert tauvox(*SOLVE, "--png", "a.png").returncode == 0
    assert set(contents(tmp_path)) == {"cathode.h5", "a_structure.png", "a_concentration_z.png", "a.settings.toml"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["solve", "--help"], ["info"], ["info", "--json"],
                                       ["inspect", "cathode.h5"], ["inspect", "cathode.h5", "--json", "-"], SOLVE])
def test_text_that_cannot_be_written_is_an_output_failure(tauvox, program, tmp_path, arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([program, *arguments], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
                                timeout=60)
    assert result.returncode == 7 and "No space left" in result.stderr


def test_on_a_terminal_an_error_is_one_line(program, tmp_path):
    terminal, child = pty.openpty()
    result = subprocess.run([program, "solve", "nowhere.h5", "--phase", "0", "--device", "cpu"], cwd=tmp_path, stdout=subprocess.PIPE,
                            stderr=child, timeout=60)
    os.close(child)
    text = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert result.returncode == 3 and result.stdout == b""
    assert text.startswith("error: ") and text.count("\n") == 1


def test_quiet_silences_the_notice_of_a_missing_gpu(tauvox):
    assert tauvox("solve", "cathode.h5", "--phase", "0", "--quiet").stderr == ""


def test_settings_of_another_version_are_named(tauvox, tmp_path):
    assert tauvox(*SOLVE, "--json", "out.json").returncode == 0
    text = (tmp_path / "out.settings.toml").read_text()
    own = tauvox("--version").stdout.split()[1]
    (tmp_path / "own.toml").write_text(text.replace("\n[written]", "\nwavelength = 3\n[written]"))
    (tmp_path / "newer.toml").write_text((tmp_path / "own.toml").read_text().replace(f"of tauvox {own}.", "of tauvox 9.8.7."))
    assert "of tauvox 9.8.7." in (tmp_path / "newer.toml").read_text()
    assert_refused(tauvox("solve", "newer.toml"), 2, "'wavelength'", f"the file is of tauvox 9.8.7, this is {own}")
    same = tauvox("solve", "own.toml")
    assert_refused(same, 2, "'wavelength'")
    assert "the file is of" not in same.stderr


@pytest.mark.parametrize("options", [["--json", ""], ["--csv="], ["--field", ""], ["--png", ""], ["--checkpoint", ""], ["--mask", ""]])
def test_an_empty_name_of_a_file_is_refused(tauvox, tmp_path, options):
    """An unset variable of a shell would lose the results."""
    volumes.hdf5(tmp_path / "v.h5")
    assert_refused(tauvox("solve", "v.h5", "--phase", "0", *options), 2, options[0].strip("="), "empty name")


def test_a_unit_that_is_none_is_said(tauvox):
    for unit in ("banana", "mS/mc"):
        said = tauvox(*SOLVE, "--unit", unit).stdout
        assert f"'{unit}' is not known as one of a diffusivity or a conductivity" in said and "none is in SI units" in said
    for unit in ("S/m", "S/mm", "1/(ohm m)", "1/(Ohm m)"):
        said = tauvox(*SOLVE, "--unit", unit).stdout
        assert "not known" not in said and f"sigma_eff        = " in said and unit in said


def test_settings_of_another_command_are_named(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "s.toml").write_text('input = "cathode.h5"\nphases = { pore = 0, active = 1 }\nstudy = "tensor"\nphase = ["pore"]\n'
                                     'flux = false\n')
    said = "not taken here are phase, study; they are settings of another command"
    assert said in tauvox("evaluate", "s.toml", "--dry-run").stderr
    assert said in tauvox("batch", "cathode.h5", "--settings", "s.toml", "-o", "lot", "--dry-run").stderr
    (tmp_path / "e.toml").write_text('input = "cathode.h5"\nphases = { pore = 0, active = 1 }\nphase = ["pore"]\nionic = ["pore"]\n')
    assert "not taken here are ionic;" in tauvox("solve", "e.toml", "--dry-run").stderr


@pytest.mark.parametrize("options, said", [
    (["--phase", "0", "--study", "transient", "--time-step", "0.1", "--time-tolerance", "1e-5"], "--time-tolerance does nothing here"),
    (["--phase", "0", "--default-insulating"], "--default-insulating does nothing here"),
    (["--phase", "0", "--unit", "m2/s"], "give --conductivity LABEL=VALUE in m2/s")])
def test_what_another_option_overrules_is_said(tauvox, tmp_path, options, said):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    result = tauvox("solve", "cathode.h5", *options, "--device", "cpu")
    assert result.returncode == 0 and said in result.stderr + result.stdout, result.stderr
    assert said not in (plain := tauvox("solve", "cathode.h5", *options[:2], "--device", "cpu")).stderr + plain.stdout


def test_studies_that_know_no_separator_refuse_it(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    for study in ("particles", "triple_lines"):
        for option in (["--separator", "high"], ["--thickness", "x"]):
            run = ["solve", "cathode.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--study", study]
            assert_refused(tauvox(*run, *option), 2, option[0])


@pytest.mark.parametrize("command", ["solve", "evaluate", "inspect", "convert", "batch", "generate"])
def test_each_heading_stands_once(tauvox, command):
    headings = [line for line in tauvox(command, "--help").stdout.splitlines() if re.fullmatch(r"[A-Z][A-Za-z ]*:", line)]
    assert len(headings) >= 2 and len(set(headings)) == len(headings), headings


def test_a_file_that_changed_since_its_settings_were_written_is_named(tauvox, tmp_path):
    """Of a mask, of limits and of the volume itself; not of what is as it was."""
    pore = numpy.zeros((6, 6, 6), "u1")
    pore[:, 4:] = 1
    numpy.save(tmp_path / "mask.npy", numpy.ones_like(pore))
    (tmp_path / "limits.toml").write_text('decision_rule = "simple"\nporosity.max = 0.9\n')
    numpy.save(tmp_path / "v.npy", pore)
    run = ["--voxel-size", "1um", "--device", "cpu"]
    assert tauvox("evaluate", "v.npy", "--phases", "pore=0,solid=1", "--limits", "limits.toml", "-o", "r", *run).returncode == 0
    mask = numpy.ones_like(pore)
    mask[:, 5, 5] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    assert tauvox("solve", "v.npy", "--phase", "0", "--axis", "z", "--mask", "mask.npy", "--json", "s.json", *run).returncode == 0

    def named(settings, code=0):
        repeated = tauvox(*settings)
        assert repeated.returncode == code, repeated.stderr
        return {name for name in ("input", "mask", "limits") if f"({name}) is not what it was when {settings[1]} was written" in repeated.stdout + repeated.stderr}

    evaluation, solve = ("evaluate", "r/settings.toml"), ("solve", "s.settings.toml")
    assert named(evaluation) == named(solve) == set()
    (tmp_path / "limits.toml").write_text('decision_rule = "simple"\nporosity.max = 0.1\n')
    assert named(evaluation, 11) == {"limits"}
    (tmp_path / "mine.toml").write_text('decision_rule = "simple"\nporosity.max = 0.2\n')
    assert named((*evaluation, "--limits", "mine.toml"), 11) == set()  # another file, and not a changed one
    mask[:, 4, 5] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    assert named(solve) == {"mask"}
    pore[0, 0, 0] = 1
    numpy.save(tmp_path / "v.npy", pore)
    assert named(evaluation, 11) == {"input", "limits"} and named(solve) == {"input", "mask"}
