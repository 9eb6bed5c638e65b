"""What is refused: exit code, one clear line that names what is wrong, nothing written, nothing lost."""

import json
import os
import resource

import numpy
import pytest
import volumes
from conftest import assert_refused, contents


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    volumes.make_all(folder)
    huge = numpy.zeros((4, 4, 4), "u8")
    huge[1, 2, 3] = 2**64 - 1
    numpy.save(folder / "huge.npy", huge)
    return folder


RAW = ["--shape", "6,7,8", "--dtype", "uint8", "--phase", "0"]
PORE = ["--phase", "0"]

# input, further arguments, exit code, what the message must say
REFUSED = {
    "missing file": ("cathod.h5", PORE, 3, ["{folder}/cathod.h5", "did you mean", "cathode.h5"]),
    "FIFO": ("pipe.h5", PORE, 3, ["FIFO"]),
    "FIFO as study": ("pipe.toml", [], 3, ["FIFO"]),
    "device": ("/dev/zero", PORE, 3, ["character device"]),
    "folder": ("slices", PORE, 3, ["a directory"]),
    "text": ("text.h5", PORE, 3, ["text", "HDF5"]),
    "picture": ("picture.h5", PORE, 3, ["PNG"]),
    "no bytes": ("nothing.h5", PORE, 3, ["empty", "0 bytes"]),
    "wrong dataset": ("several.h5", PORE + ["--dataset", "/scan/third"], 3,
                      ["/scan/first", "/scan/second", "6x7x8", "uint16", "MB"]),
    "group": ("several.h5", PORE + ["--dataset", "/scan"], 3, ["group", "/scan/first", "/scan/second"]),
    "several datasets": ("several.h5", PORE, 2, ["/scan/first", "/scan/second", "--dataset"]),
    "2-D": ("flat.h5", PORE, 4, ["--as-2d"]),
    "2-D TIFF": ("flat.tif", PORE, 4, ["--as-2d"]),
    "4-D": ("time.h5", PORE, 4, ["2x6x7x8"]),
    "scalar": ("scalar.h5", PORE + ["--dataset", "volume"], 4, ["scalar"]),
    "null": ("null.h5", PORE + ["--dataset", "volume"], 4, ["null"]),
    "axis of no voxels": ("empty_axis.h5", PORE, 4, ["0x4x5"]),
    "grey": ("grey.h5", PORE, 4, ["0.25", "2.25", "3 distinct", "--threshold"]),
    "not finite": ("holes.h5", PORE, 4, ["2 of 336", "1,2,3"]),
    "negative labels": ("negative.h5", PORE, 4, ["-1", "uint8", "--conductivity"]),
    "too many conductivities": ("many.h5", ["--conductivity", ",".join(f"{i}={i + 1}" for i in range(300))], 4,
                                ["300", "254"]),
    "too many labels": ("too_many.h5", PORE, 4, ["65536"]),
    "label without conductivity": ("cathode.h5", ["--conductivity", "0=1,1=0"], 4,
                                   ["label 2", "%", "--default-insulating"]),
    "phase that does not occur": ("cathode.h5", ["--phase", "5"], 4,
                                  ["label 5 does not occur", "0 (", "1 (", "2 (", "--allow-absent"]),
    "phases that do not occur": ("cathode.h5", ["--phase", "0,5,9"], 4, ["labels 5, 9 do not occur"]),
    "conductivity of a label that does not occur": ("cathode.h5", ["--conductivity", "0=1,1=0,2=0,7=2"], 4,
                                                    ["label 7 does not occur", "--conductivity", "--allow-absent"]),
    "label that does not occur among many": ("many.h5", ["--phase", "300"], 4, ["label 300", "300 values"]),
    "layer as the default axis": ("flat.h5", PORE + ["--as-2d"], 4, ["axis z", "--axis y,x"]),
    "layer among all axes": ("flat.tif", PORE + ["--as-2d", "--axis", "all"], 4, ["axis z", "--axis y,x"]),
    "conductivities too far apart": ("cathode.h5", ["--conductivity", "0=1,1=1e-45,2=0"], 4, ["1e-45", "1e30", "insulator"]),
    "negative conductivity": ("cathode.h5", ["--conductivity", "0=1,1=-2"], 2, ["--conductivity", "1=-2"]),
    "decimal comma": ("cathode.h5", ["--conductivity", "0=0,5"], 2, ["decimals take a point"]),
    "label twice": ("cathode.h5", ["--conductivity", "0=1,1=0,0=2"], 2, ["'0=1'", "'0=2'"]),
    "name of a label that does not occur": ("cathode.h5", ["--phases", "pore=0,ghost=2+7", "--phase", "pore"], 4,
                                            ["label 7 (ghost) does not occur", "0 (pore, ", "--phases", "--allow-absent"]),
    "name that is none": ("cathode.h5", ["--phases", "pore=0,solid=1+2", "--phase", "poer"], 2,
                          ["--phase", "'poer'", "did you mean 'pore'?", "valid are: pore, solid"]),
    "name without --phases": ("cathode.h5", ["--conductivity", "pore=1,1=0,2=0"], 2, ["'pore'", "--phases pore=LABEL"]),
    "label twice by its name": ("cathode.h5", ["--phases", "pore=0,solid=1+2", "--conductivity", "pore=1,solid=0,2=1"], 2,
                                ["label 2", "'--conductivity solid'", "'--conductivity 2'"]),
    "name twice": ("cathode.h5", PORE + ["--phases", "pore=0,pore=1"], 2, ["--phases", "'pore'", "twice"]),
    "label twice in a phase": ("cathode.h5", PORE + ["--phases", "solid=1+1"], 2, ["--phases", "twice"]),
    "name that is a number": ("cathode.h5", PORE + ["--phases", "0=1"], 2, ["--phases", "begin with a letter"]),
    "name that commands a terminal": ("cathode.h5", PORE + ["--phases", "p\x1b[31m=0"], 2, ["--phases"]),
    "name without a label": ("cathode.h5", PORE + ["--phases", "pore"], 2, ["--phases", "pore=0,active=1"]),
    "phase twice": ("cathode.h5", ["--phase", "0,1,0"], 2, ["--phase", "twice"]),
    "voxel size 0": ("cathode.h5", PORE + ["--voxel-size", "0um"], 2, ["--voxel-size", "0um"]),
    "voxel size below 0": ("cathode.h5", PORE + ["--voxel-size", "1,1,-1um"], 2, ["--voxel-size", "-1um"]),
    "voxel size without unit": ("cathode.h5", PORE + ["--voxel-size", "0.4"], 2, ["unit", "um"]),
    "compound type": ("compound.h5", PORE, 4, ["compound"]),
    "string type": ("string.h5", PORE, 4, ["string"]),
    "ragged type": ("ragged.h5", PORE, 4, ["variable"]),
    "cut HDF5": ("cut.h5", PORE, 3, ["bytes"]),
    "cut TIFF": ("cut.tif", PORE, 3, ["cut.tif"]),
    "raw of another size": ("cathode.raw", ["--shape", "6,7,9"] + RAW[2:], 4,
                            ["378 bytes", "336", "--shape 6,7,8 would fit"]),
    "raw with a tail": ("cathode.raw", ["--shape", "6,7,7"] + RAW[2:], 4, ["294 bytes", "336"]),
    "shape beyond 2^63": ("cathode.raw", ["--shape", "3000000,3000000,3000000"] + RAW[2:], 4,
                          ["3000000x3000000x3000000"]),
    "bytes beyond 2^64": ("cathode.raw", ["--shape", "1600000,1600000,1600000", "--dtype", "float64"] + PORE, 4,
                          ["1600000x1600000x1600000"]),
    "too large for the memory": ("huge.raw", ["--shape", "4000,4000,4000"] + RAW[2:], 5,
                                 ["GB are needed", "GB are free", "voxels fit", "--crop"]),
    "axis": ("cathode.h5", PORE + ["--axis", "w"], 2, ["--axis", "'w'", "z, y, x"]),
    "nothing conducts": ("cathode.h5", [], 2, ["--phase", "--conductivity"]),
    "unknown option": ("cathode.h5", ["--phse", "0"], 2, ["--phse", "did you mean --phase?"]),
    "start of an option": ("cathode.h5", PORE + ["--tol", "1e-3"], 2, ["--tol, did you mean --tolerance?"]),
    "output of other commands": ("cathode.h5", PORE + ["-o", "x.json"], 2, ["-o, did you mean --field FILE, --json FILE, --csv FILE"]),
    "word too many": ("cathode.h5", PORE + ["--axis", "z", "x.json"], 2, ["lists take commas: --axis z,x.json"]),
    "device that is none": ("cathode.h5", PORE + ["--device", "gpu"], 2, ["'gpu'", "cuda:N"]),
    "option twice": ("cathode.h5", PORE + PORE, 2, ["--phase"]),
    "label beyond 2^63": ("huge.npy", PORE, 4, ["18446744073709551615 at z,y,x = 1,2,3", "up to 2^63 - 1", "as int64 is -1",
                                               "save it as int64", "number the labels anew"]),
    "crop outside": ("cathode.h5", PORE + ["--crop", "0:9,:,:"], 2, ["--crop", "0:9 along z", "0:6"]),
}
for option, value in [("--phase", "{}"), ("--conductivity", "0=1,{}=0"), ("--phases", "pore=0+{}"), ("--outside", "{}")]:
    for number in [2**63, -2**63 - 1, 10**30]:
        REFUSED[f"{option} {number}"] = ("cathode.h5", [option, value.format(number)], 2, [option, str(number), "from -2^63 to 2^63 - 1"])
for value in ["nan", "inf", "1e999", ""]:
    REFUSED[f"conductivity '{value}'"] = ("cathode.h5", ["--conductivity", f"0=1,1={value}"], 2, ["--conductivity"])


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused(name, folder, tauvox, tmp_path):
    path, arguments, code, facts = REFUSED[name]
    for old in ["out.json", "out.csv", "out.vti"]:
        (tmp_path / old).write_text("earlier result")
    before = contents(tmp_path)
    result = tauvox("solve", folder / path, *arguments, "--overwrite", "--json", "out.json",
                    "--csv", "out.csv", "--field", "out.vti", timeout=20)
    assert_refused(result, code, *[fact.format(folder=folder) for fact in facts])
    assert contents(tmp_path) == before
    assert result.stdout == ""


STUDY = 'input = "{folder}/cathode.h5"\nphase = 0\n'
# lines after STUDY, what the message must say
BAD_STUDIES = {
    "unknown keys": ("tolerence = 1e-3\naxsi = 'z'\n",
                     ["'tolerence' in line 3", "'tolerance'", "'axsi' in line 4", "'axis'"]),
    "key twice": ("axis = 'z'\naxis = 'x'\n", ["study.toml:4:", "first given in line 3"]),
    "text for a number": ("tolerance = 'small'\n", ["tolerance", "study.toml:3:13", "'small'"]),
    "fraction for a label": ("dataset = 'volume'\nphase = 0.5\n", ["study.toml"]),
    "no for false": ("periodic_sides = 'no'\n", ["study.toml:3:18", "true, false"]),
    "length without unit": ("voxel_size = 0.4\n", ["study.toml:3:14", "unit missing"]),
    "no TOML": ("axis == 'z'\n", ["study.toml:3:"]),
    "key that is no label": ("[conductivity]\n0 = 1\n'1,2' = 0\n", ["conductivity", "study.toml:5:1", "'1,2=0'"]),
    "value that is no conductivity": ("[conductivity]\n0 = 1\n1 = -2\n", ["study.toml:5:1", "1=-2"]),
    "name that is none": ("[phases]\npore = 0\n[conductivity]\npore = 1\npoer = 0\n",
                          ["conductivity", "study.toml:7:1", "'poer'", "did you mean 'pore'?"]),
    "label of a phase that is none": ("[phases]\npore = 0\nsolid = [1, 'two']\n", ["phases", "study.toml:5:1"]),
    "fraction as a label of a phase": ("phases = { pore = 0.5 }\n", ["phases", "study.toml:3:19", "a number with a fraction"]),
    "date": ("axis = 2020-01-01\n", ["study.toml:3:8", "date"]),
}


@pytest.mark.parametrize("name", BAD_STUDIES)
def test_bad_study_file_is_refused(name, folder, tauvox, tmp_path):
    lines, facts = BAD_STUDIES[name]
    (tmp_path / "study.toml").write_text(STUDY.format(folder=folder) + lines)
    result = tauvox("solve", "study.toml", "--json", "out.json")
    assert_refused(result, 2, *facts)
    assert list(contents(tmp_path)) == ["study.toml"]


def test_a_label_twice_in_a_study_file_names_both_lines(folder, tauvox, tmp_path):
    (tmp_path / "study.toml").write_text(f'input = "{folder}/cathode.h5"\n[conductivity]\n0 = 1\n1 = 0\n0 = 2\n')
    assert_refused(tauvox("solve", "study.toml"), 2, "study.toml:5:", "first given in line 3")


def test_an_unreadable_file_gives_user_and_mode(as_nobody):
    folder, run = as_nobody
    path = volumes.hdf5(folder / "secret.h5", volume=volumes.LABELS)
    path.chmod(0)
    assert_refused(run("solve", "secret.h5", *PORE), 3, "Permission denied", "uid", "0000")


def test_a_volume_beyond_memory_is_refused_at_once_and_estimated(folder, tauvox):
    huge = ["solve", folder / "huge.raw", "--shape", "4000,4000,4000", *RAW[2:], "--device", "cpu"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    estimate = tauvox(*huge, "--dry-run", timeout=10)
    assert_refused(estimate, 5, "GB are needed")
    assert "peak on the host" in estimate.stdout and "solution x" in estimate.stdout
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2


def test_a_file_name_cannot_break_the_message_into_lines(tauvox):
    assert_refused(tauvox("solve", "no\nsuch\x1b[31mfile.h5", *PORE), 3, r"no\nsuch\x1b[31mfile.h5")


EVIL = "a\x1b]0;owned\x07\u202e\u009b31m\nwarning: b"
HARMLESS = r"a\x1b]0;owned\x07\u202e\u009b31m\nwarning: b"


def assert_harmless(text):
    """No character that commands a terminal: C0, C1, or a change of direction."""
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066")]


def test_names_in_a_file_never_reach_the_terminal_or_a_report_as_they_are(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "evil.h5", **{EVIL: volumes.LABELS})
    outputs = ["--json", "out.json", "--csv", "out.csv", "--field", "out.h5"]
    for arguments in (["solve", "evil.h5", *PORE, "--device", "cpu", *outputs], ["inspect", "evil.h5"],
                      ["inspect", "evil.h5", "--json", "-"], ["solve", "evil.h5", *PORE, "--device", "cpu", "--json", "-"]):
        result = tauvox(*arguments)
        assert result.returncode == 0, result.stderr
        assert_harmless(result.stdout + result.stderr)
    assert_harmless((tmp_path / "out.csv").read_text())
    assert json.loads((tmp_path / "out.json").read_text())["input"]["dataset"] == "/" + HARMLESS
    several = volumes.hdf5(tmp_path / "several.h5", **{EVIL: volumes.LABELS, "other": volumes.LABELS})
    result = tauvox("solve", several, *PORE)
    assert_refused(result, 2, HARMLESS)
    assert_harmless(result.stderr)
    # The name itself still opens the dataset, and so does what was shown.
    for name in (EVIL, HARMLESS, "/" + HARMLESS):
        assert tauvox("solve", several, *PORE, "--device", "cpu", "--dataset", name).returncode == 0


def test_a_name_that_is_no_utf8_is_refused_before_the_solve_or_escaped(tauvox, tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.h5")
    volumes.hdf5(path, volume=volumes.LABELS)
    before = contents(tmp_path)
    for arguments in ([path, *PORE], [volumes.hdf5(tmp_path / "good.h5", volume=volumes.LABELS), *PORE, "--json",
                                      os.fsdecode(b"\xff.json")]):
        assert_refused(tauvox("solve", *arguments, "--device", "cpu"), 2, "UTF-8", r"\x")
    (tmp_path / "good.h5").unlink()
    assert contents(tmp_path) == before
    result = tauvox("inspect", path, "--json", "-")
    assert json.loads(result.stdout)["input"]["path"].endswith(r"caf\xe9.h5")


def test_a_failed_run_says_so_on_standard_output_where_the_report_was_asked_for(tauvox):
    result = tauvox("solve", "nowhere.h5", *PORE, "--json", "-")
    assert_refused(result, 3, "nowhere.h5")
    assert [result.stdout.rstrip("\n")] == [line for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("arguments, told", [
    (["generate", "electrode", "e.h5"], "-o e.h5"),
    (["generate", "electrode", "--size", "64", "e.h5"], "-o e.h5"),
    (["evaluate", "cathode.h5", "report"], "-o report"),
    (["convert", "cathode.h5", "-o", "x.tif"], "the last word, OUTPUT")])
def test_output_that_is_named_in_another_way(tauvox, arguments, told):
    assert_refused(tauvox(*arguments), 2, told)
