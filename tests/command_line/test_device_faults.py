"""What a user meets when the GPU, its driver or its memory lets a run down. In the build with the tests' stand-in for
CUDA (TAUVOX_CUDA=SHIM), which shows the faults on demand: tests/cuda_shim/cuda_runtime.h."""

import json
import os
import re
import subprocess

import pytest
import volumes
from conftest import assert_refused, contents, said_by


@pytest.fixture(scope="module")
def electrode(program, tmp_path_factory):
    path = tmp_path_factory.mktemp("electrode") / "e.h5"
    subprocess.run([program, "generate", "electrode", "--size", "48", "-o", path], check=True, capture_output=True)
    return path


@pytest.fixture
def faulty(tauvox, tmp_path, electrode):
    """faulty("lost-after:10", "cuda"): a solve on that device with that fault, writing every kind of output."""

    def run(fault, device, *options, **more):
        return tauvox("solve", electrode, "--phase", "0", "--device", device, "--json", "out.json", "--csv", "out.csv",
                      "--field", "out.vti", "--png", "out", *options, env=os.environ | {"TAUVOX_SHIM": fault, **more})

    return run


def report_of(result, folder):
    assert result.returncode == 0, result.stderr
    return json.loads((folder / "out.json").read_text())


NO_DEVICE = {
    "no-driver": ["no NVIDIA driver found", "libcuda.so.1", "install"],
    "old-driver": ["supports CUDA 11.4", "needs CUDA 13.0", "update the driver"],
    "no-device": ["no CUDA-capable device is detected", "nvidia-smi"],
    "devices:0": ["no CUDA-capable device is detected"],
}


@pytest.mark.parametrize("fault", NO_DEVICE)
def test_no_usable_device(fault, faulty, tauvox, tmp_path):
    for device in ["cuda", "cuda:0", "cuda:7"]:
        assert_refused(faulty(fault, device), 8, f"--device {device}", *NO_DEVICE[fault], "--device cpu")
        assert contents(tmp_path) == {}
    result = faulty(fault, "auto")
    report = report_of(result, tmp_path)
    notices = [line for line in said_by(result).splitlines() if line.startswith("notice: no GPU")]
    assert report["device"].startswith("cpu") and len(notices) == 1
    for fact in NO_DEVICE[fault]:
        assert fact in notices[0]
    assert notices[0].removeprefix("notice: ") in report["notices"]
    info = json.loads(tauvox("info", "--json", env=os.environ | {"TAUVOX_SHIM": fault}).stdout)
    assert info["cuda_devices"] == [] and NO_DEVICE[fault][0] in info["cuda_unavailable"]


def test_a_wrong_index(faulty, tmp_path):
    assert_refused(faulty("devices:2", "cuda:7"), 8, "no CUDA device 7", "--device cuda:7", "cuda:0 to cuda:1")
    assert_refused(faulty("devices:1", "cuda:1"), 8, "no CUDA device 1", "valid: cuda:0")
    assert contents(tmp_path) == {}


def test_each_of_several_devices(faulty, tmp_path):
    for index in [0, 1, 2]:
        result = faulty("devices:3", f"cuda:{index}", "--resolution-study", "--overwrite", TAUVOX_SHIM_REPORT="1")
        assert report_of(result, tmp_path)["device"].startswith(f"cuda:{index} ")
        assert re.findall(r"allocations on device (\d)", result.stderr) == [str(index)]


RANKS = ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK", "PMI_LOCAL_RANK", "PALS_LOCAL_RANKID",
         "FLUX_TASK_LOCAL_ID", "SLURM_LOCALID"]


@pytest.fixture
def on_device(faulty, tmp_path, monkeypatch):
    """on_device("devices:2", "auto", SLURM_LOCALID="3"): the index that was used, and what was said of it."""
    for name in [*RANKS, "CUDA_VISIBLE_DEVICES"]:
        monkeypatch.delenv(name, raising=False)

    def run(fault, device, **environment):
        result = faulty(fault, device, "--overwrite", **environment)
        notices = [n for n in report_of(result, tmp_path)["notices"] if n.startswith("GPU ")]
        assert [line for line in said_by(result).splitlines() if "GPU" in line and line.startswith("notice: ")] == [
            f"notice: {n}" for n in notices]
        return report_of(result, tmp_path)["device"].split(" ")[0], notices

    return run


@pytest.mark.parametrize("name", RANKS)
def test_a_process_takes_the_gpu_of_its_local_rank(name, on_device):
    for rank, index in [("0", 0), ("1", 1), ("3", 0), ("5", 2)]:
        assert on_device("devices:3", "auto", **{name: rank}) == (
            f"cuda:{index}", [f"GPU cuda:{index} of 3 is taken, by {name}={rank}"])


def test_a_local_rank_chooses_where_there_is_a_choice_only(on_device):
    assert on_device("devices:3", "auto") == ("cuda:0", [])
    assert on_device("devices:1", "auto", SLURM_LOCALID="3") == ("cuda:0", [])
    assert on_device("devices:3", "cuda:2", SLURM_LOCALID="1") == ("cuda:2", [])
    assert on_device("devices:3", "cuda", SLURM_LOCALID="1") == ("cuda:0", [])
    for none in ["", "-1", "one", "1x", "99999999999999999999"]:
        assert on_device("devices:3", "auto", SLURM_LOCALID=none) == ("cuda:0", [])
    # mpirun in a job script: that of Slurm is the script's
    assert on_device("devices:3", "auto", SLURM_LOCALID="0", MPI_LOCALRANKID="2")[0] == "cuda:2"


def test_a_batch_says_which_gpu_its_evaluations_take(tauvox, tmp_path, electrode, on_device):
    batch = ["batch", electrode, "--phases", "pore=0,active=1,binder=2", "--device", "auto", "-o", "lot"]
    environment = os.environ | {"TAUVOX_SHIM": "devices:2", "SLURM_LOCALID": "1", "PATH": ""}
    result = tauvox(*batch, env=environment)
    assert result.returncode == 0, result.stderr
    assert "notice: GPU cuda:1 of 2 is taken, by SLURM_LOCALID=1\n" in said_by(result)
    [results] = tmp_path.glob("lot/volumes/*/results.json")
    assert json.loads(results.read_text())["device"].startswith("cuda:1 ")


def test_only_the_devices_that_are_visible_count(on_device, faulty, tauvox, monkeypatch):
    def visible(devices):
        environment = os.environ | {"TAUVOX_SHIM": "devices:3,as-visible", "CUDA_VISIBLE_DEVICES": devices}
        return [int(d["uuid"], 16) for d in json.loads(tauvox("info", "--json", env=environment).stdout)["cuda_devices"]]

    assert visible("2,0") == [2, 0] and visible("1,9,0") == [1] and visible("") == []
    for rank, index in [("0", 0), ("1", 1), ("2", 0)]:
        assert on_device("devices:3,as-visible", "auto", CUDA_VISIBLE_DEVICES="2,1", SLURM_LOCALID=rank)[0] == f"cuda:{index}"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert_refused(faulty("devices:3,as-visible", "cuda:1", "--overwrite"), 8, "no CUDA device 1", "valid: cuda:0")
    for none in ["", "7", "GPU-of-nobody"]:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", none)
        assert_refused(faulty("devices:3,as-visible", "cuda:0", "--overwrite"), 8, f"CUDA_VISIBLE_DEVICES is '{none}'",
                       "nvidia-smi")


def test_the_stand_in_is_never_mistaken_for_a_gpu(tauvox):
    assert "NO GPU IS USED" in tauvox("info").stdout
    assert json.loads(tauvox("info", "--json").stdout)["cuda_is_stand_in"]


def test_a_volume_too_large_for_the_gpu(faulty, tauvox, tmp_path, electrode):
    # Seen before the labels are read, and after.
    for memory in ["memory:300000", "memory:1200000"]:
        assert_refused(faulty(memory, "cuda"), 5, "the run does not fit into the memory of the GPU", "48x48x48",
                       "up to about", "--device cpu")
        assert contents(tmp_path) == {}
        result = faulty(memory, "auto", "--overwrite")
        report = report_of(result, tmp_path)
        assert report["device"].startswith("cpu") and result.stderr.count("notice: no GPU") == 1
        assert "no GPU is used: the run does not fit into the memory of the GPU" in result.stderr
        assert any("does not fit" in notice for notice in report["notices"])
        for path in tmp_path.iterdir():
            path.unlink()
    largest = int(faulty("memory:1200000", "cuda").stderr.split("up to about ")[1].split("x")[0])
    path = volumes.hdf5(tmp_path / "fits.h5", volume=volumes.numpy.zeros((largest,) * 3, "u1"))
    fits = tauvox("solve", path, "--phase", "0", "--device", "cuda", "--dry-run",
                  env=os.environ | {"TAUVOX_SHIM": "memory:1200000"})
    assert 24 < largest < 48 and "bytes per voxel" in fits.stdout


def launches_of(result):
    return int(re.search(r"shim: (\d+) launches", result.stderr).group(1))


MOST_LAUNCHES, MOST_STOPS = 108, 38  # 104 and 36 at 64^3


def test_a_run_starts_few_kernels_and_seldom_waits(tauvox, program, tmp_path):
    """Each costs a GPU microseconds, whatever the volume: benchmarks/measurements/stand-in-launches.md has the counts."""
    subprocess.run([program, "generate", "electrode", "--size", "64", "-o", tmp_path / "e.h5"], check=True, capture_output=True)
    result = tauvox("solve", tmp_path / "e.h5", "--phase", "0", "--device", "cuda",
                    env=os.environ | {"TAUVOX_SHIM": "", "TAUVOX_SHIM_REPORT": "1"})
    assert result.returncode == 0, result.stderr
    copies, waits = map(int, re.search(r"(\d+) copies out \(\d+ bytes\), (\d+) waits", result.stderr).groups())
    assert launches_of(result) <= MOST_LAUNCHES
    assert copies + waits <= MOST_STOPS


@pytest.mark.parametrize("options", [[], ["--solver", "jacobi"]])
def test_a_device_that_is_lost_on_the_way(options, faulty, tmp_path):
    result = faulty("", "cuda", *options, TAUVOX_SHIM_REPORT="1")
    launches = launches_of(result)
    for path in tmp_path.iterdir():
        path.unlink()
    # The first launch and the last, and some between: set-up, iterations, bound, field.
    for after in [0, 1, *range(10, launches, max(1, launches // 12)), launches - 1]:
        result = faulty(f"lost-after:{after}", "cuda", *options, "--progress", "never")
        assert_refused(result, 8, "the GPU failed while", "cudaErrorLaunchFailure", "dmesg", "--device cpu")
        assert contents(tmp_path) == {}


@pytest.mark.parametrize("pools", ["", ",no-pools"])
def test_memory_that_another_process_takes_on_the_way(pools, faulty, tmp_path):
    assert_refused(faulty(f"taken-after:0{pools}", "cuda"), 5, "the run does not fit into the memory of the GPU")
    for after in [1, 10, 40, 80]:
        result = faulty(f"taken-after:{after}{pools}", "cuda")
        assert_refused(result, 8, "out of GPU memory", "0 are free", "another process", "--device cpu")
        assert contents(tmp_path) == {}


def test_a_device_without_pools_or_pinned_memory(faulty, tmp_path):
    reports = [report_of(faulty(fault, "cuda", "--overwrite"), tmp_path)["results"]
               for fault in ["", "no-pools", "no-pinning", "no-pools,no-pinning"]]
    for report in reports:
        for result in report:
            del result["seconds"], result["stages"]  # times
    assert all(report == reports[0] for report in reports)


def test_nothing_depends_on_the_order_of_blocks_and_threads(faulty, tmp_path):
    fields = set()
    for seed in ["0", "1", "2", "77"]:
        report_of(faulty("", "cuda", "--overwrite", TAUVOX_SHIM_SEED=seed), tmp_path)
        fields.add((tmp_path / "out.vti").read_bytes())
    assert len(fields) == 1


def test_all_memory_is_returned(faulty, tmp_path):
    for fault in ["", "no-pools"]:
        result = faulty(fault, "cuda", "--overwrite", TAUVOX_SHIM_REPORT="1")
        assert "still allocated: 0 bytes" in result.stderr


@pytest.mark.parametrize("edges", ["0.4um", "0.4,0.4,0.5um"])
def test_what_an_evaluation_takes_of_a_gpu_is_planned(tauvox, electrode, tmp_path, edges):
    run = ["evaluate", electrode, "--phases", "pore=0,active=1,binder=2", "--voxel-size", edges, "--device", "cuda", "--no-sampling"]
    planned = int(re.search(r"^peak on the GPU +(\d+)", tauvox(*run, "--dry-run").stdout, flags=re.M).group(1))
    assert tauvox(*run, "-o", "report").returncode == 0
    taken = json.loads((tmp_path / "report/results.json").read_text())["memory"]["device_peak_bytes"]
    assert 0 < taken <= planned <= 1.3 * taken + 1.5e6, (taken, planned)
