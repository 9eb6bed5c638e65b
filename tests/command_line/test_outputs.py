"""What is written where, and that nothing which is there is lost."""

import csv
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import SANITIZED, assert_refused, contents, measures_memory, said_by, value

SOLVE = ["solve", "cathode.h5", "--phase", "0,1", "--device", "cpu"]
EVERYTHING = ["--json", "out.json", "--csv", "out.csv", "--field", "out.vti", "--png", "out"]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


def test_all_outputs_are_written_with_the_settings_beside_them(tauvox, tmp_path):
    result = tauvox(*SOLVE, "--axis", "all", *EVERYTHING)
    assert result.returncode == 0, result.stderr
    assert sorted(contents(tmp_path)) == sorted(
        ["cathode.h5", "out.json", "out.csv", "out.settings.toml", "out_structure.png"]
        + [f"out_{axis}.vti" for axis in "zyx"] + [f"out_concentration_{axis}.png" for axis in "zyx"])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    report = json.loads((tmp_path / "out.json").read_text())
    assert [row["axis"] for row in rows] == [r["axis"] for r in report["results"]] == ["z", "y", "x"]
    for row, r in zip(rows, report["results"]):
        assert row["status"] == r["status"] == "converged"
        for name in ["effective_ratio", "tortuosity_factor", "volume_fraction"]:
            assert float(row[name]) == value(r, name)


def test_the_flux_is_a_vector_of_each_voxel(tauvox, tmp_path):
    for field in ("u.h5", "u.vti"):
        result = tauvox(*SOLVE, "--axis", "z,x", "--voxel-size", "1,2,4um", "--flux", "--field", field, "--png", "p", "--json", "out.json", "--overwrite")
        assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    for r in report["results"]:
        with h5py.File(tmp_path / f"u_{r['axis']}.h5") as file:
            flux, u = file["flux"][...], file["concentration"][...]
            assert list(file["flux"].attrs["element_size_um"]) == [1, 2, 4]
            assert file["flux"].attrs["components"] == b"x,y,z"
        assert flux.shape == volumes.LABELS.shape + (3,) and numpy.isfinite(flux).all()
        assert not flux[numpy.isnan(u)].any()
        along = flux[..., "xyz".index(r["axis"])]
        assert along.mean() == pytest.approx(value(r, "effective_ratio"), rel=1e-3)
        assert (tmp_path / f"p_flux_{r['axis']}.png").read_bytes().startswith(b"\x89PNG")
        assert (tmp_path / f"u_{r['axis']}.vti").stat().st_size > flux.nbytes / 20
        # What was written is a volume again: its labels, not one of the fields.
        assert tauvox("inspect", f"u_{r['axis']}.h5").returncode == tauvox("inspect", f"u_{r['axis']}.vti").returncode == 0
    assert_refused(tauvox(*SOLVE, "--flux", "--json", "-"), 2, "--flux", "--field")


def test_a_table_holds_whatever_is_in_a_path_or_a_unit(tauvox, tmp_path):
    path = volumes.hdf5(tmp_path / 'a "b", c.h5', volume=volumes.LABELS)
    unit = 'm2/s, "x"\nnext'
    result = tauvox("solve", path.name, "--phase", "0,1", "--unit", unit, "--csv", "out.csv", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    with (tmp_path / "out.csv").open(newline="") as file:
        row, = csv.DictReader(file, strict=True)
    assert (row["input"], row["unit"], row["axis"]) == (path.name, unit, "z")
    assert float(row["effective_ratio"]) > 0


def test_a_result_is_printed_as_soon_as_it_is_known(tauvox):
    # No file can grow far: the field of the first axis fails, and its numbers stand on the terminal all the same.
    limited = ["bash", "-c", 'ulimit -f 5; exec "$@"', "bash"]
    result = tauvox(*SOLVE, "--axis", "all", "--field", "u.h5", before=limited)
    assert_refused(result, 7, "u_z.h5")
    lines = [line for line in result.stdout.splitlines() if line.startswith("axis ")]
    assert [line.split(",")[0] for line in lines] == ["axis z: converged"]


@pytest.mark.parametrize("output, settings", [(["--csv", "r/table.csv"], "r/table.settings.toml"),
                                              (["--field", "r/u.h5"], "r/u.settings.toml"),
                                              (["--png", "r/slice"], "r/slice.settings.toml")])
def test_the_settings_are_written_beside_any_output(tauvox, tmp_path, output, settings):
    (tmp_path / "r").mkdir()
    assert tauvox(*SOLVE, *output).returncode == 0
    assert "phase = [0, 1]" in (tmp_path / settings).read_text()


def test_json_on_standard_output_is_pure(tauvox, tmp_path):
    result = tauvox(*SOLVE, "--json", "-", "--progress", "always")
    assert json.loads(result.stdout)["results"][0]["status"] == "converged"
    assert "tortuosity factor" in result.stderr
    assert list(contents(tmp_path)) == ["cathode.h5"]


def test_an_existing_output_is_kept_unless_overwriting(tauvox, tmp_path):
    assert tauvox(*SOLVE, *EVERYTHING).returncode == 0
    before = contents(tmp_path)
    assert_refused(tauvox(*SOLVE, *EVERYTHING), 7, "exists", "out.vti", "overwrit")
    assert contents(tmp_path) == before
    assert tauvox(*SOLVE, *EVERYTHING, "--overwrite", "--axis", "x").returncode == 0
    after = contents(tmp_path)
    assert after["out.csv"] != before["out.csv"] and after["out.vti"] != before["out.vti"]


@pytest.mark.parametrize("what, path, facts", [
    ("missing folder", "nowhere/out", ["nowhere", "No such file"]), ("folder is a file", "cathode.h5/out", ["file"]),
    ("output is a folder", "folder", ["directory"])])
@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_an_output_that_cannot_be_written_is_refused_first(tauvox, tmp_path, what, path, facts, option):
    (tmp_path / "folder").mkdir()
    before = contents(tmp_path)
    result = tauvox(*SOLVE, "--field", "out.vti", option, path)
    assert_refused(result, 7, *facts)
    assert contents(tmp_path) == before


def test_a_folder_without_permission_is_refused(as_nobody):
    folder, run = as_nobody
    volumes.hdf5(folder / "cathode.h5", volume=volumes.LABELS)
    (folder / "results").mkdir(mode=0o555)
    assert_refused(run(*SOLVE, "--json", "results/out.json"), 7, "Permission denied", "results/out.json")
    assert contents(folder / "results") == {}


@pytest.mark.parametrize("link", [os.link, os.symlink, None])
def test_the_input_is_never_an_output(tauvox, tmp_path, link):
    name = "cathode.h5"
    if link:
        link(tmp_path / name, tmp_path / "link.h5")
        name = "link.h5"
    before = contents(tmp_path)
    assert_refused(tauvox(*SOLVE, "--field", name, "--overwrite"), 2, "input", name)
    assert_refused(tauvox("inspect", "cathode.h5", "--json", name, "--overwrite"), 2, "input", name)
    assert contents(tmp_path) == before


def test_an_output_of_another_run_is_refused_before_the_solve(tauvox, tmp_path):
    lock = tmp_path / "out.json.tauvox-lock"
    mine = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19]
    lock.write_text(f"{socket.gethostname()} {os.getpid()} {mine}\n")
    before = contents(tmp_path)
    result = tauvox(*SOLVE, *EVERYTHING)
    assert_refused(result, 7, "another run", f"process {os.getpid()}", "out.json")
    assert contents(tmp_path) == before
    assert tauvox(*SOLVE, "--csv", "other.csv").returncode == 0  # whoever writes elsewhere is not disturbed


def test_what_a_killed_run_left_is_removed_with_a_notice(tauvox, tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    for name in ["out.json.tauvox-lock", f"out.vti.tmp.{socket.gethostname()}.{gone.pid}"]:
        (tmp_path / name).write_text(f"{socket.gethostname()} {gone.pid} 1\n")
    result = tauvox(*SOLVE, "--json", "out.json", "--field", "out.vti")
    assert result.returncode == 0, result.stderr
    assert sorted(contents(tmp_path)) == ["cathode.h5", "out.json", "out.settings.toml", "out.vti"]
    notices = [line for line in said_by(result).splitlines() if line.startswith("notice: ")]
    assert sum(str(gone.pid) in line for line in notices) == 2, result.stderr


def test_files_that_may_not_grow_are_an_output_failure_and_not_the_end(tauvox, tmp_path):
    assert tauvox("generate", "fcc", "--size", "48", "-o", "fcc.raw").returncode == 0
    before = contents(tmp_path)
    run = ["solve", "fcc.raw", "--shape", "48", "--dtype", "uint8", "--phase", "0", "--device", "cpu"]
    # What a field takes at least is missed before the solve; what only the writer can know, by the writer.
    assert_refused(tauvox(*run, "--field", "u.vti", before=["prlimit", "--fsize=50000"]), 7, "room", "ulimit -f")
    assert_refused(tauvox("generate", "fcc", "--size", "48", "-o", "more.raw", before=["prlimit", "--fsize=50000"]), 7,
                   "File too large")
    assert contents(tmp_path) == before


def test_a_full_disk_is_noticed_before_the_solve(tauvox, tmp_path):
    assert tauvox("generate", "fcc", "--size", "80", "-o", "fcc.raw").returncode == 0
    (tmp_path / "small").mkdir()
    mounted = ["unshare", "-m", "bash", "-c", 'mount -t tmpfs -o size=256k tmpfs small && "$0" "$@"']
    if subprocess.run([*mounted, "true"], cwd=tmp_path, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    result = tauvox("solve", "fcc.raw", "--shape", "80", "--dtype", "uint8", "--phase", "0", "--device", "cpu",
                    "--field", "small/u.vti", "--max-iterations", "1", before=mounted)
    assert_refused(result, 7, "not enough room", "on the disk")


@pytest.mark.parametrize("ending", ["h5", "vti"])
def test_a_field_is_an_input_again_and_says_where_it_is_from(tauvox, solve, tmp_path, ending):
    assert tauvox(*SOLVE, "--axis", "y", "--voxel-size", "0.3,0.2,0.1um", "--field", f"u.{ending}").returncode == 0
    first = solve("cathode.h5", "--phase", "0,1", "--voxel-size", "0.3,0.2,0.1um")
    again = solve(f"u.{ending}", "--phase", "0,1")
    assert value(again["results"][0], "effective_ratio") == pytest.approx(
        value(first["results"][0], "effective_ratio"), rel=1e-12)
    assert again["input"]["voxel_size_m"] == pytest.approx([3e-7, 2e-7, 1e-7])
    if ending == "h5":
        with h5py.File(tmp_path / "u.h5") as file:
            texts = {name: file.attrs[name] for name in file.attrs}
        texts = {name: text.decode() if isinstance(text, bytes) else text for name, text in texts.items()}
        for name, text in {"axis": "y", "input": "cathode.h5", "voxel_size_source": "--voxel-size",
                           "length_unit": "um", "input_sha256": first["input"]["sha256"]}.items():
            assert texts[name] == text
    assert tauvox("inspect", f"u.{ending}").returncode == 0


@measures_memory
def test_the_peak_memory_is_that_of_the_program_and_not_of_who_started_it(program, tmp_path):
    script = "import os, sys; memory = bytearray(b'x') * (400 << 20); os.execv(sys.argv[1], sys.argv[1:])"
    result = subprocess.run([sys.executable, "-c", script, program, *SOLVE, "--json", "-"], cwd=tmp_path, text=True,
                            capture_output=True, timeout=60)
    assert json.loads(result.stdout)["memory"]["host_peak_resident_bytes"] < 200 << 20


def test_threads_that_cannot_be_started_are_done_without(tauvox, solve, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs a user without other processes, which only root can be")
    os.chmod(tmp_path, 0o777)
    for parent in tmp_path.parents[:2]:
        os.chmod(parent, 0o755)
    nobody_else = {"user": 54321, "group": 54321, "extra_groups": []}
    result = tauvox(*SOLVE, "--threads", "8", "--json", "-", before=["prlimit", "--nproc=3"], **nobody_else)
    assert result.returncode == 0, result.stderr
    assert "cpu (2 threads)" in json.loads(result.stdout)["device"]
    assert "2 of 8 threads" in result.stderr


def test_info_says_what_limits_the_processors(tauvox):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "SLURM_CPUS_PER_TASK": "7"}
    found = json.loads(tauvox("info", "--json", env=environment).stdout)
    assert found["processors"] == 1
    assert found["processor_limits"]["OMP_NUM_THREADS"] == 1
    assert found["processor_limits"]["SLURM_CPUS_PER_TASK"] == 7
    assert "OMP_NUM_THREADS 1" in tauvox("info", env=environment).stdout


def test_a_closed_standard_output_does_not_cost_the_results(tauvox, tmp_path):
    for i, redirection in enumerate([">&-", ">&- 2>&-", "<&- >&- 2>&-", "| true", "2>&1 | true"]):
        out = f"out{i}.json"
        command = f'"$0" "$@" --json {out} --field out{i}.vti --progress always {redirection}'
        subprocess.run(["bash", "-c", command, *tauvox_command(tauvox), *SOLVE], cwd=tmp_path, check=False,
                       timeout=60, capture_output=True)
        assert json.loads((tmp_path / out).read_text())["results"][0]["status"] == "converged"
        assert (tmp_path / f"out{i}.vti").stat().st_size > 0


@pytest.mark.parametrize("words,code", [([*SOLVE], 7), (["inspect", "cathode.h5"], 7), (["--version"], 7),
                                        ([*SOLVE, "--json", "out.json"], 0)])
def test_a_result_that_stands_nowhere_is_an_output_failure(tauvox, tmp_path, words, code):
    result = subprocess.run(["bash", "-c", '"$0" "$@" >&-', *tauvox_command(tauvox), *words], cwd=tmp_path, timeout=60,
                            capture_output=True, text=True)
    if code:
        assert_refused(result, code, "standard output", "closed")
    assert result.returncode == code


def test_a_report_that_does_not_arrive_is_an_output_failure(tauvox, tmp_path):
    result = subprocess.run(["bash", "-c", '"$0" "$@" --json - --quiet >/dev/full', *tauvox_command(tauvox), *SOLVE],
                            cwd=tmp_path, timeout=60, capture_output=True, text=True)
    assert_refused(result, 7, "report", "No space left")


def tauvox_command(tauvox):
    return [tauvox("--version").args[0]]


def test_a_dry_run_writes_nothing_and_estimates_the_memory_of_the_run(tauvox, tmp_path):
    assert tauvox("generate", "electrode", "--size", "160", "-o", "e.raw").returncode == 0
    run = ["solve", "e.raw", "--shape", "160,160,160", "--dtype", "uint8", "--phase", "0", "--device", "cpu",
           "--tolerance", "0.1"]
    before = contents(tmp_path)
    text = tauvox(*run, "--dry-run", "--csv", "out.csv")
    assert text.returncode == 0 and "fits:" in text.stdout
    assert "concentration" not in text.stdout  # made only for a file or a picture
    for wanted in (["--field", "u.vti"], ["--png", "u"]):
        assert "concentration" in tauvox(*run, "--dry-run", *wanted).stdout
    estimate = json.loads(tauvox(*run, "--dry-run", "--json", "-").stdout)
    assert contents(tmp_path) == before
    assert estimate["status"] == "dry_run" and estimate["fits"]
    if SANITIZED:
        pytest.skip("the sanitizer's own memory hides what the program takes")
    report = json.loads(tauvox(*run, "--json", "-").stdout)
    measured = report["memory"]["host_peak_resident_bytes"]
    assert abs(estimate["host_peak_bytes"] - measured) < 0.1 * measured, (estimate, report["memory"])
    assert report["memory"]["device_bytes_per_voxel"] < 12  # at the default porosity of 0.4; 0.8 of it are empty slots


def bench_file(path, **changed):
    rows = [{"case": case, "size": [64] * 3, "conducting_fraction": 0.5, "valid": True, "seconds": {"total": seconds}}
            for case, seconds in (("sphere-packing", 0.1), ("gyroid", 0.1), ("carbon-binder", 0.3), ("near-percolation", 1))]
    path.write_text(json.dumps({"kind": "tauvox bench", "settings": {"tolerance": 1e-4}, "rows": rows,
                                "hardware": {"device": {"kind": "cpu", "threads": 1, "description": "cpu (1 thread)"},
                                             "cpu": {"processors": 1}, "load_average": None}} | changed))


def test_a_dry_run_says_the_time_by_a_calibration_and_what_to_ask_of_slurm(tauvox, tmp_path):
    bench_file(tmp_path / "calibration.json")
    run = [*SOLVE, "--threads", "1", "--dry-run"]
    text = tauvox(*run)
    assert re.search(r"^slurm: --mem=\d+M$", text.stdout, re.MULTILINE) and "time:" not in text.stdout
    text = tauvox(*run, "--calibration", "calibration.json")
    assert re.search(r"^time: [\d.]+ to [\d.]+ s, by calibration.json$", text.stdout, re.MULTILINE), text.stdout + text.stderr
    assert re.search(r"^slurm: --mem=\d+M --time=00:02:00$", text.stdout, re.MULTILINE)
    least, most = json.loads(tauvox(*run, "--calibration", "calibration.json", "--json", "-").stdout)["seconds"]
    assert 0 < least < most < 10
    assert_refused(tauvox(*[a for a in run if a != "--dry-run"], "--calibration", "calibration.json"), 2, "--dry-run")
    bench_file(tmp_path / "calibration.json", kind="another")
    assert_refused(tauvox(*run, "--calibration", "calibration.json"), 3, "calibration.json", "tauvox bench --quick")


def test_generated_volumes_are_the_same_bytes_everywhere(tauvox, tmp_path):
    # Pinned on x86-64 with GCC 12; every machine, compiler and number of threads must agree.
    pinned = {"electrode": "80eafe457493d6fe4e347b8f755d4c65a33b6e5c94eaaefeebfdc6d63ac32f37",
              "fcc": "ba1b8e1343b39e51e7b28a69d813ed969be04bd24cdbcb1b7db4d4587abf0f28"}
    for shape, digest in pinned.items():
        more = ["--porosity", "0.4", "--seed", "1"] if shape == "electrode" else []
        result = tauvox("generate", shape, "--size", "40", *more, "-o", f"{shape}.raw")
        assert result.returncode == 0, result.stderr
        assert hashlib.sha256((tmp_path / f"{shape}.raw").read_bytes()).hexdigest() == digest, shape
    assert_refused(tauvox("generate", "fcc", "-o", "fcc.raw"), 7, "exists")
    assert tauvox("generate", "fcc", "--size", "8", "-o", "fcc.raw", "--overwrite").returncode == 0
    assert (tmp_path / "fcc.raw").stat().st_size == 8**3


@pytest.mark.parametrize("arguments, facts", [
    (["bubbles"], ["bubbles", "electrode"]), (["fcc", "--size", "0"], ["0x0x0"]),
    (["electrode", "--porosity", "0,4"], ["--porosity", "0,4", "decimal point"]),
    (["fcc", "--seed", "1"], ["--seed", "fcc", "electrode, site-percolation"]),
    (["electrode", "--fraction", "0.4"], ["--fraction", "electrode", "channel"]), (["cube", "--porosity", "0.4"], ["--porosity"]),
    (["electrode", "--seed", "-1"], ["--seed", "-1"]), (["fcc", "--voxel-size", "1"], ["--voxel-size", "unit"]),
    (["electrode", "--porosity", "1.5"], ["1.5"])])
def test_bad_generator_settings_are_refused(tauvox, tmp_path, arguments, facts):
    before = contents(tmp_path)
    assert_refused(tauvox("generate", *arguments, "-o", "made.raw"), 2, *facts)
    assert contents(tmp_path) == before


def test_what_a_header_names_and_slices_are_inputs_too(tauvox, tmp_path):
    volumes.LABELS.tofile(tmp_path / "b.raw")
    (tmp_path / "b.mhd").write_text("ObjectType = Image\nNDims = 3\nDimSize = 8 7 6\nElementType = MET_UCHAR\nElementDataFile = b.raw\n")
    (tmp_path / "slices").mkdir()
    for z, layer in enumerate(volumes.LABELS):
        tifffile.imwrite(tmp_path / "slices" / f"s{z}.tif", layer)
    (tmp_path / "link.mhd").symlink_to("b.mhd")
    before = contents(tmp_path)
    for arguments in [["solve", "b.mhd", "--phase", "0", "--json", "b.raw"],
                      ["solve", "link.mhd", "--phase", "0", "--json", "b.raw"], ["inspect", "b.mhd", "--json", "b.raw"],
                      ["solve", "slices", "--phase", "0", "--csv", "slices/s2.tif"], ["convert", "b.mhd", "b.raw"],
                      ["convert", "slices", "slices/s9.tif"]]:
        assert_refused(tauvox(*arguments, "--overwrite"), 2, "input")
        assert contents(tmp_path) == before


def test_no_command_writes_over_what_it_reads(tauvox, tmp_path):
    """One wording for all."""
    assert tauvox("generate", "uniform", "--size", 8, "--voxel-size", "1um", "-o", "a.h5").returncode == 0
    phases = ["--phases", "pore=0,active=1", "--allow-absent"]
    assert tauvox("evaluate", "a.h5", *phases, "--ionic", "0", "-o", "r", "--quiet").returncode == 0
    for layer in range(3):
        (tmp_path / "s").mkdir(exist_ok=True)
        tifffile.imwrite(tmp_path / "s" / f"s{layer}.tif", volumes.LABELS[layer], photometric="minisblack")
    (tmp_path / "batch.csv").write_text("a.h5\n")
    (tmp_path / "l").mkdir()
    (tmp_path / "l" / "results.csv").write_text("porosity.max = 1\n")
    (tmp_path / "m.md").write_text("{}")
    before = contents(tmp_path)
    for arguments in [["solve", "a.h5", "--phase", "0", "--json", "a.h5"], ["inspect", "a.h5", "--json", "a.h5"],
                      ["convert", "a.h5", "a.h5"], ["evaluate", "a.h5", *phases, "--limits", "l/results.csv", "-o", "l"],
                      ["export", "pybamm", "r/results.json", "-o", "r/results.json"],
                      ["collect", "r", "-o", "r/results.json"], ["batch", "--list", "batch.csv", *phases, "-o", "."],
                      ["bench", "--compare", "m.md", "m.md", "-o", "m"],
                      ["inspect", "s", "--json", "s/s9.png"], ["solve", "s", "--phase", "0", "--png", "s/p"]]:
        if arguments[0] != "batch":
            arguments.append("--overwrite")
        assert_refused(tauvox(*arguments), 2, "an output is the input", "give the output another name")
        assert contents(tmp_path) == before, arguments


def test_results_may_lie_beside_the_slices_and_slices_stay(tauvox, tmp_path):
    (tmp_path / "slices").mkdir()
    for z, layer in enumerate(volumes.repeated(2)):
        tifffile.imwrite(tmp_path / "slices" / f"s{z:02}.tif", layer, photometric="minisblack")
    slice_bytes = (tmp_path / "slices/s03.tif").read_bytes()
    evaluation = ["evaluate", "slices", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "slices", "--quiet"]
    assert tauvox(*evaluation).returncode == 0
    again = tauvox("evaluate", "slices/settings.toml", "--overwrite", "--quiet")
    assert again.returncode == 0, again.stderr
    assert_refused(tauvox("solve", "slices", "--phase", "0", "--csv", "slices/s03.tif", "--overwrite"), 2, "is the input")
    assert (tmp_path / "slices/s03.tif").read_bytes() == slice_bytes
