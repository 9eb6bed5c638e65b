"""What a run gives, whichever way it is asked for."""

import json
import re

import numpy
import pytest
import volumes
from conftest import assert_refused, contents, value


@pytest.fixture(autouse=True)
def folder(tmp_path_factory, monkeypatch):
    """Inputs apart from the folder of the run, made once."""
    folder = tmp_path_factory.getbasetemp() / "inputs"
    if not folder.exists():
        folder.mkdir()
        volumes.make_all(folder)
    return folder


def results_of(report):
    """What must not depend on how and where the run was made."""
    return [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]]


def only(report):
    assert len(report["results"]) == 1
    return report["results"][0]


def said(report, kind, *facts):
    return any(all(fact in sentence for fact in facts) for sentence in report[kind])


def warned(report, *facts):
    return said(report, "warnings", *facts)


def noticed(report, *facts):
    return said(report, "notices", *facts)


# --- inputs that are valid, however odd ---

READABLE = {"cathode.h5": [], "cathode.tif": [], "cathode.raw": ["--shape", "6,7,8", "--dtype", "uint8"],
            "user_block.h5": [], "float.h5": [], "float.tif": [],
            "float.raw": ["--shape", "6,7,8", "--dtype", "float32"], "big_endian.h5": [], "enum.h5": []}


@pytest.mark.parametrize("name", READABLE)
def test_every_format_and_type_gives_the_same_result(name, folder, solve):
    expected = solve(folder / "cathode.h5", "--phase", "0,1", "--axis", "all")
    report = solve(folder / name, *READABLE[name], "--phase", "0,1", "--axis", "all")
    assert results_of(report) == results_of(expected)
    assert noticed(report, "whole numbers") == name.startswith("float") and report["warnings"] == []


def test_labels_beyond_eight_bits_bool_and_negative_ones_are_taken_when_named(folder, solve):
    expected = results_of(solve(folder / "cathode.h5", "--phase", "0"))
    assert results_of(solve(folder / "sixteen_bit.h5", "--conductivity", "0=1,30000=0,60000=0")) == expected
    assert results_of(solve(folder / "bool.h5", "--phase", "1")) == expected
    negative = solve(folder / "negative.h5", "--conductivity", "-1=1,0=0,1=0")
    assert results_of(negative) == expected and noticed(negative, "int8", "255")
    assert results_of(solve(folder / "negative.h5", "--phase", "0,1", "--default-insulating")) == \
        results_of(solve(folder / "cathode.h5", "--phase", "1,2"))
    assert len(solve(folder / "many.h5", "--phase", "7")["phases"]) == 300


def test_thresholds_crop_and_two_dimensions(folder, solve, tmp_path):
    grey = solve(folder / "grey.h5", "--threshold", "1,2", "--phase", "0,1")
    assert results_of(grey) == results_of(solve(folder / "cathode.h5", "--phase", "0,1"))
    part = volumes.hdf5(tmp_path / "part.h5", volume=volumes.LABELS[1:5, :, 2:])
    cropped = solve(folder / "cathode.h5", "--crop", "1:5,:,2:", "--phase", "0,1")
    assert cropped["input"]["shape"] == [4, 7, 6]
    assert results_of(cropped) == results_of(solve(part, "--phase", "0,1"))
    assert solve(folder / "flat.h5", "--as-2d", "--phase", "0,1", "--axis", "x")["input"]["shape"] == [1, 7, 8]


@pytest.mark.parametrize("shape, axis", [((1, 4, 5), "z"), ((4, 1, 5), "z"), ((4, 5, 1), "z"), ((1, 1, 1), "x")])
def test_axes_of_one_voxel_are_valid(shape, axis, solve, tmp_path):
    path = volumes.hdf5(tmp_path / "thin.h5", volume=numpy.zeros(shape, "u1"))
    r = only(solve(path, "--phase", "0", "--axis", axis))
    assert value(r, "tortuosity_factor") == pytest.approx(1, abs=1e-12)


def test_anisotropic_voxels_are_honoured(solve, tmp_path):
    # Half as thick voxels with twice as many of them across a direction in which nothing changes.
    path = volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    found = {}
    for size in ["1,1,1um", "2,1,1um", "1,1,3um"]:
        r = only(solve(path, "--conductivity", "0=1,1=0.2,2=0.01", "--voxel-size", size, "--tolerance",
                       "1e-10", "--precision", "double"))
        found[size] = value(r, "effective_ratio")
        z, y, x = (float(h) for h in size.removesuffix("um").split(","))
        exact = effective_ratio(numpy.array([1, 0.2, 0.01])[volumes.LABELS], (z, y, x), periodic=False)
        assert found[size] == pytest.approx(exact, rel=1e-9)
    assert len(set(found.values())) == 3


def test_periodic_sides_join_the_sides(solve, tmp_path):
    path = volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    run = [path, "--conductivity", "0=1,1=0.2,2=0.01", "--tolerance", "1e-10", "--precision", "double"]
    sigma = numpy.array([1, 0.2, 0.01])[volumes.LABELS]
    for option, periodic in [([], False), (["--periodic-sides"], True)]:
        exact = effective_ratio(sigma, (1, 1, 1), periodic)
        assert value(only(solve(*run, *option)), "effective_ratio") == pytest.approx(exact, rel=1e-9)


def effective_ratio(sigma, size, periodic):
    """D_eff along z over the largest value: the finite volume system, assembled densely and solved by LAPACK."""
    index = numpy.arange(sigma.size).reshape(sigma.shape)
    matrix, source = numpy.zeros((sigma.size, sigma.size)), numpy.zeros(sigma.size)
    for axis in range(3):
        scale = (size[0] / size[axis]) ** 2
        for i, a in numpy.ndenumerate(index):
            j = list(i)
            j[axis] += 1
            if j[axis] == sigma.shape[axis]:
                if axis == 0 or not periodic:
                    continue
                j[axis] = 0
            b = index[tuple(j)]
            g = scale * 2 / (1 / sigma[i] + 1 / sigma[tuple(j)])
            matrix[a, a] += g
            matrix[b, b] += g
            matrix[a, b] -= g
            matrix[b, a] -= g
    for layer, value in [(0, 1), (-1, 0)]:  # plates half a voxel away
        for a, s in zip(index[layer].flat, sigma[layer].flat):
            matrix[a, a] += 2 * s
            source[a] += 2 * s * value
    u = numpy.linalg.solve(matrix, source)
    flux = sum(2 * s * (1 - u[a]) for a, s in zip(index[0].flat, sigma[0].flat))
    return flux * sigma.shape[0] / (sigma.shape[1] * sigma.shape[2]) / sigma.max()


# --- answers that are no number ---

def assert_no_path(r, reason):
    assert (r["status"], r["percolates"], value(r, "effective_ratio")) == ("not_percolating", False, 0)
    assert value(r, "tortuosity_factor") is None and r["quantities"]["tortuosity_factor"]["infinite"] is True
    assert reason in r["reason"]


def test_an_absent_label_is_a_warning_where_it_is_allowed(folder, solve):
    report = solve(folder / "cathode.h5", "--conductivity", "0=1,1=0,2=0,9=1", "--allow-absent")
    assert warned(report, "label 9", "does not occur") and only(report)["status"] == "converged"
    report = solve(folder / "cathode.h5", "--phase", "9", "--allow-absent")
    assert warned(report, "label 9", "does not occur")
    assert_no_path(only(report), "no conducting voxel")


def test_a_layer_is_crossed_only_where_that_axis_is_named(folder, solve):
    flat = [folder / "flat.h5", "--as-2d", "--phase", "0,1", "--axis"]
    assert not warned(solve(*flat, "y,x"), "one voxel long")
    assert warned(solve(*flat, "z"), "axis z", "one voxel long")
    assert warned(solve(folder / "cathode.h5", "--phase", "0,1", "--crop", "2:3,:,:"), "axis z", "one voxel long")


def test_no_path_is_an_answer(folder, solve, tauvox, tmp_path):
    assert_no_path(only(solve(folder / "cathode.h5", "--conductivity", "0=0,1=0,2=0")), "no conducting voxel")
    blocked = volumes.hdf5(tmp_path / "blocked.h5", volume=volumes.layers(0, 0, 1, 0, size=(6, 4, 4)))
    report = solve(blocked, "--phase", "0", "--axis", "all")
    assert [r["percolates"] for r in report["results"]] == [False, True, True]
    assert_no_path(report["results"][0], "no conducting path joins the two outer faces")
    assert value(report["results"][0], "largest_cluster_fraction") == pytest.approx(1 / 3)
    assert tauvox("generate", "diagonal", "--size", "8", "-o", "diagonal.h5").returncode == 0
    r = only(solve("diagonal.h5", "--phase", "0"))
    assert_no_path(r, "edges or corners")
    assert value(r, "fraction_connected_26") > 0
    table = tauvox("solve", "diagonal.h5", "--phase", "0", "--csv", "out.csv")
    assert ",inf," in (tmp_path / "out.csv").read_text()
    assert any(re.match(r" *tortuosity factor +tau += infinite$", line) for line in table.stdout.splitlines())


def test_one_bridging_voxel_converges(solve, tmp_path):
    labels = numpy.ones((9, 9, 9), "u1")
    labels[4] = 0
    labels[4, 4, 4] = 1
    assert only(solve(volumes.hdf5(tmp_path / "bridge.h5", volume=labels), "--phase", "1"))["status"] == "converged"


def test_high_contrast_is_right_in_both_precisions(solve, tauvox, tmp_path):
    layers = volumes.hdf5(tmp_path / "layers.h5", volume=volumes.layers(0, 0, 1, size=(4, 6, 6)))
    for precision, low in [("double", "1e-9"), ("double", "1e-12"), ("mixed", "1e-9"), ("mixed", "1e-12")]:
        result = tauvox("solve", layers, "--conductivity", f"0=1,1={low}", "--precision", precision, "--json", "-")
        report = json.loads(result.stdout)
        assert warned(report, "factor")
        if low == "1e-12" and result.returncode == 6:  # at the end of what FP64 can resolve
            assert value(only(report), "effective_ratio") is None
            continue
        assert result.returncode == 0, result.stderr
        assert value(only(report), "effective_ratio") == pytest.approx(2 / (1 + 1 / float(low)), rel=1e-4)


def test_an_iteration_limit_gives_a_best_estimate_and_no_number(tauvox, tmp_path, folder):
    result = tauvox("solve", folder / "cathode.h5", "--phase", "0,1", "--max-iterations", "1", "--tolerance", "1e-10",
                    "--json", "out.json", "--quiet")
    assert_refused(result, 6, "axis z", "--max-iterations", status="not_converged")
    r = only(json.loads((tmp_path / "out.json").read_text()))
    assert r["status"] == "not_converged" and value(r, "effective_ratio") is None
    assert value(r, "tortuosity_factor") is None and r["quantities"]["effective_ratio"]["bounds"] is None
    lower, upper = r["quantities"]["best_estimate"]["bounds"]
    assert 0 <= lower <= value(r, "best_estimate") <= upper


# --- the same run asked for differently ---

def test_axes_are_positional_and_results_in_the_order_asked_for(folder, solve):
    every = solve(folder / "cathode.h5", "--phase", "0,1", "--axis", "all")
    assert [r["axis"] for r in every["results"]] == ["z", "y", "x"]
    for position, result in enumerate(results_of(every)):
        assert results_of(solve(folder / "cathode.h5", "--phase", "0,1", "--axis", position)) == [result]
    swapped = results_of(solve(folder / "cathode.h5", "--phase", "0,1", "--axis", "x,0"))
    assert swapped == [results_of(every)[2], results_of(every)[0]]


def test_a_study_file_equals_the_command_line_and_its_echo_repeats_the_run(folder, tauvox, tmp_path):
    (tmp_path / "study.toml").write_text(f'''
        input = "{folder}/cathode.h5"
        axis = ["z", 2]
        voxel_size = "0.4,0.4,0.5um"
        conductivity = {{ 0 = 0, 1 = 0.01, 2 = 1.0 }}
        unit = "S/m"
        tolerance = 1e-6
        periodic-sides = true
        crop = [":", "1:7", "0:"]
        device = "cpu"
    ''')
    runs = {
        "line": [folder / "cathode.h5", "--axis", "z,x", "--voxel-size", "0.4,0.4,0.5um", "--conductivity",
                 "0=0,1=0.01,2=1", "--unit", "S/m", "--tolerance", "1e-6", "--periodic-sides", "--crop", ":,1:7,0:",
                 "--device", "cpu"],
        "file": ["study.toml"],
        "echo": ["file.settings.toml"],
    }
    reports = {}
    for name, arguments in runs.items():
        result = tauvox("solve", *arguments, "--json", f"{name}.json", "--field", f"{name}.vti", "--csv", f"{name}.csv")
        assert result.returncode == 0, result.stderr
        reports[name] = json.loads((tmp_path / f"{name}.json").read_text())
    assert results_of(reports["line"]) == results_of(reports["file"]) == results_of(reports["echo"])
    outputs = {"json", "csv", "field"}
    settings = [{k: v for k, v in r["settings"].items() if k not in outputs} for r in reports.values()]
    assert settings[0] == settings[1] == settings[2]
    fields = contents(tmp_path)
    for axis in "zx":
        assert fields[f"line_{axis}.vti"] == fields[f"file_{axis}.vti"] == fields[f"echo_{axis}.vti"]


def test_the_command_line_wins_over_the_study_file(folder, solve, tauvox, tmp_path):
    (tmp_path / "study.toml").write_text(f'input = "{folder}/cathode.h5"\nphase = [0, 1]\naxis = "z"\n')
    assert only(solve("study.toml", "--axis", "y"))["axis"] == "y"
    # What says the same in another way, too; both on one command line are refused as ever.
    two = only(solve("study.toml", "--conductivity", "0=1,1=0.5,2=0"))
    assert two["quantities"] == only(solve(folder / "cathode.h5", "--conductivity", "0=1,1=0.5,2=0", "--axis", "z"))["quantities"]
    (tmp_path / "two.toml").write_text(f'input = "{folder}/cathode.h5"\nconductivity = {{ 0 = 1, 1 = 0.5, 2 = 0 }}\nunit = "S/m"\n')
    assert only(solve("two.toml", "--phase", "0", "--unit", "relative"))["quantities"] == only(
        solve(folder / "cathode.h5", "--phase", "0"))["quantities"]
    assert_refused(tauvox("solve", "two.toml", "--phase", "0", "--conductivity", "0=1"), 2, "--phase and --conductivity exclude each other")
    same = [only(solve("two.toml", "--electrolyte", "nyman2008", "--temperature", "25C")),
            only(solve(folder / "cathode.h5", "--conductivity", "0=1,1=0.5,2=0", "--electrolyte", "nyman2008", "--temperature", "25C"))]
    assert same[0]["quantities"] == same[1]["quantities"]
    (tmp_path / "time.toml").write_text(
        f'input = "{folder}/cathode.h5"\nphase = 0\nvoxel-size = "1um"\nstudy = "transient"\nend-time = 0.1\n'
        'electrolyte = "nyman2008"\ntemperature = "25C"\n')
    assert only(solve("time.toml", "--end-seconds", "1e-3"))["status"] == "converged"


@pytest.mark.parametrize("precision", ["mixed", "double"])
def test_results_do_not_depend_on_the_threads(folder, solve, precision):
    run = [folder / "cathode.h5", "--conductivity", "0=1,1=0.2,2=0.01", "--axis", "all", "--precision", precision,
           "--device", "cpu"]
    first = results_of(solve(*run, "--threads", "1"))
    for threads in [2, 3, 7]:
        assert results_of(solve(*run, "--threads", threads)) == first
    pinned = solve(*run, before=["taskset", "-c", "0"])
    assert results_of(pinned) == first and pinned["device"] == "cpu (1 thread)"


# --- devices ---

def test_a_gpu_that_is_not_there(folder, tauvox, tmp_path):
    info = json.loads(tauvox("info", "--json").stdout)
    if info["cuda_devices"]:
        pytest.skip("there is a GPU")
    run = ["solve", folder / "cathode.h5", "--phase", "0,1", "--json", "out.json", "--device"]
    for device in ["cuda", "cuda:3"]:
        assert_refused(tauvox(*run, device), 8, "CUDA", info["cuda_unavailable"])
        assert contents(tmp_path) == {}
    result = tauvox(*run, "auto")
    assert result.returncode == 0
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["device"].startswith("cpu")
    # A build without CUDA never promised a GPU; one with CUDA says why it fell back.
    assert noticed(report, "no GPU") == ("notice: no GPU" in result.stderr) == info["cuda"]
    assert not warned(report, "no GPU") and result.stderr.count("no GPU") <= 1 and "no GPU" not in result.stdout
    assert "notice" not in tauvox(*run, "auto", "--overwrite", "--quiet").stderr


# --- the other commands ---

def test_inspect_says_what_is_there(folder, tauvox, tmp_path):
    result = tauvox("inspect", folder / "cathode.h5", "--json", "-")
    report = json.loads(result.stdout)
    assert result.stderr == "" and report["input"]["shape"] == [6, 7, 8] and report["input"]["dataset"] == "/volume"
    count = numpy.bincount(volumes.LABELS.ravel())
    assert [(row["label"], row["voxels"]) for row in report["phases"]] == list(enumerate(count))
    text = tauvox("inspect", folder / "cathode.tif", "--json", "out.json", "--voxel-size", "0.4um")
    assert "TIFF" in text.stdout and "0.4, 0.4, 0.4 um" in text.stdout
    before = contents(tmp_path)
    assert_refused(tauvox("inspect", folder / "cathode.tif", "--json", "out.json"), 7, "exists")
    assert_refused(tauvox("inspect", folder / "cathod.tif"), 3, "cathode.tif")
    assert contents(tmp_path) == before
    assert tauvox("inspect", folder / "cathode.tif", "--json", "out.json", "--overwrite").returncode == 0


def test_steps_without_a_unit_are_a_ratio_and_a_warning(folder, tauvox, tmp_path):
    for command in [["inspect"], ["solve", "--phase", "0"]]:
        run = [*command, folder / "no_unit.tif", "--json", "-"]
        report = json.loads(tauvox(*run).stdout)
        assert report["input"]["voxel_size_m"] is None
        assert report["input"]["voxel_ratio"] == [5, 1, 1]
        assert warned(report, "spacing 5", "5 : 1 : 1", "--voxel-size, such as 5,1,1um")
        report = json.loads(tauvox(*run, "--voxel-size", "5,1,1um").stdout)
        assert not warned(report, "spacing") and report["input"]["voxel_ratio"] is None and report["input"]["voxel_size_m"] == pytest.approx([5e-6, 1e-6, 1e-6])


def vti(path, spacing):
    labels = " ".join(str(label) for label in volumes.LABELS.ravel())
    nz, ny, nx = volumes.SHAPE
    extent = f"0 {nx} 0 {ny} 0 {nz}"
    path.write_text(f"""<VTKFile type="ImageData" version="0.1" byte_order="LittleEndian">
  <ImageData WholeExtent="{extent}" Origin="0 0 0" {spacing}>
    <Piece Extent="{extent}"><CellData><DataArray type="UInt8" Name="label" format="ascii">{labels}</DataArray></CellData></Piece>
  </ImageData>
</VTKFile>""")
    return path


@pytest.mark.parametrize("spacing", ["nan 1 1", "abc 1 1", "1,5 1 1", "1 1", "0 -1 nan", ""])
def test_a_spacing_that_is_none_is_named(tauvox, tmp_path, spacing):
    for quote in "\"'":
        report = json.loads(tauvox("inspect", vti(tmp_path / "v.vti", f"Spacing={quote}{spacing}{quote}"), "--json", "-").stdout)
        assert warned(report, f"spacing '{spacing}' ignored", "--voxel-size"), report["warnings"]
    for whole in ["", 'Spacing="1 1 1"', 'Spacing=" +2 2.0\n2e0 "']:
        report = json.loads(tauvox("inspect", vti(tmp_path / "v.vti", whole), "--json", "-").stdout)
        assert not warned(report, "spacing")


@pytest.mark.parametrize("spacing,size", [("3e-07 3e-07 6e-07", "6e-07,3e-07,3e-07m"), ("1 2 4", "4,2,1um"),
                                          ("3e-20 3e-20 6e-20", "2,1,1um")])
def test_the_voxel_size_that_is_suggested_is_taken(tauvox, tmp_path, spacing, size):
    volume = vti(tmp_path / "v.vti", f'Spacing="{spacing}"')
    assert warned(json.loads(tauvox("inspect", volume, "--json", "-").stdout), f"such as {size},")
    assert tauvox("inspect", volume, "--voxel-size", size).returncode == 0


def test_inspect_knows_what_percolates(tauvox, tmp_path):
    path = volumes.hdf5(tmp_path / "layers.h5", volume=volumes.layers(1, 0, 1))
    report = json.loads(tauvox("inspect", path, "--json", "-").stdout)
    along = {(r["label"], r["axis"]): r["percolates"] for r in report["results"]}
    assert along == {(label, axis): axis != "y" for label in [0, 1] for axis in "zyx"}
    for r in report["results"]:
        assert value(r, "percolating_volume_fraction") == (r["axis"] != "y") * value(r, "volume_fraction")
    solved = json.loads(tauvox("solve", path, "--study", "percolation", "--json", "-").stdout)
    assert results_of(solved) == results_of(report)


def test_info_version_and_help(tauvox, tmp_path):
    version = tauvox("--version").stdout.split()
    info = json.loads(tauvox("info", "--json").stdout)
    assert version == ["tauvox", info["version"]] and info["processors"] >= 1
    assert info["version"] in tauvox("info").stdout
    for command in [[], ["solve"], ["inspect"], ["generate"], ["info"]]:
        result = tauvox(*command, "--help")
        assert result.returncode == 0 and "Usage: tauvox" in result.stdout and result.stderr == ""
    assert_refused(tauvox(), 2, "subcommand", "see tauvox --help")
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)  # which might state the name
    assert_refused(tauvox("solve", "cathode.h5", "--phase", "pore"), 2, "labels as whole numbers", "tauvox inspect")
    assert_refused(tauvox("sole"), 2, "did you mean solve?")
