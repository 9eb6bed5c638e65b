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
    environment = os.environ | {"OUT": str(folder), "TAUVOX_BUILD_DIR": str(build),
                                "PATH": f"{build}:{os.environ['PATH']}"}
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
    assert [step["step"] for step in result["steps"]] == ["device", "test", "sanitize", "passes", "profile",
                                                           "suite"]
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


@pytest.mark.parametrize("sanitizer, code, row, outcome, told", [
    ('while [[ $1 == --* ]]; do [ "$1" = --tool ] && shift; [ "$1" = --error-exitcode ] && shift; shift; done; "$@"',
     0, "memcheck parity", "passed", "1 passed"),
    ('echo "========= COMPUTE-SANITIZER"; echo "========= Error: No attachable process found."; exit 1',
     0, "sanitize", "not run", "does not work here: Error: No attachable process found."),
    ("exit 139", 0, "sanitize", "not run", "does not work here: exit code 139"),
    ("sleep 300", 0, "sanitize", "not run", "does not work here: its probe hung"),
    ('case "$*" in *test_parity*) sleep 300;; esac', 0, "memcheck parity", "cut short", "out of time"),
    ('echo "========= Invalid __global__ write of size 4 bytes"; echo "=========     at kernel+0x1"; exit 1',
     1, "memcheck probe", "failed", "Invalid __global__ write"),
    ('case "$*" in *test_parity*) echo "=========     at kernel+0x1"; exit 1;; esac',
     1, "memcheck parity", "failed", "0 passed"),
], ids=["works", "is refused", "crashes", "hangs", "is slow", "finds a fault at once", "finds a fault in the tests"])
def test_the_sanitizer_fails_the_check_only_by_what_it_finds(stand_ins, tmp_path, sanitizer, code, row, outcome, told):
    build, put = stand_ins
    put("compute-sanitizer", sanitizer + "\n")
    ended, said, errors = finish(check(tmp_path, build, "all", "--device", "cuda", "--seconds", "20"))
    result, rows = outcomes(tmp_path)
    assert ended == code and rows[row] == outcome and told in said, said + errors
    assert result["failed"] == (code != 0) and rows["suite"] == "passed"


NCU = """while [[ $1 == --* ]]; do [ "$1" = --log-file ] && file=$2; case $1 in --csv) shift;; *) shift 2;; esac; done
"$@" > /dev/null
cat > "$file" <<'END'
==PROF== Connected to process 1
"ID","Kernel Name","Block Size","Grid Size","gpu__time_duration.sum"
"","","","","ns"
"0","void tauvox::detail::index_kernel<tauvox::<unnamed>::Smooth>(T1, long)","(128, 1, 1)","(7, 1, 1)","2,500"
"1","void tauvox::detail::index_kernel<tauvox::<unnamed>::Smooth>(T1, long)","(128, 1, 1)","(9, 1, 1)","5,500"
"2","tail_kernel(Tail)","(1024, 1, 1)","(1, 1, 1)","2,000"
END
"""


def test_a_profile_is_left_and_can_be_read(stand_ins, tmp_path):
    build, put = stand_ins
    put("ncu", NCU)
    code, said, errors = finish(check(tmp_path, build, "profile", "--quick"))
    assert code == 0 and "3 launches" in said, said + errors
    table = subprocess.run(["python3", SCRIPT.with_name("gpu_profile.py"), tmp_path / "profile-32.csv.gz"],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    assert table[0] == "3 launches, 10 us"
    assert table[2].split() == ["80.0", "2", "8.0", "5.5", "(9,", "1,", "1)", "(128,", "1,", "1)", "index_kernel<Smooth>(T1,",
                                "long)"]


def test_a_profile_that_cannot_be_made_fails_nothing(stand_ins, tmp_path):
    build, put = stand_ins
    put("ncu", 'echo "==ERROR== no permission"; exit 1\n')
    code, said, _ = finish(check(tmp_path, build, "profile", "--quick"))
    assert code == 0 and "no permission" in said and outcomes(tmp_path)[1]["profile 32"] == "not run"


def test_without_a_gpu_it_says_so(stand_ins, tmp_path):
    build, put = stand_ins
    put("tauvox_dev", 'echo "error: no CUDA device: this machine has no GPU" >&2; exit 8\n')
    code, _, errors = finish(check(tmp_path, build, "all"))
    assert code == 8 and "no GPU" in errors


@pytest.mark.parametrize("arguments", [[], ["everything"], ["all", "--device", "gpu"], ["all", "--seconds", "soon"]])
def test_bad_requests_are_refused(tmp_path, arguments):
    code, _, errors = finish(check(tmp_path, tmp_path, *arguments))
    assert code == 2 and "gpu_check.sh all" in errors
