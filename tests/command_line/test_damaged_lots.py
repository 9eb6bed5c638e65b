"""Results of a lot that somebody damaged: they are computed again, with the reason, and nothing else is."""

import csv
import json
import os
import subprocess

import numpy
import pytest
import volumes
from conftest import said_by

pytestmark = pytest.mark.usefixtures("without_gnuplot")

LINE = ["batch", "scans/*.h5", "-o", "lot", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "--axis", "z",
        "--threads", "1"]


@pytest.fixture
def lot(tauvox, tmp_path):
    """Three volumes, evaluated; the folder of the second."""
    (tmp_path / "scans").mkdir()
    for i in range(3):
        volumes.hdf5(tmp_path / "scans" / f"s{i}.h5", volume=numpy.roll(volumes.repeated(2), i, axis=0)[: 12 - i])
    assert tauvox(*LINE).returncode == 0
    folder, = (tmp_path / "lot/volumes").glob("s1-*")
    return folder


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def nothing_but_zeros(path):
    path.write_bytes(bytes(path.stat().st_size))


def become_a_folder(path):
    path.unlink()
    path.mkdir()


def empty(path):
    path.write_bytes(b"")


def delete(path):
    path.unlink()


def ends(output):
    return [line.split(": ", 1)[1].split(",")[0] for line in output.splitlines() if "/3 " in line]


def table(folder):
    return list(csv.DictReader((folder / "lot/batch.csv").open()))


@pytest.mark.parametrize("damage, name, why", [
    (truncate, "results.json", "results.json has"),
    (nothing_but_zeros, "results.json", "results.json holds no results"),
    (delete, "results.json", "results.json is missing"),
    (become_a_folder, "results.json", "results.json is no file"),
    (empty, "results.csv", "results.csv has 0 bytes, and had"),
    (delete, "report.html", "report.html is missing"),
    (truncate, "settings.toml", "settings.toml has"),
    (delete, "thickness_pore.csv", "thickness_pore.csv is missing"),
    (truncate, "state.json", "state.json does not say how it ended"),
    (delete, "state.json", "state.json is missing"),
])
def test_what_is_not_whole_is_computed_again(tauvox, tmp_path, lot, damage, name, why):
    before = (tmp_path / "lot/batch.csv").read_bytes()
    others = {path: path.stat().st_mtime_ns for path in (tmp_path / "lot/volumes").glob("s[02]-*/*")}
    files = sorted(path.name for path in lot.iterdir())
    (lot / "note.txt").write_text("the left edge is torn")
    damage(lot / name)
    again = tauvox(*LINE)
    assert again.returncode == 0, again.stderr
    assert ends(again.stdout) == ["finished (kept", "finished (evaluated", "finished (kept"]
    notice, = [line for line in said_by(again).splitlines() if "evaluated again" in line]
    assert "scans/s1.h5" in notice and str(lot.relative_to(tmp_path)) in notice and why in notice
    assert (tmp_path / "lot/batch.csv").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "lot/volumes").glob("s[02]-*/*")} == others
    assert sorted(path.name for path in lot.iterdir()) == sorted([*files, "note.txt"])
    assert (lot / "note.txt").read_text() == "the left edge is torn"
    kept = tauvox(*LINE)
    assert ends(kept.stdout) == ["finished (kept"] * 3 and "evaluated again" not in kept.stderr
    assert tauvox("collect", "lot", "-o", "all.csv").stdout == "written: all.csv (3 evaluations)\n"


def test_two_workers_compute_it_once(program, tmp_path, lot):
    before = (tmp_path / "lot/batch.csv").read_bytes()
    for folder in (tmp_path / "lot/volumes").iterdir():
        truncate(folder / "results.json")
    workers = [subprocess.Popen([program, *LINE], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [worker.communicate(timeout=100) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    assert sum(output.count("finished (evaluated,") for output, _ in said) == 3
    assert sum(errors.count("evaluated again") for _, errors in said) == 3
    assert (tmp_path / "lot/batch.csv").read_bytes() == before
    assert not [path for path in (tmp_path / "lot/volumes").iterdir() if ".part" in path.name or ".claim" in path.name]


def test_where_it_cannot_be_computed_now_what_is_left_stays(tauvox, tmp_path, lot, library):
    for k in range(2, 40):  # a write of the evaluation fails, as on a full disk
        (lot / "report.html").unlink(missing_ok=True)
        left = (lot / "results.json").read_bytes()
        result = tauvox(*LINE, env=os.environ | {"LD_PRELOAD": library, "TAUVOX_FAIL": f"write:{k}:28"})
        if result.returncode == 12 and "failed (evaluated" in ends(result.stdout):
            break
    assert (lot / "results.json").read_bytes() == left
    assert result.returncode == 12 and ends(result.stdout) == ["finished (kept", "failed (evaluated", "finished (kept"], result.stderr
    assert "no results of 1 of 3 volumes; batch.csv has the reasons; the same command tries them again" in result.stderr
    row, = [row for row in table(tmp_path) if row["status"] == "failed"]
    assert row["volume"] == "scans/s1.h5" and "No space left" in row["reason"] and ".part" not in row["reason"]
    # Of another worker's lot the reason is what is wrong with the folder.
    other = tauvox(*LINE, "--shard", "0/3")
    assert other.returncode == 0, other.stderr
    row, = [row for row in table(tmp_path) if row["status"] == "failed"]
    assert row["exit_code"] == "12" and row["reason"] == "its results are not whole: report.html is missing"
    assert tauvox(*LINE).returncode == 0
    assert {row["status"] for row in table(tmp_path)} == {"finished"}


def test_what_was_added_to_a_volume_that_failed_stays(tauvox, tmp_path, lot):
    (tmp_path / "scans/s3.h5").write_bytes(b"no volume")
    assert tauvox(*LINE).returncode == 12
    folder, = [path.parent for path in (tmp_path / "lot/volumes").glob("s3-*/state.json")]
    assert json.loads((folder / "state.json").read_text())["files"].keys() == {"errors.txt"}
    (folder / "why").mkdir()
    (folder / "why/note.txt").write_text("asked for another copy")
    assert "failed (evaluated" in tauvox(*LINE, "--retry-failed").stdout
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == ["errors.txt", "state.json", "why", "why/note.txt"]


def test_a_finished_volume_without_results_is_not_passed_over_by_collect(tauvox, tmp_path, lot):
    (lot / "results.json").unlink()
    result = tauvox("collect", "lot", "-o", "all.csv")
    assert result.returncode == 0 and "2 evaluations" in result.stdout
    assert f"1 left out: not readable, such as {lot}" in result.stderr
