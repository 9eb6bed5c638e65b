"""Files at odd places, under odd names, in use by others, and where numbers are written otherwise."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
import unicodedata

import numpy
import pytest
import volumes
from conftest import UNTRACED, assert_refused
from test_reader_process import reader_of

PORE = ["--phase", "0", "--axis", "z", "--device", "cpu"]


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "https://example.org/cathode.tif", "file:///tmp/cathode.tif", "s3://a/b"])
def test_what_is_no_file_is_said(tauvox, name):
    assert_refused(tauvox("solve", name, *PORE, stdin=subprocess.DEVNULL), 2, name, "first")


NAMES = ["a b.h5", "it's \"it\".h5", "a\nb.h5", unicodedata.normalize("NFC", "Käthe.h5"),
         unicodedata.normalize("NFD", "Käthe.h5"), "-a.h5", "a;b$HOME`x`*.h5", "https:.h5", "体积.h5"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_opens(tauvox, tmp_path, name):
    volumes.hdf5(tmp_path / name, volume=volumes.LABELS)
    path = f"./{name}" if name.startswith("-") else name
    result = tauvox("solve", path, *PORE, "--json", "out.json", "--field", "out.vti")
    assert result.returncode == 0, result.stderr
    assert tauvox("solve", "out.settings.toml", "--overwrite").returncode == 0
    assert tauvox("inspect", "out.vti", "--dataset", "label").returncode == 0


FORGING = "a\nFORGED \x1b[31m\u202e"
PHASES = ["--phases", "pore=0,active=1,binder=2"]


def test_a_name_forges_no_line_of_the_terminal_or_of_a_table(tauvox, tmp_path, without_gnuplot):
    """Every command that says a name: it stands in one line, and commands nothing."""
    name, said, lot = f"{FORGING}.h5", [], f"lot{FORGING}"

    def run(*words, code=0):
        result = tauvox(*words)
        assert result.returncode == code, result.stderr
        said.append(result.stdout + result.stderr)

    run("generate", "electrode", "--size", "12", "--voxel-size", "0.4um", "-o", name)
    run("inspect", name)
    run("convert", name, f"{FORGING}.tif")
    run("solve", name, "--phase", "0", "--device", "cpu", "--json", f"{FORGING}.json", "--csv", f"{FORGING}.csv", "--field", f"{FORGING}.vti")
    run("evaluate", name, *PHASES, "--ionic", "pore", "--device", "cpu", "-o", FORGING)
    for _ in range(2):  # evaluated, kept
        run("batch", name, "missing\nFORGED.h5", *PHASES, "--device", "cpu", "-o", lot, code=12)
    run("collect", lot, "-o", f"all{FORGING}.csv")
    run("solve", f"{FORGING}.settings.toml", "--overwrite", "--dry-run")
    text = "\n".join(said)
    assert text.count(r"\nFORGED \x1b[31m\u202e") > 10
    assert not [line for line in text.splitlines() if line.startswith("FORGED")] and "\x1b" not in text and "\u202e" not in text
    tables = [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.html")]
    assert len(tables) > 4
    for table in tables:
        assert not any(word in table.read_text() for word in ("\x1b", "\u202e", "\nFORGED")), table
    assert r"a\nFORGED" in (tmp_path / f"all{FORGING}.csv").read_text() and r"a\nFORGED" in (tmp_path / lot / "batch.csv").read_text()


def test_a_name_that_is_no_utf8_is_refused_before_it_costs_a_result(tauvox, tmp_path):
    name = os.fsdecode(b"caf\xe9.h5")
    volumes.hdf5(tmp_path / name, volume=volumes.LABELS)
    run = [*PHASES, "--voxel-size", "0.4um", "--device", "cpu"]
    assert_refused(tauvox("evaluate", name, *run, "-o", "out"), 2, r"caf\xe9.h5", "UTF-8", "rename")
    assert not (tmp_path / "out").exists()
    shown = tauvox("batch", name, *run, "-o", "lot")
    assert shown.returncode == 12 and r"caf\xe9.h5: failed" in shown.stdout and "UTF-8" in shown.stdout
    assert r'caf\xe9.h5,failed,2,,"a name is not valid UTF-8' in (tmp_path / "lot" / "batch.csv").read_text()
    assert_refused(tauvox("batch", "a.h5", *run, "-o", os.fsdecode(b"lot\xe9")), 2, "--output", "UTF-8")


def test_a_name_that_begins_with_a_dash_is_an_option_and_said_so(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "-a.h5", volume=volumes.LABELS)
    assert tauvox("solve", "-a.h5", *PORE).returncode == 2


def test_a_name_of_a_dash_opens_where_there_is_such_a_file(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "-", volume=volumes.LABELS)
    assert tauvox("inspect", "./-").returncode == 0


def test_a_path_that_is_too_long_is_refused(tauvox):
    assert_refused(tauvox("solve", "/".join(["a" * 200] * 30) + ".h5", *PORE), 3, "File name too long")


def test_numbers_do_not_depend_on_the_language(tauvox, tmp_path):
    """Decimal commas: read and written numbers have points all the same."""
    path = volumes.hdf5(tmp_path / "a.h5", volume=volumes.LABELS)
    available = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split() if shutil.which("locale") else []
    german = next((name for name in available if name.startswith("de_DE")), None)
    options = ["--phase", "0", "--axis", "z", "--device", "cpu", "--voxel-size", "0.4um", "--quiet", "--json", "-"]

    def found(**environment):
        result = tauvox("solve", path, *options, env=os.environ | environment)
        assert result.returncode == 0, result.stderr
        report = json.loads(result.stdout)
        return report["input"]["voxel_size_m"], [r["quantities"] for r in report["results"]]

    plain = found(LC_ALL="C")
    for language in filter(None, [german, "C.UTF-8", "no_such_LANGUAGE"]):
        assert found(LC_ALL=language, LANG=language, TZ="Asia/Kolkata") == plain, language


def test_a_file_that_a_killed_writer_left_is_refused_with_the_way_out(tauvox, tmp_path):
    writer = subprocess.Popen(["/usr/bin/python3", "-c", "import h5py, os, signal, numpy\n"
                               "f = h5py.File('left.h5', 'w', libver='latest')\n"
                               "f['v'] = numpy.zeros((4, 5, 6), 'u1')\nf.flush()\nos.kill(os.getpid(), signal.SIGKILL)"],
                              cwd=tmp_path)
    assert writer.wait(60) == -signal.SIGKILL
    assert_refused(tauvox("solve", "left.h5", *PORE), 3, "h5clear -s on a copy")


def test_a_file_that_a_writer_holds_is_refused_with_the_reason(tauvox, tmp_path):
    path = volumes.hdf5(tmp_path / "held.h5", volume=volumes.LABELS)
    with open(path, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert_refused(tauvox("solve", "held.h5", *PORE), 3, "another program may hold it", "HDF5_USE_FILE_LOCKING")
        fcntl.flock(held, fcntl.LOCK_UN)
    with open(path, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)  # another reader
        assert tauvox("solve", "held.h5", *PORE).returncode == 0


@pytest.mark.parametrize("change", ["touched", "longer"])
def test_a_file_that_changes_while_it_is_read_gives_no_result(program, tmp_path, change):
    path = tmp_path / "large.raw"
    numpy.zeros((300, 300, 300), "f8").tofile(path)
    run = subprocess.Popen([program, "solve", "large.raw", "--shape", "300,300,300", "--dtype", "float64", "--phase", "0",
                            "--json", "out.json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    reader = reader_of(run)
    time.sleep(0.05)
    os.kill(reader, signal.SIGSTOP)
    if change == "touched":
        os.utime(path, (1, 1))
    else:
        with open(path, "ab") as file:
            file.write(b"more")
    os.kill(reader, signal.SIGCONT)
    said = run.communicate(timeout=120)[1]
    if "large.raw" not in said and run.returncode == 0:
        pytest.skip("it was read before it could be changed")
    assert run.returncode in (3, 4) and not (tmp_path / "out.json").exists(), said
    assert "changed while it was read" in said or "bytes" in said


VTI = """<?xml version="1.0"?>
{}<VTKFile {}><ImageData WholeExtent="0 2 0 2 0 2" Origin="0 0 0" Spacing="1 1 1">
<Piece Extent="0 2 0 2 0 2"><CellData Scalars="l"><DataArray type="UInt8" Name="l" format="ascii">
1 2 1 2 1 2 {}</DataArray></CellData></Piece></ImageData></VTKFile>
"""
TAG = 'type="ImageData" version="0.1" byte_order="LittleEndian"'


def test_a_vti_file_is_known_whatever_stands_before_its_first_tag(tauvox, tmp_path):
    if "VTI" not in tauvox("info").stdout:
        pytest.skip("a build without VTK")
    for before, tag in [("", TAG), ("<!-- " + "made by hand " * 100 + "-->\n", TAG),
                        ("", 'version="0.1" byte_order="LittleEndian" type="ImageData"')]:
        (tmp_path / "a.vti").write_text(VTI.format(before, tag, "1 2"))
        result = tauvox("convert", "a.vti", "out.npy", "--overwrite")
        assert result.returncode == 0, result.stderr
        assert numpy.load(tmp_path / "out.npy").ravel().tolist() == [1, 2] * 4


def test_entities_of_a_vti_file_neither_grow_nor_open_files(program, tauvox, tmp_path):
    if "VTI" not in tauvox("info").stdout:
        pytest.skip("a build without VTK")
    grow = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "12345678"}">' for i in range(10))
    (tmp_path / "grow.vti").write_text(VTI.format(f"<!DOCTYPE a [{grow}]>\n", TAG, "&e9;"))
    began = time.monotonic()
    result = tauvox("inspect", "grow.vti", timeout=60)
    assert result.returncode in (3, 5) and time.monotonic() - began < 20, result.stderr
    (tmp_path / "open.vti").write_text(VTI.format('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n', TAG, "1 &x; 2"))
    if not shutil.which("strace"):
        pytest.skip("no strace")
    result = subprocess.run(["strace", "-f", "-o", "trace", "-e", "trace=open,openat", program, "inspect", "open.vti"],
                            cwd=tmp_path, capture_output=True, text=True, env=UNTRACED)
    trace = (tmp_path / "trace").read_text()
    assert ("open.vti" in trace or "ptrace" in result.stderr) and "passwd" not in trace


def test_a_folder_that_is_no_utf8_costs_no_result(tauvox, tmp_path):
    folder = tmp_path / os.fsdecode(b"bad\xffdir")
    folder.mkdir()
    volumes.hdf5(folder / "a.h5", volume=volumes.LABELS)
    options = ["--device", "cpu", "--voxel-size", "0.4um"]
    words = [["solve", "a.h5", "--phase", "0", "--json", "o.json", "--csv", "o.csv", "--field", "o.vti", "--png", "o", *options],
             ["solve", "o.settings.toml", "--overwrite"],
             ["solve", "a.h5", "--phase", "0", "--study", "tensor", "--json", "t.json", *options],
             ["inspect", "a.h5", "--json", "i.json"],
             ["evaluate", "a.h5", *PHASES, "--ionic", "pore", *options, "-o", "report"],
             ["batch", "a.h5", *PHASES, "--ionic", "pore", *options, "-o", "lot"],
             ["collect", "lot", "report", "-o", "all.json"],
             ["convert", "a.h5", "b.tif"],
             ["export", "pybamm", "report/results.json", "--electrode", "positive", "-o", "cell.json"]]
    for run in words:
        result = tauvox(*run, cwd=folder)
        assert result.returncode == 0, (run, result.stderr)
    for name in ("o.json", "t.json", "i.json", "report/results.json", "all.json", "cell.json"):
        json.loads((folder / name).read_text("utf-8"))
