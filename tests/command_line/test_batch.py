"""tauvox batch: many volumes, each in a process and a folder of its own."""

import csv
import gzip
import html.parser
import json
import os
import re
import shutil
import signal
import subprocess
import time

import numpy
import pytest
import tifffile
import volumes
from conftest import UNTRACED, assert_refused, contents, holds, value

pytestmark = pytest.mark.usefixtures("without_gnuplot")

OPTIONS = ["--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "--ionic", "pore", "--axis", "z"]


@pytest.fixture(autouse=True)
def scans(tmp_path):
    """Three volumes that differ."""
    (tmp_path / "scans").mkdir()
    for i in range(3):
        volumes.hdf5(tmp_path / "scans" / f"s{i}.h5", volume=numpy.roll(volumes.repeated(2), i, axis=0)[: 12 - i])
    return tmp_path / "scans"


@pytest.fixture
def batch(tauvox):
    def run(*arguments, code=0, **options):
        result = tauvox("batch", "scans/*.h5", "-o", "lot", *OPTIONS, *arguments, **options)
        assert result.returncode == code, result.stderr
        return result.stdout.splitlines()

    return run


def table(tmp_path):
    return list(csv.DictReader((tmp_path / "lot" / "batch.csv").open()))


def states(tmp_path):
    return {path.parent.name: json.loads(path.read_text()) for path in (tmp_path / "lot/volumes").glob("*/state.json")}


def test_a_verdict_is_said_in_words(batch, tmp_path):
    (tmp_path / "limits.toml").write_text('decision_rule = "simple"\nporosity.max = 0.01\nvolume_fraction.active.max = 0.9\n')
    lines = batch("--limits", "limits.toml", code=11)
    assert all("verdict: fail" in line and "exit code" not in line for line in lines[:3])
    rows = table(tmp_path)
    assert {(row["status"], row["exit_code"]) for row in rows} == {("finished", "11")}
    for row in rows:  # the limit that failed, not the other
        assert re.fullmatch(r"verdict: fail \(volume_fraction, label 0 \(pore\), axis z: 0\.\d+ in \[-, 0\.01\]: fail\)", row["reason"]), row["reason"]
    assert "in [-, 0.01]: fail" in (tmp_path / "lot/batch.html").read_text()


def test_every_volume_has_a_folder_and_rows(batch, tmp_path):
    lines = batch()
    assert [line.split()[1:3] for line in lines[:3]] == [[f"scans/s{i}.h5:", "finished"] for i in range(3)]
    rows = table(tmp_path)
    assert {row["volume"] for row in rows} == {f"scans/s{i}.h5" for i in range(3)}
    for i in range(3):
        pore, = [row for row in rows if row["volume"] == f"scans/s{i}.h5" and (row["phase"], row["with"], row["axis"])
                 == ("pore", "", "z")]
        report = json.loads((tmp_path / "lot" / pore["folder"] / "results.json").read_text())
        ions, = [r for r in report["results"] if r["study"] == "effective_transport"]
        assert float(pore["effective_ratio"]) == value(ions, "effective_ratio")
        solver = ions["quantities"]["effective_ratio"]["uncertainty"].get("solver")
        assert pore["effective_ratio_uncertainty_solver"] == (f"{solver['half_width']:.17g}" if solver else "")
        assert float(pore["volume_fraction"]) == pytest.approx(value(ions, "volume_fraction"))
        assert {"results.csv", "settings.toml", "state.json"} <= set(contents(tmp_path / "lot" / pore["folder"]))


def test_finished_ones_are_not_computed_again(batch, scans, tmp_path):
    assert batch("--quiet") == []
    before = contents(tmp_path / "lot")
    assert all("(kept," in line for line in batch()[:3])
    assert contents(tmp_path / "lot") == before
    # Content and settings count, not names of folders, times or settings that change no result.
    os.utime(scans / "s0.h5")
    assert all("(kept," in line for line in batch("--threads", "1")[:3])
    assert batch("--quiet") == []
    volumes.hdf5(scans / "s1.h5", volume=volumes.repeated(2)[::-1])
    assert ["(kept," in line for line in batch()[:3]] == [True, False, True]
    assert not any("(kept," in line for line in batch("--tolerance", "1e-3")[:3])
    assert all("(kept," in line for line in batch()[:3])
    assert len(states(tmp_path)) == 3 + 1 + 3


def test_a_volume_that_fails_is_a_row_and_stops_nobody(batch, scans, tmp_path, tauvox):
    good = (scans / "s1.h5").read_bytes()
    (scans / "s1.h5").write_bytes(good[:2000])
    (scans / "s2<b>.h5").write_text("=1")
    lines = batch(code=12)
    assert ["finished" in line for line in lines[:4]] == [True, False, True, False]
    rows = {row["volume"]: row for row in table(tmp_path)}
    assert rows["scans/s1.h5"]["status"] == "failed" and "truncated" in rows["scans/s1.h5"]["reason"]
    assert rows["scans/s1.h5"]["exit_code"] == "3" and rows["scans/s1.h5"]["volume_fraction"] == ""
    assert rows["scans/s2.h5"]["status"] == "finished"
    page = (tmp_path / "lot/batch.html").read_text()
    assert "s2&lt;b&gt;.h5" in page and "<b>" not in page
    (scans / "s2<b>.h5").unlink()
    assert "failed (kept," in batch(code=12)[1]
    assert "failed (evaluated," in batch("--retry-failed", code=12)[1]
    (scans / "s1.h5").write_bytes(good)
    assert "finished (evaluated," in batch()[1]
    missing = tauvox("batch", "scans/s0.h5", "scans/none.h5", "-o", "lot", *OPTIONS)
    assert missing.returncode == 12 and "2/2 scans/none.h5: failed (not read" in missing.stdout


def test_a_process_that_is_killed_is_a_row(batch, tmp_path):
    def killed():  # no process of this batch may use a second of processor time
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))

    volumes.hdf5(tmp_path / "scans" / "s3.h5", volume=volumes.repeated(40))
    batch(code=12, preexec_fn=killed)
    row, = [row for row in table(tmp_path) if row["volume"] == "scans/s3.h5"]
    assert row["status"] == "failed" and "signal" in row["reason"]


def test_stopped_in_the_middle_it_goes_on(program, batch, tmp_path):
    whole = [program, "batch", "scans/*.h5", "-o", "lot", *OPTIONS]
    for i in range(3, 8):
        volumes.hdf5(tmp_path / "scans" / f"s{i}.h5", volume=numpy.roll(volumes.repeated(8), i, axis=1))
    run = subprocess.Popen(whole, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    for _ in range(3):
        run.stdout.readline()
    time.sleep(0.2)
    run.send_signal(signal.SIGKILL)
    # Not waited for yet: its number still exists.
    done = states(tmp_path)
    assert 3 <= len(done) < 8
    lines = batch()
    run.wait()
    assert ["(kept," in line for line in lines[:8]].count(True) >= 3
    assert "(evaluated," in lines[7] and len(states(tmp_path)) == 8
    assert not [name for name in os.listdir(tmp_path / "lot/volumes") if ".part" in name or "lock" in name]
    assert len({row["volume"] for row in table(tmp_path)}) == 8


def test_a_signal_ends_it_and_the_same_command_goes_on(program, batch, tmp_path):
    for i in range(3, 8):
        volumes.hdf5(tmp_path / "scans" / f"s{i}.h5", volume=numpy.roll(volumes.repeated(8), i, axis=1))
    run = subprocess.Popen([program, "batch", "scans/*.h5", "-o", "lot", *OPTIONS], cwd=tmp_path, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    for _ in range(3):
        run.stdout.readline()
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 75 and "same command" in said, said
    done = {row["volume"] for row in table(tmp_path)}
    assert 3 <= len(done) < 8 and len(states(tmp_path)) == len(done)
    lines = batch()
    assert ["(kept," in line for line in lines[:8]].count(True) == len(done)
    assert len({row["volume"] for row in table(tmp_path)}) == 8


def test_a_queue_signals_every_process_of_a_job_and_its_script_hands_that_on(program, tauvox, tmp_path):
    """What was finished of the volume at work is kept, however often the process that evaluates it is told."""
    assert tauvox("generate", "electrode", "--size", 96, "--voxel-size", "0.4um", "-o", "v.h5").returncode == 0
    words = ["batch", "v.h5", "-o", "lot", *OPTIONS[:-1], "z,y,x", "--threads", "1"]
    run = subprocess.Popen([program, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 60
    while run.poll() is None and not any(holds(path, "interfaces") for path in (tmp_path / "lot").rglob("evaluate.ckpt")):
        assert time.monotonic() < end
        time.sleep(0.002)
    os.killpg(run.pid, signal.SIGTERM)
    os.killpg(run.pid, signal.SIGUSR1)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 75 and "same command" in said, said
    first = next(path for path in (tmp_path / "lot").rglob("errors.txt")).read_text()
    assert "finished studies are kept" in first, first
    assert any(holds(path, "interfaces") for path in (tmp_path / "lot").rglob("evaluate.ckpt"))
    assert tauvox(*words).returncode == 0


def test_a_signal_at_the_start_of_a_volume_is_no_failure_of_it(program, tauvox, tmp_path):
    volumes.hdf5(tmp_path / "v.h5", volume=volumes.repeated(4))
    for i in range(6):  # the process that evaluates does not listen yet
        run = subprocess.Popen([program, "batch", "v.h5", "-o", f"lot{i}", *OPTIONS], cwd=tmp_path, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        children = f"/proc/{run.pid}/task/{run.pid}/children"
        while run.poll() is None and not open(children).read():
            pass
        time.sleep(0.001 * i)
        if run.poll() is None:
            run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=60) in [0, 75]
        again = tauvox("batch", "v.h5", "-o", f"lot{i}", *OPTIONS)
        assert again.returncode == 0, again.stdout


def test_what_lies_beside_a_header_and_the_names_of_slices_are_part_of_a_volume(tauvox, tmp_path):
    labels = volumes.repeated(2)
    header = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: {} {} {}\nencoding: {}\ndata file: {}\n"
    for name, encoding, file in [("a", "gzip", "a.raw.gz"), ("b", "raw", "other.raw")]:
        (tmp_path / f"{name}.nhdr").write_text(header.format(*labels.shape[::-1], encoding, file))

    def write(array):
        (tmp_path / "a.raw.gz").write_bytes(gzip.compress(array.tobytes()))
        (tmp_path / "other.raw").write_bytes(array.tobytes())

    def run():
        result = tauvox("batch", "a.nhdr", "b.nhdr", "slices", "-o", "lot", *OPTIONS)
        assert result.returncode == 0, result.stderr
        return [line.split("(")[1].split(",")[0] for line in result.stdout.splitlines()[:3]]

    write(labels)
    (tmp_path / "slices").mkdir()
    for z, layer in enumerate(labels):
        tifffile.imwrite(tmp_path / "slices" / f"s{z:02}.tif", layer)
    assert run() == ["evaluated"] * 3
    assert run() == ["kept"] * 3
    write(numpy.roll(labels, 1, axis=0))
    for one, other in [("s00", "t"), ("s11", "s00"), ("t", "s11")]:  # two slices change places
        (tmp_path / "slices" / f"{one}.tif").rename(tmp_path / "slices" / f"{other}.tif")
    assert run() == ["evaluated"] * 3


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.outside = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.outside += [v for name, v in attributes if name in ("src", "href", "data") or name.startswith("on")]


def test_a_table_has_units_intervals_and_verdicts(batch, tmp_path):
    (tmp_path / "limits.toml").write_text('decision_rule = "simple"\nporosity.max = 1\n')
    batch("--limits", "limits.toml")
    rows = table(tmp_path)
    assert {row["verdict"] for row in rows} == {"pass"}
    pore, *_ = [row for row in rows if (row["phase"], row["with"], row["axis"]) == ("pore", "", "z")]
    report = json.loads((tmp_path / "lot" / pore["folder"] / "results.json").read_text())
    assert pore["thickness_d50_unit"] == "m" and "volume_fraction_unit" not in pore
    page = (tmp_path / "lot/batch.html").read_text()
    assert "<h3>local thickness, median, pore, axis z [µm]</h3>" in page and "<h3>thickness_d50" not in page
    assert "Lot lot" not in page and "<code>thickness_d50</code>" in page


def test_all_uncertainties_together_are_those_of_the_results(batch, tauvox, tmp_path):
    """None where one is missing that a verdict needs: volumes below 48 voxels have none of sampling."""
    batch()
    collected = tauvox("collect", "lot", "-o", "all.csv")
    assert collected.returncode == 0, collected.stderr
    gathered = list(csv.DictReader((tmp_path / "all.csv").open()))
    known, open_ones = 0, set()
    for row, same in zip(table(tmp_path), gathered, strict=True):
        own = csv.DictReader((tmp_path / "lot" / row["folder"] / "results.csv").open())
        first = {}
        for r in own:
            if (r["phase"], r["with"], r["axis"]) == (row["phase"], row["with"], row["axis"]):
                first.setdefault(r["quantity"], r)
        assert first
        for name, r in first.items():
            expected = r["uncertainty_combined"]
            assert row.get(f"{name}_uncertainty_combined", "") == same.get(f"{name}_uncertainty_combined", "") == expected, name
            known += expected != ""
            if expected == "" and r["uncertainty_solver"] + r["uncertainty_resolution"]:
                open_ones.add(name)
    assert known >= 3 and {"effective_ratio", "thickness_d50", "specific_surface"} <= open_ones
    page = (tmp_path / "lot/batch.html").read_text()
    section, = re.findall("<h3>relative diffusivity, pore, axis z.*?</section>", page, re.DOTALL)
    assert "±" not in section and "not judged" in section


def test_the_page_needs_no_other_file(batch, tmp_path):
    batch()
    text = (tmp_path / "lot/batch.html").read_text()
    page = Page(text)
    assert not page.outside and not {"script", "link", "img", "iframe"} & set(page.tags)
    assert page.tags.count("svg") > 3 and "default-src &#39;none&#39;" not in text
    assert "upper limit" in text and "not judged" in text
    assert len(text) < 1_000_000


def test_lists_and_settings_of_an_earlier_evaluation(tauvox, tmp_path):
    assert tauvox("evaluate", "scans/s0.h5", *OPTIONS, "-o", "one").returncode == 0
    (tmp_path / "scans" / "list.txt").write_text("# two of them\ns0.h5\n\ns[2-9].h5\n")
    result = tauvox("batch", "--list", "scans/list.txt", "--settings", "one/settings.toml", "--voxel-size", "1um", "-o", "lot")
    assert result.returncode == 0, result.stderr
    assert {row["volume"] for row in table(tmp_path)} == {"scans/s0.h5", "scans/s2.h5"}
    assert float(table(tmp_path)[0]["effective_ratio"]) > 0


def test_what_cannot_begin_is_refused(tauvox, tmp_path):
    assert_refused(tauvox("batch", "-o", "lot", *OPTIONS), 2, "no volume given")
    assert_refused(tauvox("batch", "scans/*.tif", "-o", "lot", *OPTIONS), 3, "no volume matches", "scans/*.tif")
    assert_refused(tauvox("batch", "scans/*.h5", *OPTIONS), 2, "--output")
    assert_refused(tauvox("batch", "scans/*.h5", "-o", "scans/s0.h5", *OPTIONS), 7, "scans/s0.h5")
    assert not (tmp_path / "lot").exists()


def test_each_volume_has_the_names_that_its_file_states(tauvox, scans, tmp_path):
    names = {"s0": "pore=0,active=1,binder=2", "s1": "binder=0,active=1,pore=2"}
    for name, phases in names.items():
        assert tauvox("convert", f"scans/{name}.h5", f"scans/{name}.nrrd", "--phases", phases).returncode == 0
    run = ["scans/s0.nrrd", "scans/s1.nrrd", "scans/s2.h5", *OPTIONS[2:], "--no-sampling"]
    result = tauvox("batch", *run, "-o", "lot")
    assert result.returncode == 12 and "different names of phases" not in result.stdout + result.stderr
    for name, phases in names.items():
        assert tauvox("evaluate", f"scans/{name}.nrrd", *OPTIONS[2:], "--no-sampling", "--phases", phases, "-o", name).returncode == 0
        alone = json.loads((tmp_path / name / "results.json").read_text())
        row, = [row for row in table(tmp_path) if row["volume"] == f"scans/{name}.nrrd" and (row["phase"], row["with"], row["axis"])
                == ("pore", "", "z")]
        ions, = [r for r in alone["results"] if r["study"] == "effective_transport"]
        assert float(row["effective_ratio"]) == value(ions, "effective_ratio")
        one, two = alone["settings"], json.loads((tmp_path / "lot" / row["folder"] / "results.json").read_text())["settings"]
        assert one["phases"] == two["phases"] and len(two["phases"]) == 3
    # Without names it fails as it does alone, and what advises names no folder of a worker.
    failed, = [row for row in table(tmp_path) if row["status"] == "failed"]
    refused = tauvox("evaluate", "scans/s2.h5", *OPTIONS[2:], "--no-sampling")
    assert refused.returncode == 2 and failed["exit_code"] == "2" and failed["volume"] == "scans/s2.h5"
    assert f"error: {failed['reason']}\n" in refused.stderr
    # --phases holds for all, where the batch or its settings have it.
    assert tauvox("batch", *run, *OPTIONS[:2], "-o", "lot").returncode == 0
    assert {row["status"] for row in table(tmp_path)} == {"finished"}


def test_names_that_differ_from_volume_to_volume_are_said(tauvox, scans, tmp_path):
    for name, phases in {"s0": "pore=0,solid=1+2", "s1": "pore=0,solid=1+2", "s2": "void=0,solid=1+2"}.items():
        assert tauvox("convert", f"scans/{name}.h5", f"scans/{name}.tif", "--phases", phases).returncode == 0
    run = ["batch", "scans/*.tif", "--voxel-size", "1um", "--device", "cpu", "--no-sampling", "-o", "lot"]
    result = tauvox(*run)
    assert result.returncode == 0, result.stderr
    assert ("notice: volumes have different names of phases, and rows of others are not compared: pore, solid (scans/s0.tif and 1 "
            "more); solid, void (scans/s2.tif)") in result.stdout + result.stderr
    assert {row["phase"] for row in table(tmp_path) if row["volume"] == "scans/s2.tif"} >= {"void", "solid"}
    assert "different names" not in tauvox(*run, "--quiet").stderr
    # What only some of the files name is refused for the others alone.
    result = tauvox(*run, "--ionic", "void")
    assert result.returncode == 12
    assert [row["reason"].split(" (")[0] for row in table(tmp_path) if row["status"] == "failed"] == ["no phase of that name"] * 2


def test_a_dry_run_says_node_hours_by_one_evaluation(tauvox, batch, tmp_path):
    assert tauvox("evaluate", "scans/s0.h5", *OPTIONS, "-o", "one").returncode == 0
    path = tmp_path / "one/results.json"
    report = json.loads(path.read_text())
    report["timings_s"]["total"] = 3600.0
    path.write_text(json.dumps(report))
    voxels = [numpy.prod(json.loads(path.read_text())["input"]["shape"])]
    voxels += [voxels[0] * (12 - i) // 12 for i in (1, 2)]
    lines = batch("--dry-run", "--calibration", "one/results.json")
    assert lines[0].startswith("3 volumes, ") and not (tmp_path / "lot").exists()
    least, most = (float(word) for word in lines[1].removeprefix("node hours: ").split(", by")[0].split(" to "))
    assert least == pytest.approx(0.5 * sum(voxels) / voxels[0], rel=0.01) and most == pytest.approx(2 * sum(voxels) / voxels[0], rel=0.01)
    assert lines[2].startswith("slurm: --mem=") and "--time=" in lines[2]
    (tmp_path / "scans/s1.h5").write_bytes(b"no volume")
    assert batch("--dry-run", "--calibration", "one/results.json", code=12)[0].endswith("; 1 cannot be read")
    assert_refused(tauvox("batch", "scans/*.h5", "-o", "lot", *OPTIONS, "--dry-run"), 2, "--calibration")
    assert_refused(tauvox("batch", "scans/*.h5", "-o", "lot", *OPTIONS, "--calibration", "one/results.json"), 2, "--dry-run")


def test_a_missing_volume_with_a_bracket_in_its_name_is_that_volume(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "a[1].h5", volume=volumes.LABELS)
    run = ["batch", "a[1].h5", "b[2].h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "lot"]
    result = tauvox(*run, "--no-sampling")
    assert result.returncode == 12, result.stderr
    assert "b[2].h5" in result.stdout + result.stderr and "no volume matches" not in result.stderr
    rows = (tmp_path / "lot" / "batch.csv").read_text()
    assert "a[1].h5" in rows and "no such file" in rows


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
def test_the_next_volume_is_fetched_while_one_is_evaluated_but_not_one_that_is_known(batch, program, tmp_path, scans):
    (scans / "s1.h5").rename(scans / "away")
    batch()  # s0 and s2
    (scans / "away").rename(scans / "s1.h5")
    for new in ("s3.h5", "s4.h5"):
        volumes.hdf5(scans / new, volume=numpy.roll(volumes.repeated(2), int(new[1]), axis=1))
    subprocess.run(["strace", "-y", "-o", "trace", "-e", "trace=fadvise64", program, "batch", "scans/*.h5", "-o", "lot", *OPTIONS],
                   cwd=tmp_path, check=True, capture_output=True, env=UNTRACED)
    asked = re.findall(r"/scans/(s\d)\.h5>.*POSIX_FADV_WILLNEED\) = 0", (tmp_path / "trace").read_text())
    assert asked == ["s3", "s4"]  # beside s1 and s3
    assert [row["status"] for row in table(tmp_path) if row["axis"] == "z" and row["phase"] == "pore"] == ["finished"] * 5
