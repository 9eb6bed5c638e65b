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
