"""Conductivity by grey values, and pores that no voxel shows: command line, files, refusals; against numpy."""

import json

import numpy
import pytest
import tifffile
import tomllib
import volumes
from conftest import assert_refused, measures_memory, value

NAMES = "pore=0,active=1,binder=2"
HARMONIC = 2.5978664308506216  # of 1 + z^2/10, z = 0..11


@pytest.fixture
def law(tauvox, tmp_path):
    """--law TEXT, or the test is skipped: laws need a library."""
    numpy.save(tmp_path / "ramp.npy", numpy.arange(12, dtype="u1").repeat(12).reshape(12, 3, 4))
    if "this build cannot read a law" in tauvox("solve", "ramp.npy", "--law", "g").stderr:
        pytest.skip("a build without muParser")
    return lambda text: ["--law", text]


def write_table(path, law, greys):
    path.write_text("grey value,conductivity\n" + "".join(f"{g!r},{law(g)!r}\n" for g in greys))
    return ["--conductivity-table", path.name]


@pytest.fixture
def ramp(tmp_path):
    numpy.save(tmp_path / "ramp.npy", numpy.arange(12, dtype="u1").repeat(12).reshape(12, 3, 4))
    return write_table(tmp_path / "k.csv", lambda g: 1 + g * g / 10, range(12))


def test_layers_have_the_harmonic_mean(solve, ramp):
    report = solve("ramp.npy", *ramp, "--tolerance", "1e-12", "--precision", "double")
    assert value(report["results"][0], "effective_value") == pytest.approx(HARMONIC, rel=1e-12)
    assert [p["conductivity"] for p in report["phases"]] == [1 + g * g / 10 for g in range(12)]
    assert report["warnings"] == [] and report["settings"]["conductivity-table"].endswith("k.csv")


def test_a_law_gives_what_its_table_gives(solve, law, ramp):
    exact = ["--tolerance", "1e-12", "--precision", "double"]
    for text in ["k = 1 + g^2/10", "1 + g*g/10"]:
        report = solve("ramp.npy", *law(text), *exact)
        assert value(report["results"][0], "effective_value") == pytest.approx(HARMONIC, rel=1e-12)
        assert report["settings"]["law"] == text
    assert report["results"][0]["quantities"] == solve("ramp.npy", *ramp, *exact)["results"][0]["quantities"]


@pytest.mark.parametrize("grey", [0.5, -3.25, 0.0, 1e30])
def test_one_grey_value_everywhere_conducts_by_its_law(solve, law, tmp_path, grey):
    numpy.save(tmp_path / "one.npy", numpy.full((4, 5, 6), grey, "f4"))
    report = solve("one.npy", *law("2 + abs(g)"))
    assert value(report["results"][0], "effective_value") == pytest.approx(2 + abs(float(numpy.float32(grey))), rel=1e-6)


def test_many_values_share_classes_within_the_bound(tauvox, solve, tmp_path):
    """16 bits along z: the harmonic mean of 1500 layers is known exactly."""
    greys = numpy.random.default_rng(1).permutation(1500)
    numpy.save(tmp_path / "many.npy", numpy.broadcast_to(greys[:, None, None].astype("u2") * 40, (1500, 2, 2)))
    table = write_table(tmp_path / "k.csv", lambda g: 10 ** (-4 * g / 60000), [40 * g for g in range(1500)])
    report = solve("many.npy", *table)
    result, = report["results"]
    ratio = result["quantities"]["effective_ratio"]
    exact = 1500 / (10 ** (4 * greys / 1500)).sum()
    assert ratio["bounds"][0] <= exact <= ratio["bounds"][1]
    assert ratio["uncertainty"]["solver"] == {"half_width": pytest.approx(ratio["value"] * result["solver"]["error"]["value"]),
                                              "kind": "bound"}
    assert 0 < result["solver"]["error"]["value"] < 1e-4
    assert "1500 grey values that conduct share 253 classes" in result["remarks"][0]
    text = tauvox("solve", "many.npy", *table, "--device", "cpu").stdout
    assert "labels 0 to 59960, 1500 of them" in text and "share 253 classes" in text
    # Real numbers are codes inside: what is said of them are grey values.
    numpy.save(tmp_path / "real.npy", (numpy.load(tmp_path / "many.npy") * 1e-6 - 0.01).astype("f4"))
    write_table(tmp_path / "real.csv", lambda g: 1 + g, [-0.02, 1])
    real = ["--conductivity-table", "real.csv", "--device", "cpu"]
    assert "grey values -0.01 to 0.04996, 1500 of them" in tauvox("solve", "real.npy", *real).stdout
    numpy.save(tmp_path / "few.npy", numpy.broadcast_to(numpy.array([0.15, 0.5, -0.01], "f4")[:, None, None], (3, 4, 4)))
    lines = tauvox("solve", "few.npy", *real).stdout.splitlines()
    assert [line.split()[2] for line in lines if line.startswith("  grey value")] == ["-0.01", "0.15", "0.5"]
    plan = json.loads(tauvox("solve", "many.npy", *table, "--dry-run", "--json", "-", "--device", "cpu").stdout)
    assert [b["bytes"] for b in plan["buffers"] if b["name"] == "concentration"] == [4 * 6000]  # for the bound
    with_field = solve("many.npy", *table, "--field", "u.vti")
    assert value(with_field["results"][0], "effective_ratio") == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("far", [[], [1e3], [1e6, -1e5]])
def test_fractions_are_taken_as_they_are_while_they_are_few(solve, tmp_path, far):
    greys = numpy.random.default_rng(2).random(20).astype("f4")
    greys[:len(far)] = far
    numpy.save(tmp_path / "f.npy", numpy.broadcast_to(greys[:, None, None], (20, 2, 2)))
    law = lambda g: 1 + 3 * abs(g)
    table = write_table(tmp_path / "k.csv", law, [-1e6, 0, 1e6])
    report = solve("f.npy", *table, "--tolerance", "1e-11", "--precision", "double")
    exact = 20 / (1 / law(greys.astype(float))).sum()
    assert value(report["results"][0], "effective_value") == pytest.approx(exact, rel=1e-10)
    assert report["notices"] == [] and report["warnings"] == []
    scale = report["input"]["grey"]
    assert sorted(scale["of_label_0"] + scale["step"] * phase["label"] for phase in report["phases"]) == pytest.approx(sorted(greys), rel=1e-9)


def test_many_fractions_are_taken_in_fine_steps(solve, tmp_path):
    greys = numpy.random.default_rng(2).random((70, 31, 32)).astype("f4")
    numpy.save(tmp_path / "f.npy", greys)
    table = write_table(tmp_path / "k.csv", lambda g: 1 + 3 * g, [0, 1])
    report = solve("f.npy", *table)
    mean = (1 + 3 * greys.astype(float)).mean()
    assert value(report["results"][0], "tortuosity_factor") * value(report["results"][0], "effective_value") == pytest.approx(mean, rel=1e-6)
    assert any("65535 equal steps" in notice for notice in report["notices"])
    assert report["warnings"] == []  # a step is no threshold of anybody's


def test_zero_insulates(solve, tmp_path):
    numpy.save(tmp_path / "v.npy", volumes.LABELS)
    table = write_table(tmp_path / "k.csv", lambda g: [1.0, 0.0, 0.25][g], range(3))
    by_grey, by_label = solve("v.npy", *table), solve("v.npy", "--conductivity", "0=1,1=0,2=0.25")
    assert by_grey["results"][0]["quantities"] == by_label["results"][0]["quantities"]
    nothing = write_table(tmp_path / "none.csv", lambda g: 0.0, range(3))
    assert solve("v.npy", *nothing)["results"][0]["status"] == "not_percolating"


def test_the_settings_beside_the_results_compute_the_same(tauvox, tmp_path, ramp):
    assert tauvox("solve", "ramp.npy", *ramp, "--json", "a.json", "--device", "cpu").returncode == 0
    settings = tomllib.loads((tmp_path / "a.settings.toml").read_text())
    assert settings["conductivity-table"] == "k.csv"
    again = tauvox("solve", "a.settings.toml", "--overwrite")
    assert again.returncode == 0, again.stderr
    plan = tauvox("solve", "a.settings.toml", "--dry-run", "--json", "-")
    assert json.loads(plan.stdout)["fits"] is True


def test_another_table_is_another_run(tauvox, tmp_path, ramp):
    run = ["solve", "ramp.npy", *ramp, "--axis", "all", "--json", "a.json", "--device", "cpu", "--checkpoint", "c.ckpt"]
    assert tauvox(*run, "--time-limit", "0.000001").returncode == 75
    write_table(tmp_path / "k.csv", lambda g: 2 + g, range(12))
    assert_refused(tauvox(*run), 3, "table", "c.ckpt")


@pytest.mark.parametrize("words, facts", [
    (["k = 1 - g/5"], ["negative conductivity", "k = 1 - g/5", "grey value of 6", "max("]),
    (["k = (1 - g/5)^1.5"], ["no conductivity", "grey value of 6"]),
    (["k = 1/g"], ["no conductivity", "grey value of 0", "12 of 144 voxels"])])
def test_what_is_no_conductivity_is_refused(tauvox, law, words, facts):
    assert_refused(tauvox("solve", "ramp.npy", *law(*words)), 4, *facts)


@pytest.mark.parametrize("text", ["(1 - g", "log(g)", "1 - x", "g = 3"])
def test_what_is_no_law_is_refused(tauvox, law, text):
    assert_refused(tauvox("solve", "nowhere.npy", *law(text)), 2, "--law", text, "log10")


def test_tables_say_where_they_are_wrong(tauvox, tmp_path, ramp):
    run = ["solve", "ramp.npy", "--conductivity-table", "bad.csv"]
    for text, code, *facts in [("0,1\n1,-2\n", 2, "bad.csv:2", "zero or above"), ("0,1\nabc\n", 2, "bad.csv:2"),
                               ("# nothing\n", 2, "without a row"), ("0,1\n0,2\n", 2, "twice"),
                               ("0,1\n5,2\n", 4, "does not cover", "6: the table goes from 0 to 5")]:
        (tmp_path / "bad.csv").write_text(text)
        assert_refused(tauvox(*run), code, *facts)
    assert_refused(tauvox("solve", "ramp.npy", "--conductivity-table", "nowhere.csv"), 3, "nowhere.csv")


def test_tables_of_spreadsheets_are_read(solve, tmp_path, ramp):
    plain = solve("ramp.npy", *ramp)["results"][0]["quantities"]
    table = (tmp_path / "k.csv").read_bytes()
    (tmp_path / "marked.csv").write_bytes(b"\xef\xbb\xbf" + table.replace(b"\n", b"\r\n"))
    assert solve("ramp.npy", "--conductivity-table", "marked.csv")["results"][0]["quantities"] == plain


@pytest.mark.parametrize("far, as_near", [(1e3, 1), (1e6, 1), (-1e5, 0)])
@pytest.mark.parametrize("size", [16, 42])
def test_a_value_far_away_from_all_others_takes_nothing_from_them(solve, law, tmp_path, far, as_near, size):
    """More values than labels, and fewer: the law says that the one conducts as `as_near` does."""
    greys = numpy.random.default_rng(5).random((size, size, size)).astype("f4")
    found = []
    for grey in [as_near, far]:
        greys[4, 4, 4] = grey
        numpy.save(tmp_path / "far.npy", greys)
        report = solve("far.npy", *law("max(min(1 - g, 1), 0)"))
        assert report["warnings"] == []
        found.append(value(report["results"][0], "effective_value"))
    assert found[1] == pytest.approx(found[0], rel=1e-4)


@pytest.mark.parametrize("size, away, which", [(16, 1e20, slice(0, None, 2)), (42, 1e6, slice(0, None, 2)), (42, 1e30, slice(4, 5))])
def test_values_that_steps_cannot_tell_apart_are_refused(tauvox, law, tmp_path, size, away, which):
    """Half of them, or a few, too far away from the others."""
    greys = numpy.random.default_rng(6).random((size, size, size)) + 0.5
    greys[4 if which.step is None else slice(None), 4 if which.step is None else slice(None), which] += away
    numpy.save(tmp_path / "halves.npy", greys)
    assert_refused(tauvox("solve", "halves.npy", *law("max(min(1.5 - g, 1), 0)")), 4, "too far apart to be told from each other", "halves.npy",
                   "clip", "--threshold")
    assert_refused(tauvox("solve", "halves.npy", *law("g > 0.7 && g < 1.1 ? 2 : 1")), 4, "too far apart")
    assert tauvox("solve", "halves.npy", *law(f"g < {0.75 * away:.0f} ? 1 : 2")).returncode == 0  # for which they are the same


def test_a_law_may_change_at_a_value_that_occurs(solve, law, tmp_path):
    """Few values are each themselves: what the law does next to them is nothing to them."""
    layers = numpy.array([0.0, 0.5, 0.25, 0.5, 1e3], "f4")
    numpy.save(tmp_path / "layers.npy", layers[:, None, None].repeat(4, 1).repeat(4, 2))
    report = solve("layers.npy", *law("g < 0.5 ? 1 : 0.25"), "--tolerance", "1e-10", "--precision", "double")
    assert value(report["results"][0], "effective_value") == pytest.approx(5 / (2 + 3 / 0.25), rel=1e-9)
    numpy.save(tmp_path / "zero.npy", numpy.zeros((4, 4, 4)))
    assert value(solve("zero.npy", *law("g < 0 ? 1 : 2"))["results"][0], "effective_value") == pytest.approx(2)


def test_a_law_that_is_steep_within_steps_is_warned_of(solve, law, tmp_path):
    numpy.save(tmp_path / "many.npy", numpy.random.default_rng(7).random((42, 42, 42)).astype("f4"))
    for text, warned in [("10^(-2*g)", False), ("10^(-7*g)", True)]:
        warnings = solve("many.npy", *law(text))["warnings"]
        assert any("the bound does not hold that" in warning for warning in warnings) == warned


@pytest.mark.parametrize("words, fact", [
    (["--phase", "0"], "--phase exclude each other"), (["--threshold", "otsu"], "--threshold exclude each other"),
    (["--phase-porosity", "0=0.5"], "--phase-porosity exclude"), (["--clean", "0=8"], "--clean exclude"),
    (["--resolution-study"], "--resolution-study"), (["--study", "percolation"], "--study percolation")])
def test_grey_values_are_no_labels(tauvox, ramp, words, fact):
    assert_refused(tauvox("solve", "ramp.npy", *ramp, *words), 2, fact)


def test_a_tensor_of_many_layers_holds_their_means(tauvox, solve, law, tmp_path):
    """16 bits in a TIFF, each layer across y its own: the tensor is known exactly."""
    greys = numpy.random.default_rng(3).permutation(1200) * 50
    tifffile.imwrite(tmp_path / "scan.tif", numpy.broadcast_to(greys[None, :, None].astype("u2"), (2, 1200, 2)),
                     photometric="minisblack")
    run = ["scan.tif", *law("k = 2*10^(-3*g/60000)"), "--study", "tensor"]
    report = solve(*run)
    result, = report["results"]
    k = 10 ** (-3 * greys / 60000)
    exact = {"zz": k.mean(), "yy": 1 / (1 / k).mean(), "xx": k.mean(), "zy": 0, "zx": 0, "yx": 0}
    for ij, expected in exact.items():
        q = result["quantities"][f"effective_ratio_{ij}"]
        assert q["bounds"][0] <= expected <= q["bounds"][1], ij
        size = (exact[2 * ij[0]] * exact[2 * ij[1]]) ** 0.5
        half_width = q["uncertainty"]["solver"]["half_width"]
        assert q["uncertainty"]["solver"]["kind"] == "bound" and 0 < half_width <= result["solver"]["error"]["value"] * size * 1.001
        assert value(result, f"effective_value_{ij}") == pytest.approx(2 * expected, abs=2e-4 * size)
    assert result["status"] == "converged" and result["solver"]["error"]["value"] < 1e-4 and report["warnings"] == []
    assert value(result, "tortuosity_factor_zz") == pytest.approx(1, rel=1e-4)
    remark = result["remarks"][-1]
    assert "1200 grey values that conduct share" in remark and remark.endswith("the bounds hold for their own")
    text = tauvox("solve", *run, "--device", "cpu").stdout
    assert remark in text and "D_zy/D0" in text
    tight = solve(*run, "--tolerance", "1e-8")
    warning, = tight["warnings"]
    assert "tensor: the bound is wider" in warning and "1200 grey values" in warning
    low, high = tight["results"][0]["quantities"]["effective_ratio_yy"]["bounds"]
    assert low <= exact["yy"] <= high


@measures_memory
def test_a_tensor_of_many_values_takes_what_was_planned(tauvox, tmp_path):
    rough = numpy.random.default_rng(4).random((80, 80, 80))
    smooth = sum(numpy.roll(rough, shift, axis) for axis in range(3) for shift in range(-3, 4))
    numpy.save(tmp_path / "smooth.npy", (1000 * smooth / smooth.max()).astype("u2"))
    for insulating in [0.0, 0.55]:
        least = numpy.quantile((1000 * smooth / smooth.max()).astype("u2"), insulating)
        table = write_table(tmp_path / "k.csv", lambda g: 0.0 if g < least else 10 ** (-3 * g / 1000), range(1001))
        for more in [[], ["--precision", "double"]]:
            run = ["solve", "smooth.npy", *table, "--study", "tensor", *more, "--device", "cpu", "--json", "o.json", "--overwrite"]
            said = json.loads(tauvox(*run[:-3], "--dry-run", "--json", "-").stdout)
            assert tauvox(*run).returncode == 0
            report = json.loads((tmp_path / "o.json").read_text())
            assert any("share" in remark for remark in report["results"][0]["remarks"])
            taken = report["memory"]
            assert taken["device_peak_bytes"] <= said["buffer_peak_bytes"] <= 1.15 * taken["device_peak_bytes"]
            resident = taken["host_peak_resident_bytes"]
            assert resident <= said["host_peak_bytes"] <= 1.15 * resident + 12e6


# --- pores that no voxel shows ---

@pytest.fixture
def layers(tmp_path):
    """Nine layers across z: three of pore, six of binder."""
    numpy.save(tmp_path / "layers.npy", numpy.array([0] * 3 + [2] * 6, "u1")[:, None, None].repeat(4, 1).repeat(5, 2))
    return ["layers.npy", "--phases", NAMES, "--allow-absent", "--phase", "pore", "--phase-porosity", "binder=0.47"]


def test_both_tortuosity_factors(solve, layers):
    k = 0.47 ** 1.5
    exact, liquid = 9 / (3 + 6 / k), (3 + 6 * 0.47) / 9
    report = solve(*layers, "--tolerance", "1e-10", "--precision", "double")
    result = report["results"][0]
    assert value(result, "effective_ratio") == pytest.approx(exact, rel=1e-9)
    assert value(result, "tortuosity_factor") == pytest.approx((3 + 6 * k) / 9 / exact, rel=1e-9)
    assert value(result, "tortuosity_factor_liquid") == pytest.approx(liquid / exact, rel=1e-9)
    assert value(result, "liquid_volume_fraction") == pytest.approx(liquid, rel=1e-12)
    assert value(result, "volume_fraction") == 1
    assert result["quantities"]["tortuosity_factor_liquid"]["uncertainty"]["solver"]["kind"] == "bound"
    assert report["settings"]["phase-porosity"] == {"binder": 0.47} and report["settings"]["bruggeman"] == 1.5
    same = solve("layers.npy", "--conductivity", f"0=1,2={k!r}", "--tolerance", "1e-10", "--precision", "double")
    assert "liquid_volume_fraction" not in same["results"][0]["quantities"]
    assert value(same["results"][0], "effective_ratio") == value(result, "effective_ratio")


def test_the_free_liquid_has_its_own_value_and_the_exponent_is_asked_for(solve, layers):
    given = ["layers.npy", "--conductivity", "0=3e-10", "--unit", "m2/s", "--phase-porosity", "2=0.5", "--bruggeman", "2"]
    result = solve(*given)["results"][0]
    assert value(result, "effective_value") == pytest.approx(3e-10 * 9 / (3 + 6 / 0.25), rel=1e-4)
    text = solve(*layers, "--study", "porous_phases")["results"][0]
    assert value(text, "liquid_volume_fraction") == pytest.approx((3 + 6 * 0.47) / 9)


def test_a_part_without_free_liquid_still_refers_to_it(solve, layers):
    options = [*layers, "--voxel-size", "1um", "--electrolyte", "nyman2008"]
    part = solve(*options, "--crop", "4:9,0:4,0:4")["results"][0]  # binder alone
    assert value(part, "tortuosity_factor_liquid") == pytest.approx(0.47 ** -0.5, rel=1e-6)
    assert value(part, "effective_ionic_conductivity") == pytest.approx(0.9487 * 0.47 ** 1.5, rel=1e-6)


@pytest.mark.parametrize("words, code, facts", [
    (["--phase", "0", "--phase-porosity", "2=0"], 2, ["--phase-porosity", "2=0", "above 0"]),
    (["--phase", "0", "--phase-porosity", "2=1.2"], 2, ["2=1.2", "at most 1"]),
    (["--phase", "0", "--phase-porosity", "0=0.5"], 2, ["label given twice"]),
    (["--phase", "0", "--phase-porosity", "ghost=0.5"], 2, ["'ghost'"]),
    (["--phase", "0", "--phase-porosity", "7=0.5"], 4, ["label 7 does not occur", "--phase-porosity"]),
    (["--phase", "0", "--bruggeman", "2"], 2, ["--bruggeman", "--phase-porosity"]),
    (["--conductivity", "0=0", "--phase-porosity", "2=0.5"], 2, ["no phase is a free liquid"]),
    (["--conductivity", "0=1,1=2", "--phase-porosity", "2=0.5"], 2, ["several conductivities of a free liquid", "1 and 2"]),
    (["--phase", "0", "--phase-porosity", "2=0.5", "--bruggeman", "0.5"], 2, ["--bruggeman", "from 1 to 10"]),
    (["--phase", "0", "--phase-porosity", "2=0.5", "--study", "tensor"], 2, ["--study tensor"]),
    (["--phase", "0", "--study", "porous_phases"], 2, ["--phase-porosity"])])
def test_porosities_that_are_none(tauvox, layers, words, code, facts):
    assert_refused(tauvox("solve", "layers.npy", *words), code, *facts)


def test_an_evaluation_counts_the_pores_of_the_binder(tauvox, tmp_path, without_gnuplot):
    tauvox("generate", "electrode", "--size", "16", "--porosity", "0.4", "--seed", "1", "--voxel-size", "0.4um", "-o", "e.raw")
    run = ["evaluate", "e.raw", "--shape", "16", "--dtype", "uint8", "--voxel-size", "0.4um", "--phases", NAMES, "--ionic", "pore",
           "--phase-porosity", "binder=0.47", "--axis", "z", "-o", "out", "--device", "cpu"]
    result = tauvox(*run)
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "out/results.json").read_text())
    ions, = [r for r in report["results"] if r["study"] == "effective_transport"]
    fractions = {p["name"]: p["volume_fraction"] for p in report["phases"]}
    assert value(ions, "liquid_volume_fraction") == pytest.approx(fractions["pore"] + 0.47 * fractions["binder"])
    assert value(ions, "tortuosity_factor_liquid") == pytest.approx(
        value(ions, "liquid_volume_fraction") / value(ions, "effective_ratio"))
    made = tauvox("export", "pybamm", "out/results.json", "--electrode", "positive", "-o", "cell.json")
    assert made.returncode == 0, made.stderr
    parameters = json.loads((tmp_path / "cell.json").read_text())["parameters"]
    assert parameters["Positive electrode porosity"] == pytest.approx(value(ions, "liquid_volume_fraction"))
    assert parameters["Positive electrode tortuosity factor (electrolyte)"] == pytest.approx(
        value(ions, "tortuosity_factor_liquid"))
    assert set(ions["quantities"]["tortuosity_factor_liquid"]["uncertainty"]) == set(
        ions["quantities"]["tortuosity_factor"]["uncertainty"])
