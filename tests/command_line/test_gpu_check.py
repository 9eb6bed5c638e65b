"""benchmarks/gpu_check.sh, rehearsed: whoever has a GPU for six minutes must not lose one of them to the script."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_check.sh"
DEVICE = os.environ.get("TAUVOX_TEST_DEVICE", "cpu")


def check(folder, build, *arguments):
    environment = os.environ | {"OUT": str(folder), "TAUVOX_BUILD_DIR": str(build)}
    return subprocess.Popen(["bash", SCRIPT, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def finish(process):
    said, errors = process.communicate(timeout=280)
    return process.returncode, said, errors


def test_the_whole_script_passes(program, tmp_path):
    code, said, errors = finish(check(tmp_path, Path(program).parent, "all", "--device", DEVICE, "--quick"))
    assert code == 0, said + errors
    result = json.loads((tmp_path / "gpu_check.json").read_text())
    assert result["finished"] and not result["failed"]
    assert [step["step"] for step in result["steps"]] == ["device", "test", "sanitize", "passes", "suite"]
    rows = {row["name"]: row for step in result["steps"] for row in step["rows"]}
    assert {rows[f"test_{name}"]["outcome"] for name in ("kernels", "parity", "exact", "laws", "host")} == {"passed"}
    assert all(rows[f"test_{name}"]["value"]["passed"] > 0 for name in ("kernels", "parity", "exact", "laws", "host"))
    assert rows["one class, 32"]["value"]["benchmark"] == "passes"
    assert len(json.loads((tmp_path / "suite.json").read_text())["rows"]) == 8
    assert "VALID: geometric mean of 4 cases at 32^3" in said
    assert len(list(tmp_path.iterdir())) <= 8  # what comes back from a lent machine


@pytest.fixture
def stand_ins(tmp_path):
    """A build folder of scripts that do what the programs do, as far as the script can tell."""
    folder = tmp_path / "build"
    folder.mkdir()

    def put(name, text):
        (folder / name).write_text("#!/bin/bash\n" + text)
        (folder / name).chmod(0o755)

    put("tauvox", 'case "$*" in info*) echo "{}";; *compare*) echo "a table";; *) echo suite;; esac\n')
    put("tauvox_dev", "echo '{\"benchmark\":\"x\",\"device\":\"a GPU\",\"seconds\":1}'\n")
    for name in ("kernels", "parity", "exact", "laws", "host"):
        put(f"test_{name}", 'echo "[       OK ] A.B (0 ms)"\n')
    return folder, put


def outcomes(folder):
    result = json.loads((folder / "gpu_check.json").read_text())
    return result, {row["name"]: row["outcome"] for step in result["steps"] for row in step["rows"]}


def test_a_failure_is_told_and_the_rest_still_runs(stand_ins, tmp_path):
    build, put = stand_ins
    put("test_kernels", 'echo "[  FAILED  ] A.B (1 ms)"; exit 1\n')
    put("test_parity", "exit 0\n")  # ran no test at all
    code, said, _ = finish(check(tmp_path, build, "all", "--device", "cpu"))
    result, rows = outcomes(tmp_path)
    assert code == 1 and "FAILED" in said and "failed: test_kernels" in said
    assert result["failed"] and result["finished"]
    assert (rows["test_kernels"], rows["test_parity"], rows["test_host"], rows["suite"]) == (
        "failed", "failed", "passed", "passed")


def test_what_hangs_is_ended_in_time(stand_ins, tmp_path):
    build, put = stand_ins
    put("test_kernels", 'echo "[       OK ] A.B (0 ms)"; sleep 300\n')
    begin = time.monotonic()
    code, _, _ = finish(check(tmp_path, build, "all", "--device", "cpu", "--seconds", "10"))
    assert time.monotonic() - begin < 25
    result, rows = outcomes(tmp_path)
    assert code == 1 and rows["test_kernels"] == "failed"
    assert [step["step"] for step in result["steps"]][-1] == "suite"


def test_a_killed_run_leaves_what_was_done(stand_ins, tmp_path):
    build, put = stand_ins
    put("test_kernels", "sleep 60\n")
    process = check(tmp_path, build, "all", "--device", "cpu")
    for _ in range(200):
        if (tmp_path / "gpu_check.json").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    result, rows = outcomes(tmp_path)
    assert not result["finished"] and rows["probe"] == "passed"


def test_without_a_gpu_it_says_so(stand_ins, tmp_path):
    build, put = stand_ins
    put("tauvox_dev", 'echo "error: no CUDA device: this machine has no GPU" >&2; exit 8\n')
    code, _, errors = finish(check(tmp_path, build, "all"))
    assert code == 8 and "no GPU" in errors


@pytest.mark.parametrize("arguments", [[], ["everything"], ["all", "--device", "gpu"], ["all", "--seconds", "soon"]])
def test_bad_requests_are_refused(tmp_path, arguments):
    code, _, errors = finish(check(tmp_path, tmp_path, *arguments))
    assert code == 2 and "gpu_check.sh all" in errors
