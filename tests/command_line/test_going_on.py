"""What is said before and after a run: names of checkpoints, what is kept, calibrations, and help."""

import json

import numpy as np
import pytest
from conftest import assert_refused

PHASES = ["--phases", "pore=0,active=1,binder=2", "--device", "cpu", "--voxel-size", "1um"]


@pytest.fixture
def sample(tmp_path):
    np.save(tmp_path / "a.npy", np.kron(np.random.default_rng(1).integers(0, 3, (6, 6, 6)), np.ones((4, 4, 4))).astype(np.uint8))
    return "a.npy"


def test_a_checkpoint_has_a_name_of_its_own(tauvox, tmp_path, sample):
    (tmp_path / "r.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("r.json")
    for name in ("r.json", "link.json", "r.settings.toml"):
        run = tauvox("solve", sample, "--phase", "0", "--json", "r.json", "--checkpoint", name)
        assert_refused(run, 2, "checkpoint and output have the same name")
    assert_refused(tauvox("evaluate", sample, *PHASES, "-o", "r", "--checkpoint", "r/results.json"), 2, "same name")
    before = (tmp_path / sample).read_bytes()
    assert tauvox("solve", sample, "--phase", "0", "--checkpoint", sample).returncode == 2
    assert (tmp_path / sample).read_bytes() == before


def test_a_finished_evaluation_leaves_no_checkpoint(tauvox, tmp_path, sample):
    assert tauvox("evaluate", sample, *PHASES, "--checkpoint", "zz.ckpt").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [sample]


def test_a_run_without_a_checkpoint_says_that_nothing_is_kept(tauvox, tmp_path):
    np.save(tmp_path / "b.npy", (np.random.default_rng(1).random((64, 64, 64)) > 0.5).astype(np.uint8))
    ended = tauvox("solve", "b.npy", "--phase", "0", "--axis", "all", "--tolerance", "1e-10", "--time-limit", "0.000001s")
    assert ended.returncode == 75
    assert "nothing of it is kept" in ended.stderr and "--checkpoint FILE" in ended.stderr and "run the same command" not in ended.stderr


def test_a_calibration_is_of_an_evaluation_with_the_same_work(tauvox, tmp_path, sample):
    assert tauvox("solve", sample, "--phase", "0", "--json", "solve.json").returncode == 0
    run = ["evaluate", sample, *PHASES]
    assert_refused(tauvox(*run, "--dry-run", "--calibration", "solve.json"), 3, "no report of an evaluation")
    assert tauvox(*run, "-o", "r").returncode == 0
    alike = tauvox(*run, "--dry-run", "--calibration", "r/results.json")
    assert alike.returncode == 0 and "time:" in alike.stdout and "says nothing" not in alike.stderr
    other = tauvox(*run, "--no-sampling", "--dry-run", "--calibration", "r/results.json")
    assert other.returncode == 0 and "time:" not in other.stdout
    assert "says nothing of this run" in other.stderr and "--no-sampling" in other.stderr and "--ionic" not in other.stderr


def test_help_is_a_word_as_well(tauvox):
    for words, of in ((["help"], ["--help"]), (["help", "solve"], ["solve", "--help"]), (["solve", "--version"], ["--version"])):
        said = tauvox(*words)
        assert said.returncode == 0 and said.stdout == tauvox(*of).stdout
    assert_refused(tauvox("help", "solv"), 2, "did you mean solve")
    assert "accessible" not in tauvox("help", "solve").stdout


def test_values_that_are_no_labels(tauvox, tmp_path, sample):
    grey = np.random.default_rng(1).normal(120, 30, (16, 16, 16)).clip(0, 255).astype(np.uint8)
    np.save(tmp_path / "grey.npy", grey)
    assert_refused(tauvox("solve", "grey.npy", "--phase", "1"), 4, "as a grey image has", "--threshold")
    assert_refused(tauvox("evaluate", "grey.npy", "--phases", "p=0,s=1", "--voxel-size", "1um"), 4, "as a grey image has", "--threshold")
    gaps = grey.astype(np.float32)
    gaps[0] = np.nan
    np.save(tmp_path / "gaps.npy", gaps)
    assert_refused(tauvox("inspect", "gaps.npy", "--threshold", "otsu"), 4, "--outside nan")
    np.save(tmp_path / "half.npy", grey.astype(np.float16))
    assert_refused(tauvox("solve", "half.npy", "--phase", "1"), 4, "float32")
    assert_refused(tauvox("solve", sample, "--shape", "24,24,24", "--phase", "0"), 2, "NPY", "leave the option out")
    assert_refused(tauvox("solve", sample, "--outside", "0", "--phase", "0"), 4, "label 0 is outside of the sample", "--phase")
    run = ["solve", sample, "--phase", "0", "--electrolyte", "nyman2008", "--temperature", "30C"]
    assert "give --temperature 298.15K\n" in tauvox(*run).stderr.split("{")[0]


def test_a_union_has_a_fraction_and_a_percentage_is_none(tauvox, tmp_path):
    labels = np.random.default_rng(1).integers(0, 3, (16, 16, 16))
    np.save(tmp_path / "u.npy", np.kron(labels, np.ones((4, 4, 4))).astype(np.uint8))
    run = ["evaluate", "u.npy", "--phases", "pore=0,a=1,b=2,solid=1+2", "--voxel-size", "1um", "--limits", "limits.toml"]
    (tmp_path / "limits.toml").write_text("volume_fraction.solid.max = 0.9\n")
    assert tauvox(*run, "-o", "r").returncode == 0
    report = json.loads((tmp_path / "r/results.json").read_text())
    of = {r["phase"]: r["quantities"]["volume_fraction"] for r in report["results"] if r["study"] == "fractions"}
    assert of["solid"]["value"] == pytest.approx((labels > 0).mean())
    # All that is not solid is pore: its surface is the same, and each octant has the same in doubt.
    for kind in ("segmentation", "sampling"):
        assert of["solid"]["uncertainty"][kind]["half_width"] == pytest.approx(of["pore"]["uncertainty"][kind]["half_width"])
    (tmp_path / "limits.toml").write_text("porosity = [40, 50]\n")
    assert_refused(tauvox(*run), 2, "limits.toml:1", "0 to 1", "give 0.4 for 40 %")


def test_a_failed_volume_of_a_lot_is_said_to_be_left_out(tauvox, tmp_path, sample):
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY no array")
    assert tauvox("batch", sample, "bad.npy", *PHASES, "-o", "lot").returncode != 0
    gathered = tauvox("collect", "lot", "-o", "all.csv")
    assert gathered.returncode == 0 and "1 left out: failed or not finished" in gathered.stderr
