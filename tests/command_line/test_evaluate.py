"""tauvox evaluate: the geometry of an electrode into a folder."""

import csv
import json
import tomllib

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused, contents, value

NAMES = "pore=0,active=1,binder=2,solid=1+2"


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)


@pytest.fixture
def evaluate(tauvox, tmp_path):
    """The report of an evaluation with voxels of 1 um."""

    def run(*arguments, code=0):
        result = tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--device", "cpu",
                        "-o", "report", *arguments)
        assert result.returncode == code, result.stderr
        return json.loads((tmp_path / "report" / "results.json").read_text())

    return run


def found(report, study, phase, *with_phases, axis=None):
    result, = [r for r in report["results"] if r["study"] == study and r.get("phase") == phase
               and r.get("with", []) == list(with_phases) and (axis is None or r["axis"] == axis)]
    return result


def faces(first, second):
    """Between voxels of two sets, over all voxels, 1/m at voxels of 1 um."""
    count = 0
    for axis in range(3):
        n = first.shape[axis]
        low, high = (lambda a: a.take(range(n - 1), axis)), (lambda a: a.take(range(1, n), axis))
        count += numpy.sum(low(first) & high(second)) + numpy.sum(low(second) & high(first))
    return count / first.size / 1e-6


def test_the_numbers_are_those_of_the_volume(evaluate):
    report = evaluate()
    v = volumes.LABELS
    for label, name in enumerate(["pore", "active", "binder"]):
        r = found(report, "fractions", name)
        assert value(r, "volume_fraction") == pytest.approx(numpy.mean(v == label), rel=1e-12)
        layers = numpy.mean(v == label, axis=(1, 2))
        assert value(r, "profile_deviation") == pytest.approx(numpy.std(layers), rel=1e-9)
        assert value(r, "profile_slope") == pytest.approx(
            numpy.polyfit((numpy.arange(6) + 0.5) / 6, layers, 1)[0], abs=1e-12)
        assert value(found(report, "interfaces", name), "specific_faces") == pytest.approx(faces(v == label, v != label))
    for a, b in [(0, 1), (0, 2), (1, 2)]:
        names = ["pore", "active", "binder"]
        r = found(report, "interfaces", names[a], names[b])
        assert value(r, "specific_faces") == pytest.approx(faces(v == a, v == b))
        assert value(r, "surface_area") == pytest.approx(value(r, "specific_surface") * v.size * 1e-18)
    assert value(found(report, "connectivity", "solid"), "percolating_share") == 1
    assert found(report, "triple_lines", "pore", "active", "binder")["quantities"]["triple_edges"]["unit"] == "1/m2"
    assert value(found(report, "sizes", "pore"), "inscribed_diameter") >= 2e-6
    assert {r["axis"] for r in report["results"] if r["study"] == "percolation"} == {"z", "y", "x"}


def test_shares_add_up(evaluate):
    report = evaluate()
    for name in ["pore", "active", "binder", "solid"]:
        r = found(report, "connectivity", name)
        assert sum(value(r, f"{share}_share") for share in ["percolating", "one_face", "isolated", "cut"]) \
            == pytest.approx(1)
    coverage = [value(found(report, "interfaces", *pair), share) for pair, share in [
        (("pore", "active"), "share_of_phase"), (("pore", "binder"), "share_of_phase")]]
    assert sum(coverage) == pytest.approx(1)


def test_the_folder_holds_report_tables_and_settings(evaluate, tauvox, tmp_path):
    report = evaluate("--thickness", "y", "--separator", "high")
    folder = tmp_path / "report"
    assert {"results.json", "results.csv", "settings.toml", "profile.csv", "thickness_pore.csv"} <= set(contents(folder))
    rows = list(csv.DictReader((folder / "results.csv").open()))
    assert len(rows) == sum(len(r["quantities"]) for r in report["results"])
    assert {r["with"] for r in rows} >= {"", "active", "active+binder"}
    profile = list(csv.DictReader((folder / "profile.csv").open()))
    layers = numpy.mean(volumes.LABELS == 2, axis=(0, 2))[::-1]
    assert [float(r["binder"]) for r in profile] == pytest.approx(list(layers))
    assert [float(r["distance_from_separator_um"]) for r in profile] == pytest.approx([i + 0.5 for i in range(7)])
    surfaces = list(csv.DictReader((folder / "surface_profile.csv").open()))
    assert [r["distance_from_separator_um"] for r in surfaces] == [r["distance_from_separator_um"] for r in profile]
    for pair in (("pore", "active"), ("pore", "binder"), ("active", "binder")):  # pairs across a side of a layer count half in each
        whole, = [value(r, "specific_surface") for r in report["results"] if (r["phase"], *r.get("with", [])) == pair and r["study"] == "interfaces"]
        layers = [float(r["+".join(pair) + "_per_m"]) for r in surfaces]
        assert numpy.mean(layers) == pytest.approx(whole, rel=0.2) and max(layers) > whole > min(layers)
    settings = tomllib.loads((folder / "settings.toml").read_text())
    assert settings["thickness"] == "y" and settings["separator"] == "high"
    before = contents(folder)
    again = tauvox("evaluate", "report/settings.toml", "--voxel-size", "1um")
    assert again.returncode == 0 and "specific surface" in again.stdout
    assert contents(folder) == before
    result = tauvox("evaluate", "report/settings.toml", "--overwrite")
    assert result.returncode == 0 and "not taken" not in result.stderr
    assert contents(folder).keys() == before.keys()
    def told(rows):  # the path of the input may be another, and times are
        return [{k: v for k, v in row.items() if k not in ["input", "seconds"]} for row in csv.DictReader(rows)]

    assert told((folder / "results.csv").open()) == told(before["results.csv"].decode().splitlines())


@pytest.mark.parametrize("name", ["thickness_pore.csv", "surface_profile.csv", "figures/profile.svg"])
def test_no_table_and_no_figure_replaces_a_file_of_that_name(tauvox, tmp_path, name):
    mine = tmp_path / "report" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    run = ["evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "-o", "report"]
    assert_refused(tauvox(*run), 7, name, "--overwrite")
    assert mine.read_text() == "mine"
    assert tauvox(*run, "--overwrite").returncode == 0


def test_a_file_where_the_figures_go_is_found_before_the_work(tauvox, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "figures").write_text("mine")
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "-o", "report"), 7,
                   "report/figures", "it is a file")
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["figures"]


def test_the_same_bits_for_every_number_of_threads(evaluate):
    def numbers(*arguments):
        return [r["quantities"] for r in evaluate(*arguments)["results"]]
    first = numbers("--threads", "1")
    for threads in "2", "3":
        assert numbers("--threads", threads, "--overwrite") == first


def test_what_is_named_is_solved_as_solve_does(evaluate, solve):
    arguments = ["--ionic", "pore", "--electronic", "active=0.01,binder=1", "--thickness", "x"]
    transport = [r for r in evaluate(*arguments)["results"] if r["study"] == "effective_transport"]
    assert [(r["phase"], r["axis"]) for r in transport] == [(p, a) for p in ["pore", "active+binder"] for a in "zyx"]
    report = evaluate(*arguments, "--axis", "x", "--overwrite")
    ions, electrons = [r for r in report["results"] if r["study"] == "effective_transport"]
    assert (ions["phase"], electrons["phase"]) == ("pore", "active+binder")
    # One number has one uncertainty, wherever it stands.
    fraction = [r["quantities"]["volume_fraction"] for r in (ions, found(report, "fractions", "pore"))]
    shifts = [q["uncertainty"]["segmentation"]["half_width"] for q in fraction]
    assert shifts[0] == pytest.approx(shifts[1], rel=1e-12) and shifts[0] > 0
    assert ions["remarks"][0] == "ionic transport" and electrons["remarks"][0] == "electronic transport"
    for result, conductivity in [(ions, "0=1,1=0,2=0"), (electrons, "0=0,1=0.01,2=1")]:
        alone, = solve("cathode.h5", "--conductivity", conductivity, "--axis", "x", "--voxel-size", "1um")["results"]
        ratio, ratio_alone = (r["quantities"]["effective_ratio"] for r in (result, alone))
        assert (ratio["value"], ratio["bounds"]) == (ratio_alone["value"], ratio_alone["bounds"])
        assert ratio["uncertainty"].get("solver") == ratio_alone["uncertainty"].get("solver")
    accessible = found(report, "accessible", None)
    solid = [value(found(report, "interfaces", "pore", other), "specific_surface") for other in ["active", "binder"]]
    assert 0 < value(accessible, "accessible_surface") <= sum(solid) * (1 + 1e-12)
    assert value(accessible, "accessible_surface") == pytest.approx(value(accessible, "accessible_share") * sum(solid))
    assert not [r for r in evaluate("--overwrite")["results"] if r["study"] in ["effective_transport", "accessible"]]


def test_axes_that_are_not_shown_are_said(tauvox):
    run = ["evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--device", "cpu", "--ionic", "pore"]
    text = tauvox(*run).stdout
    shown = text[text.index("effective_transport:"):]
    assert "axis z" in shown and "axis y" not in shown and "along y and x: in results.json" in shown
    text = tauvox(*run, "--axis", "z").stdout
    assert "along y" not in text[text.index("effective_transport:"):]


def test_a_copy_with_larger_voxels_says_what_is_due_to_them(tauvox, tmp_path):
    def evaluated(times):
        volumes.hdf5(tmp_path / f"{times}.h5", volume=volumes.repeated(times))
        result = tauvox("evaluate", f"{times}.h5", "--phases", NAMES, "--voxel-size", f"{6 / times}um", "--device", "cpu",
                        "-o", f"of_{times}")
        assert result.returncode == 0, result.stderr
        return json.loads((tmp_path / f"of_{times}" / "results.json").read_text())

    fine, coarse = evaluated(6), evaluated(3)  # every second voxel of the one is the other
    for study, name, least in [("chords", "chord_mean", 5e-7), ("geodesic", "geodesic_tortuosity", 1 / 36), ("sizes", "distance_mean", 5e-7)]:
        quantity = found(fine, study, "pore", axis="z")["quantities"][name]
        assert quantity["uncertainty"]["resolution"]["half_width"] == pytest.approx(
            max(least, abs(quantity["value"] - value(found(coarse, study, "pore", axis="z"), name))), abs=1e-12)
    assert any("too small for a copy" in notice for notice in coarse["notices"])
    # A ratio of discrete diameters is the same on the copy by chance: what each is in doubt by counts.
    sizes = found(fine, "sizes", "pore", axis="z")
    beta = sizes["quantities"]["constrictivity"]
    entered, doubt = value(sizes, "intrusion_d50"), 3 ** 0.5 * 1e-6
    shares = [doubt / entered, doubt * beta["value"] ** 0.5 / entered]
    assert beta["uncertainty"]["resolution"] == {
        "half_width": pytest.approx(2 * beta["value"] * numpy.hypot(*shares)), "kind": "estimate"}
    # Nor is a share known better than by counting the voxels of the copy: as many as the coarse volume has.
    counted = {name: numpy.sum(volumes.repeated(3) == label) for label, name in enumerate(["pore", "active", "binder"])}
    seen = 0
    for r in fine["results"]:
        for name in ["percolating_share", "isolated_share", "intruded_share"]:
            if r["study"] not in ["connectivity", "sizes"] or r.get("phase") not in counted or name not in r["quantities"]:
                continue
            there = value(found(coarse, r["study"], r["phase"], axis=r["axis"]), name)
            n = counted[r["phase"]]
            least = max(1.96 * (there * (1 - there) / n) ** 0.5, 3 / n)
            assert r["quantities"][name]["uncertainty"]["resolution"]["half_width"] == pytest.approx(
                max(abs(value(r, name) - there), least)), (r["phase"], name)
            seen += 1
    assert seen >= 6


def test_without_names_the_labels_are_listed_and_nothing_is_guessed(tauvox, tmp_path):
    result = tauvox("evaluate", "cathode.h5", "-o", "report")
    assert_refused(result, 2, "tauvox evaluate cathode.h5 --phases NAME=0,NAME=1,NAME=2 --voxel-size EDGE -o report")
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["0", "1", "2"]
    assert not (tmp_path / "report").exists()


def test_what_is_missing_is_named(tauvox, tmp_path):
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um"), 2, "label 2")
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", NAMES, "-o", "report"), 2, "--voxel-size")
    assert not (tmp_path / "report").exists()
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2,more=9",
                          "--voxel-size", "1um"), 4, "more")
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um",
                          "-o", "cathode.h5"), 7, "cathode.h5")


def test_particles_and_their_shape(tauvox, tmp_path):
    z, y, x = numpy.indices((24, 24, 46)) + 0.5
    ball = lambda at: (z - 12) ** 2 + (y - 12) ** 2 + (x - at) ** 2 <= 81
    volumes.hdf5(tmp_path / "balls.h5", volume=(ball(12) | ball(34)).astype("u1"))
    assert tauvox("evaluate", "balls.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "-o", "balls").returncode == 0
    r = found(json.loads((tmp_path / "balls" / "results.json").read_text()), "particles", "active")
    assert value(r, "particles") == 2 and value(r, "whole_particles_share") == 1
    assert value(r, "particle_d50") == pytest.approx(18e-6, rel=0.02) and value(r, "sphericity") == pytest.approx(1, rel=0.02)


def tables(folder):
    return {name for name in contents(folder) if name.startswith(("thickness", "lines", "intrusion"))}


def test_every_phase_has_tables_of_its_own(tauvox, tmp_path):
    def evaluated(phases, *options):
        result = tauvox("evaluate", "cathode.h5", "--phases", phases, "--voxel-size", "1um", "--device", "cpu", "-o", "d",
                        *options)
        assert result.returncode == 0, result.stderr
        return tables(tmp_path / "d")

    assert {"thickness_ä.csv", "thickness_ö.csv", "lines_c_x.csv"} <= evaluated("ä=0,ö=1,c=2")
    own = ["lines_a_b-0_x.csv", "lines_a_b-1_x.csv", "lines_A_B-2_x.csv"]
    # Of the run before nothing is left, and what somebody else put there is.
    (tmp_path / "d" / "lines_of_mine.csv").write_text("1")
    again = evaluated("a b=0,a&b=1,A_B=2", "--overwrite")
    assert {*own, "lines_of_mine.csv"} <= again and not any("ä" in name or "_c" in name for name in again)
    assert len({(tmp_path / "d" / name).read_text() for name in own}) == 3
    assert evaluated("a b=0,a&b=1,A_B=2", "--overwrite") == again


def test_what_carries_both_meets_what_carries_one(evaluate):
    def surface(*arguments):
        return found(evaluate("--overwrite", *arguments), "accessible", None)
    apart = surface("--ionic", "pore", "--electronic", "active=1,binder=1")
    both = surface("--ionic", "pore", "--electronic", "pore=0.1,active=1,binder=1")
    assert value(both, "accessible_surface") == pytest.approx(value(apart, "accessible_surface"), rel=1e-12)
    assert value(both, "accessible_share") <= 1 and "both" in both["remarks"][0] and "remarks" not in apart
    same = surface("--ionic", "pore", "--electronic", "pore=1")
    assert value(same, "accessible_surface") == 0 and value(same, "accessible_share") is None


def test_what_carries_is_checked_before_anything_is_computed(tauvox, tmp_path):
    def refused(code, *facts, options):
        result = tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--device", "cpu", *options)
        assert_refused(result, code, *facts)
        assert "fractions" not in result.stdout and "--conductivity" not in result.stderr and "--phase " not in result.stderr
    refused(2, "given twice", "--ionic", options=["--ionic", "pore,0"])
    refused(2, "given twice", "--electronic", options=["--electronic", "solid=1,binder=0.5"])
    refused(2, "no phase of that name", "--electronic", options=["--electronic", "actve=0"])
    refused(2, "nothing carries electrons", "--electronic", options=["--ionic", "pore", "--electronic", "active=0"])
    refused(4, "label 7", "correct --ionic", options=["--ionic", "7"])
    refused(4, "label 7", "correct --electronic", options=["--electronic", "7=1"])


def test_the_line_to_complete_is_complete(tauvox, tmp_path):
    assert_refused(tauvox("evaluate", "cathode.h5", "-o", "r"), 2, "NAME=2 --voxel-size EDGE -o r")
    with h5py.File(volumes.hdf5(tmp_path / "sized.h5", volume=volumes.LABELS), "a") as file:
        file["volume"].attrs["element_size_um"] = [1.0, 1.0, 1.0]
    assert "--voxel-size" not in tauvox("evaluate", "sized.h5").stderr
    assert_refused(tauvox("evaluate", "cathode.h5", "--phase", "a=0"), 2, "did you mean --phases?")


def test_existing_results_are_kept(evaluate, tmp_path):
    evaluate()
    before = contents(tmp_path / "report")
    evaluate(code=7)
    assert contents(tmp_path / "report") == before


def test_a_volume_of_one_phase_has_no_sizes(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "one.h5", volume=numpy.zeros((4, 4, 4), "u1"))
    assert tauvox("evaluate", "one.h5", "--phases", "pore=0", "--voxel-size", "1um", "-o", "one").returncode == 0
    report = json.loads((tmp_path / "one" / "results.json").read_text())
    r = found(report, "sizes", "pore")
    assert value(r, "thickness_d50") is None and r["remarks"]


def test_fields_are_beside_the_numbers(evaluate, tauvox, tmp_path):
    plain = evaluate("--ionic", "pore", "--electronic", "active=1,binder=10", "--axis", "z,x")
    assert not (tmp_path / "report" / "fields").exists()
    arguments = ("--ionic", "pore", "--electronic", "active=1,binder=10", "--axis", "z,x", "--fields", "--overwrite")
    report = evaluate(*arguments)
    names = ["electronic_x.vti", "electronic_z.vti", "ionic_x.vti", "ionic_z.vti", "thickness.vti"]
    assert sorted(contents(tmp_path / "report" / "fields")) == names
    for one, other in zip(plain["results"], report["results"], strict=True):
        for name in {"effective_ratio", "thickness_mean"} & set(one["quantities"]):
            assert value(one, name) == pytest.approx(value(other, name), rel=2e-4)
    # Each holds the labels, and beside them what it is named for.
    for name in names:
        assert tauvox("convert", f"report/fields/{name}", "again.h5", "--overwrite").returncode == 0
        with h5py.File(tmp_path / "again.h5") as file:
            assert (file["label"][...] == volumes.LABELS).all()
    result = tauvox("inspect", "report/fields/thickness.vti", "--dataset", "nothing")
    assert "local_thickness_um" in result.stderr
    result = tauvox("inspect", "report/fields/ionic_z.vti", "--dataset", "nothing")
    assert "concentration" in result.stderr and "flux" in result.stderr
    # What this run does not write is not left for one of its own.
    evaluate("--ionic", "pore", "--axis", "z", "--fields", "--overwrite")
    assert sorted(contents(tmp_path / "report" / "fields")) == ["ionic_z.vti", "thickness.vti"]
    evaluate("--ionic", "pore", "--axis", "z", "--overwrite")
    assert not contents(tmp_path / "report" / "fields")
    assert_refused(tauvox("evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--fields"), 2, "--fields", "-o")


def test_the_field_of_local_thickness_has_the_mean_of_the_report(tauvox, tmp_path):
    """By what reads it as any other volume of floats: as many voxels above a diameter as its curve says."""
    assert tauvox("generate", "electrode", "--size", 48, "--voxel-size", "0.5um", "-o", "e.h5").returncode == 0
    result = tauvox("evaluate", "e.h5", "--phases", "pore=0,active=1,binder=2", "-o", "r", "--fields", "--no-sampling")
    assert result.returncode == 0, result.stderr
    curve = {phase: list(csv.DictReader((tmp_path / f"r/thickness_{phase}.csv").open())) for phase in ("pore", "active", "binder")}
    with h5py.File(tmp_path / "e.h5") as file:
        labels = file["label"][...]
    above = 0
    for label, rows in enumerate(curve.values()):
        share = sum(float(row["volume_share"]) for row in rows if float(row["diameter_um"]) >= 3)
        above += share * numpy.sum(labels == label)
    assert tauvox("convert", "r/fields/thickness.vti", "cut.h5", "--dataset", "local_thickness_um", "--threshold", "2.9999").returncode == 0
    with h5py.File(tmp_path / "cut.h5") as file:
        assert numpy.sum(file["label"][...] == 1) == pytest.approx(above, abs=0.5)


def test_what_is_refused_leaves_no_empty_folder(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "a.h5", volume=volumes.LABELS)
    evaluate = ["evaluate", "a.h5", "--phases", "pore=0,active=1,binder=2,x=9", "--voxel-size", "1um"]
    for more in [], ["--fields"]:
        assert_refused(tauvox(*evaluate, "-o", "zz/deep", *more), 4, "9")
        assert not (tmp_path / "zz").exists()
    (tmp_path / "mine").mkdir()
    assert_refused(tauvox(*evaluate, "-o", "mine"), 4, "9")
    assert (tmp_path / "mine").is_dir()


def test_help_says_what_is_done_without_an_option(tauvox):
    for command, axes in [("solve", "z"), ("evaluate", "all"), ("batch", "all")]:
        text = " ".join(tauvox(command, "--help").stdout.split())
        assert f"a list of them, or all (default {axes})" in text or f"default {axes}" in text.split("--axis")[1][:160]
    assert "interrupted (exit code 75)" in " ".join(tauvox("solve", "--help").stdout.split())


def test_fields_of_somebody_else_are_not_replaced(tauvox, tmp_path):
    (tmp_path / "r" / "fields").mkdir(parents=True)
    (tmp_path / "r" / "fields" / "ionic_z.vti").write_text("mine")
    command = ["evaluate", "cathode.h5", "--phases", NAMES, "--voxel-size", "1um", "--ionic", "pore", "--axis", "z", "-o", "r"]
    assert_refused(tauvox(*command, "--fields"), 7, "ionic_z.vti", "--overwrite")
    assert (tmp_path / "r" / "fields" / "ionic_z.vti").read_text() == "mine"
    assert list(contents(tmp_path / "r")) == ["fields/ionic_z.vti"]


def test_a_surface_that_the_voxels_do_not_resolve_is_not_extrapolated(tauvox, tmp_path):
    """A layer of one voxel parts two phases nearly everywhere: two voxels apart they look like neighbours."""
    volume = numpy.zeros((24, 24, 24), "u1")
    volume[8], volume[9:] = 2, 1
    volume[8, :2, :2] = 1
    volumes.hdf5(tmp_path / "layer.h5", volume=volume)
    assert tauvox("evaluate", "layer.h5", "--phases", "a=0,b=1,film=2", "--voxel-size", "1um", "-o", "r").returncode == 0
    r = found(json.loads((tmp_path / "r" / "results.json").read_text()), "interfaces", "a", "b")
    assert value(r, "specific_surface") > 0 and value(r, "specific_surface_extrapolated") is None
    assert any("not resolved" in remark for remark in r["remarks"])


def test_what_only_some_slices_say_is_a_warning_with_their_names(tauvox, tmp_path):
    (tmp_path / "s").mkdir()
    for layer, slice_ in enumerate(volumes.LABELS):
        tifffile.imwrite(tmp_path / "s" / f"s{layer}.tif", slice_, photometric="miniswhite" if layer == 4 else "minisblack")
    said = tauvox("inspect", "s").stdout + tauvox("inspect", "s").stderr
    assert "1 of 6 slices (s4.tif): MinIsWhite" in said and "warning" in said
    for layer, slice_ in enumerate(volumes.LABELS):
        tifffile.imwrite(tmp_path / "s" / f"s{layer}.tif", slice_, photometric="miniswhite")
    result = tauvox("inspect", "s")
    assert "notice: MinIsWhite" in result.stdout + result.stderr
