"""tauvox evaluate --limits: what numbers are uncertain by, and what limits say of them."""

import csv
import json
import math

import numpy
import pytest
import volumes
from conftest import assert_refused, contents, value

STUDENT = 2.364624251592785  # 95 % of 7 degrees of freedom
SIZE = 48


@pytest.fixture(scope="module")
def labels():
    """Smoothed noise in three phases: correlated over a few voxels, as particles are."""
    noise = numpy.random.default_rng(3).normal(size=(SIZE,) * 3)
    for axis in range(3):
        noise = sum(numpy.roll(noise, shift, axis) for shift in range(-3, 4))
    return numpy.digitize(noise, numpy.quantile(noise, [0.45, 0.9])).astype("u1")


@pytest.fixture
def evaluate(tauvox, tmp_path, labels):
    volumes.hdf5(tmp_path / "cathode.h5", volume=labels)

    def run(*arguments, code=0, limits=None):
        if limits is not None:
            (tmp_path / "limits.toml").write_text(limits)
            arguments += ("--limits", "limits.toml")
        phases = [] if "--phases" in arguments else ["--phases", "pore=0,active=1,binder=2"]
        result = tauvox("evaluate", "cathode.h5", *phases, "--voxel-size", "1um", "--device", "cpu", "-o", "report",
                        "--overwrite", *arguments)
        assert result.returncode == code, result.stderr + result.stdout
        report = json.loads((tmp_path / "report" / "results.json").read_text())
        assert report["exit_code"] == code
        return report

    return run


def found(report, study, phase, axis=None):
    result, = [r for r in report["results"] if r["study"] == study and r.get("phase") == phase and "with" not in r
               and (axis is None or r["axis"] == axis)]
    return result


def half_width(result, name, source):
    return result["quantities"][name]["uncertainty"][source]["half_width"]


def octants():
    half = SIZE // 2
    return [tuple(slice(*((half, SIZE) if k >> axis & 1 else (0, half))) for axis in range(3)) for k in range(8)]


def student_interval(values, whole):
    return STUDENT * numpy.std(values, ddof=1) / math.sqrt(8) + abs(numpy.mean(values) - whole)


def variance_of_mean(values):
    return numpy.var(values, ddof=1) / len(values)


def widening(inside):
    """By what layers vary more than octants."""
    of_octants = variance_of_mean([inside[o].mean() for o in octants()])
    factors = [1]
    for axis in range(3):
        layers = inside.mean(axis=tuple(other for other in range(3) if other != axis))
        for count, student, clearly in [(8, STUDENT, 2), (4, 3.182446305283710, 3)]:
            slabs = [layers[k * SIZE // count:(k + 1) * SIZE // count].mean() for k in range(count)]
            if variance_of_mean(slabs) > clearly * of_octants:
                factors.append(student / STUDENT * math.sqrt(variance_of_mean(slabs) / of_octants))
    return max(factors)


def test_what_a_fraction_is_uncertain_by(evaluate, labels):
    report = evaluate()
    for label, name in enumerate(["pore", "active", "binder"]):
        fraction = found(report, "fractions", name)
        sampling = half_width(fraction, "volume_fraction", "sampling")
        assert sampling == pytest.approx(widening(labels == label) * student_interval(
            [numpy.mean(labels[o] == label) for o in octants()], numpy.mean(labels == label)))
        assert any("layers across axis" in text for text in fraction.get("remarks", [])) == (widening(labels == label) > 1)
        shift = half_width(fraction, "volume_fraction", "segmentation")
        surface = found(report, "interfaces", name)
        assert shift == pytest.approx(0.25e-6 * value(surface, "specific_surface"))
        all_of_it = fraction["quantities"]["volume_fraction"]["combined"]
        assert all_of_it["half_width"] == pytest.approx(2 / 1.96 * math.hypot(sampling, shift))
        assert all_of_it["dominated_by"] == ("sampling" if sampling > shift else "segmentation")
        area = surface["quantities"]["specific_surface"]
        assert area["combined"]["half_width"] == pytest.approx(
            2 / 1.96 * half_width(surface, "specific_surface", "sampling") + half_width(surface, "specific_surface", "resolution"))
    assert "combined" not in found(report, "geodesic", "pore")["quantities"]["geodesic_tortuosity"]


def test_transport_is_sampled_by_its_octants(evaluate, solve, labels, tmp_path):
    report = evaluate("--ionic", "pore", "--axis", "z,x")
    factor = widening(labels == 0)
    for axis in "zx":
        result = found(report, "effective_transport", "pore", axis)
        ratios, factors = [], []
        for box in octants():
            crop = ",".join(f"{s.start}:{s.stop}" for s in box)
            octant, = solve("cathode.h5", "--phase", "0", "--axis", axis, "--crop", crop)["results"]
            ratios.append(value(octant, "effective_ratio"))
            factors.append(value(octant, "tortuosity_factor"))
        ratio = value(result, "effective_ratio")
        assert half_width(result, "effective_ratio", "sampling") == pytest.approx(factor * student_interval(ratios, ratio))
        tau, of_ratio = value(result, "tortuosity_factor"), factor * student_interval(ratios, ratio) / ratio
        slopes = factor * student_interval([(f / tau - 1) * r / ratio for f, r in zip(factors, ratios, strict=True)], 0)
        share = min(slopes + of_ratio**2, max(slopes, of_ratio))  # of 1 / tau, by its slopes, and the square of D_eff
        assert half_width(result, "tortuosity_factor", "sampling") == pytest.approx(tau * share / (1 - share))
        assert half_width(result, "effective_ratio", "resolution") > 0
    alone, = solve("cathode.h5", "--phase", "0", "--axis", "x", "--study", "rve")["results"]
    for name in ["effective_ratio", "tortuosity_factor"]:
        assert half_width(alone, name, "sampling") == pytest.approx(half_width(result, name, "sampling"), rel=1e-6)
    without = found(evaluate("--ionic", "pore", "--axis", "z", "--no-sampling"), "effective_transport", "pore")["quantities"]
    assert "sampling" not in without["effective_ratio"]["uncertainty"] and "combined" not in without["effective_ratio"]


def test_a_phase_that_is_absent_has_a_fraction_of_0(evaluate):
    report = evaluate("--phases", "pore=0,active=1,binder=2,cbd=9", "--allow-absent", limits="volume_fraction.cbd.max = 0.1\n")
    assert value(found(report, "fractions", "cbd"), "volume_fraction") == 0
    judged, = report["judgements"]
    assert judged["verdict"] == "pass"
    evaluate("--phases", "pore=0,active=1,binder=2,cbd=9", "--allow-absent", limits="volume_fraction.cbd.min = 0.1\n", code=11)


def test_what_a_study_of_segmentation_leaves_open_is_said(evaluate):
    for porous, said in [([], None), (["--phase-porosity", "binder=0.4"], "boundaries between phases that conduct differently"),
                         (["--phases", "pore=0,active=1,binder=2,liquid=0+2", "--ionic", "liquid"], None),
                         (["--phase-porosity", "active=0.2,binder=0.4"], "nothing bounds what conducts")]:
        report = evaluate(*([] if "--ionic" in porous else ["--ionic", "pore"]), *porous, "--axis", "z", "--no-sampling", "--segmentation-study")
        remarks = [remark for r in report["results"] if r["study"] == "effective_transport" for remark in r["remarks"]
                   if remark.startswith("segmentation:")]
        assert [said in remark for remark in remarks] == ([True] if said else [])


def test_copies_are_no_samples(tauvox, evaluate, labels, tmp_path):
    eighth = labels[:24, :24, :24]
    both = numpy.concatenate([eighth, eighth[::-1]])
    both = numpy.concatenate([both, both[:, ::-1]], 1)
    for volume in [numpy.concatenate([both, both[:, :, ::-1]], 2), numpy.tile(eighth, (2, 2, 2))]:
        volumes.hdf5(tmp_path / "cathode.h5", volume=volume)
        report = evaluate("--ionic", "pore", "--axis", "z", "--rve", "0.05", limits="porosity = [0.1, 0.9]\ntortuosity_factor.z.max = 99\n",
                          code=10)
        said = [notice for notice in report["notices"] if "sampling" in notice]
        assert said == ["no uncertainty of sampling: 7 of the 8 octants are copies of others (mirrored or tiled volume)"]
        assert not [w for w in report["warnings"] if "sampl" in w or "octant" in w]
        open_ones = set()
        for r in report["results"]:
            for name, quantity in r["quantities"].items():
                if name == "profile_slope" or "sampling" not in quantity.get("uncertainty", {}):
                    continue
                assert quantity["uncertainty"]["sampling"]["half_width"] is None and "combined" not in quantity, name
                open_ones.add(name)
            assert not [remark for remark in r.get("remarks", []) if "octants' mean" in remark]
        assert open_ones >= {"volume_fraction", "specific_surface", "chord_mean", "thickness_mean", "thickness_d50", "effective_ratio",
                             "tortuosity_factor", "bruggeman_exponent"}
        transport = found(report, "effective_transport", "pore", "z")
        assert value(transport, "rve_exponent") is None and value(transport, "rve_edge") is None
        assert any(remark.startswith("representative volume: 7 of the 8 octants") for remark in transport["remarks"])
        result = tauvox("solve", "cathode.h5", "--study", "rve", "--phase", "0", "--axis", "z", "--json", "-")
        alone, = json.loads(result.stdout)["results"]
        assert alone["quantities"]["effective_ratio"]["uncertainty"]["sampling"]["half_width"] is None
        assert value(alone, "rve_exponent") is None and any(r.startswith("sampling: 7 of the 8") for r in alone["remarks"])


def test_what_conducts_may_be_copied_though_labels_are_not(evaluate, labels, tmp_path):
    channels = labels % 2 + 1
    channels[:, numpy.arange(SIZE) % 8 < 3] = 0
    volumes.hdf5(tmp_path / "cathode.h5", volume=channels)
    report = evaluate("--ionic", "pore", "--axis", "z")
    assert half_width(found(report, "chords", "active", "z"), "chord_mean", "sampling") > 0
    transport = found(report, "effective_transport", "pore", "z")
    assert half_width(transport, "effective_ratio", "sampling") is None
    assert "sampling: 7 of the 8 octants are copies of others (mirrored or tiled volume)" in transport["remarks"]


def test_without_sampling_no_number_has_that_of_octants(evaluate, solve):
    assert "sampling" in found(evaluate(), "sizes", "pore")["quantities"]["thickness_d50"]["uncertainty"]
    for results in (evaluate("--no-sampling")["results"],
                    solve("cathode.h5", "--study", "sizes", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um")["results"]):
        assert any(r["study"] == "sizes" for r in results)
        for result in results:
            for name, quantity in result["quantities"].items():
                own = name == "profile_slope"  # by the scatter of the layers, not by octants
                assert own or "sampling" not in quantity.get("uncertainty", {}), name


def test_the_table_has_a_row_for_every_number(evaluate, tmp_path):
    report = evaluate(limits="porosity.max = 0.9\n")
    rows = list(csv.DictReader((tmp_path / "report" / "results.csv").open()))
    assert len(rows) == sum(len(r["quantities"]) for r in report["results"])
    row, = [r for r in rows if r["study"] == "fractions" and r["phase"] == "pore" and r["quantity"] == "volume_fraction"]
    quantity = found(report, "fractions", "pore")["quantities"]["volume_fraction"]
    assert float(row["value"]) == quantity["value"]
    assert (row["uncertainty_solver"], row["uncertainty_resolution"]) == ("", "")  # neither applies
    assert float(row["uncertainty_sampling"]) == quantity["uncertainty"]["sampling"]["half_width"]
    assert float(row["uncertainty_combined"]) == quantity["combined"]["half_width"]
    assert (row["limit_most"], row["verdict"], row["unit"]) == ("0.90000000000000002", "pass", "1")
    assert row["definition"].startswith("Voxels of what is looked at")
    assert [r["study"] for r in rows if r["verdict"]] == ["fractions"]  # percolation counts the same, and is not judged
    assert [j["study"] for j in report["judgements"]] == ["fractions"]
    page = (tmp_path / "report" / "report.html").read_text().split("</section>")[0]
    assert page.count("0.9</td>") == page.count("≤ 0.9") == 1
    geodesic, = [r for r in rows if r["quantity"] == "geodesic_tortuosity" and r["phase"] == "pore"]
    assert geodesic["uncertainty_sampling"] == geodesic["uncertainty_combined"] == geodesic["verdict"] == ""


@pytest.mark.parametrize("position, verdict, code", [
    (1.01, "pass", 0), (0.5, "conditional pass", 10), (-0.5, "conditional fail", 10), (-1.01, "fail", 11)])
def test_four_states_at_four_positions(evaluate, position, verdict, code):
    fraction = found(evaluate(), "fractions", "pore")["quantities"]["volume_fraction"]
    y, u = fraction["value"], fraction["combined"]["half_width"]
    report = evaluate("--operator", "N. N.", limits=f"porosity.max = {y + position * u!r}\n", code=code)
    judgement, = report["judgements"]
    assert (report["verdict"], judgement["verdict"], report["status"]) == (verdict, verdict, "success")
    assert judgement["probability"] == pytest.approx(0.5 * math.erfc(-2 * position / math.sqrt(2)))
    assert (judgement["value"], judgement["half_width"]) == (y, u)
    assert report["settings"]["operator"] == "N. N." and report["decision_rule"] == "guard_band"


def test_what_is_needed_and_missing_is_never_a_pass(evaluate, tauvox, tmp_path):
    report = evaluate("--no-sampling", limits="porosity = [0, 1]\ngeodesic_tortuosity.pore.max = 9\n", code=10)
    assert [j["verdict"] for j in report["judgements"]] == ["not decided"] * 2
    reasons = {j["reason"] for j in report["judgements"]}
    assert reasons == {"its uncertainty of sampling is not known"}
    volumes.hdf5(tmp_path / "small.h5", volume=volumes.LABELS)
    small = tauvox("evaluate", "small.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--limits",
                   "limits.toml")
    assert small.returncode == 10 and "48 are needed" in small.stderr and "verdict: not decided" in small.stdout


def test_the_value_alone_decides_where_that_is_asked_for(evaluate, tmp_path):
    report = evaluate("--no-sampling", limits='decision_rule = "simple"\nporosity = [0, 1]\nvolume_fraction.binder.max = 0.05\n', code=11)
    assert report["decision_rule"] == "simple"
    assert {(j["verdict"], j["half_width"], j["probability"]) for j in report["judgements"]} == {("pass", None, None), ("fail", None, None)}
    assert "the value alone decides" in (tmp_path / "report" / "report.html").read_text()


def test_without_a_path_a_limit_of_tortuosity_fails(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "layers.h5", volume=volumes.layers(0, 0, 1, size=(48, 48, 48)))
    (tmp_path / "limits.toml").write_text("tortuosity_factor.z.max = 9\n")
    result = tauvox("evaluate", "layers.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--ionic", "pore",
                    "--axis", "z", "--limits", "limits.toml", "-o", "report")
    assert result.returncode == 11, result.stderr
    judgement, = json.loads((tmp_path / "report" / "results.json").read_text())["judgements"]
    assert (judgement["verdict"], judgement["value"], judgement["probability"]) == ("fail", None, 0)


def test_the_settings_judge_by_the_same_limits(evaluate, tauvox, tmp_path):
    before = evaluate("--operator", "N. N.", limits="[pore]\nvolume_fraction.min = 0.9\n", code=11)
    again = tauvox("evaluate", "report/settings.toml", "--overwrite")
    assert again.returncode == 11, again.stderr
    report = json.loads((tmp_path / "report" / "results.json").read_text())
    assert report["judgements"] == before["judgements"] and report["settings"]["operator"] == "N. N."


def test_a_boundary_elsewhere(evaluate, labels):
    def grown(inside):
        out = inside.copy()
        for axis in range(3):
            n = inside.shape[axis]
            for here, there in [(slice(1, n), slice(0, n - 1)), (slice(0, n - 1), slice(1, n))]:
                index = [[slice(None)] * 3, [slice(None)] * 3]
                index[0][axis], index[1][axis] = here, there
                out[tuple(index[0])] |= inside[tuple(index[1])]
        return out

    report = evaluate("--ionic", "pore", "--segmentation-study", "--no-sampling", "--axis", "z")
    result = found(report, "effective_transport", "pore")
    pore = labels == 0
    shift = half_width(found(report, "fractions", "pore"), "volume_fraction", "segmentation")
    assert half_width(result, "volume_fraction", "segmentation") == pytest.approx(shift)
    assert numpy.mean(~grown(~pore)) < numpy.mean(pore) < numpy.mean(grown(pore))
    ratio = value(result, "effective_ratio")
    assert shift * 0.5 < half_width(result, "effective_ratio", "segmentation") < ratio


@pytest.mark.parametrize("text, where, why", [
    ("porosty = [0, 1]", "limits.toml:1:1", "did you mean 'porosity'"),
    ("# x\nporosity.zz.max = 1", "limits.toml:2:13", "'zz'"),
    ("porosity = [1, 0]", "limits.toml:1:1", "above"),
    ("porosity = [0, 1, 2]", "limits.toml:1:1", "3 items"),
    ("porosity = 1", "limits.toml:1:1", "whole number"),
    ("porosity.max = \"1\"", "limits.toml:1:10", "text"),
    ("porosity.max = nan", "limits.toml:1:10", "finite"),
    ("porosity.max = 1\nvolume_fraction.pore.max = 2", "limits.toml:2:22", "first stands"),
    ("volume_fraction.max = 1", "limits.toml:1:17", "volume_fraction.PHASE"),
    ("tortuosity_factor.z.max = 3", "limits.toml:1:21", "no transport"),
    ("pore.max = 1", "limits.toml:1:6", "unknown key"),
    ("tortuosity.max = 3", "limits.toml:1:12", "did you mean 'tortuosity_factor' or 'tortuosity_factor_percolating'"),
    ("thickness_d50.pore.min = \"1 S/m\"", "limits.toml:1:20", "thickness_d50 is in m"),
    ("thickness_d50.pore.min = \"um\"", "limits.toml:1:20", "such as \"1.6 um\""),
    ("porosity.max = \"1 um\"", "limits.toml:1:10", "volume_fraction has no unit"),
    ("decision_rule = \"kind\"\nporosity.max = 1", "limits.toml:1:1", "guard_band"),
    ("porosity = [0, 1", "limits.toml:1", "no valid TOML"),
    ("porosity.\u00e4 = 1", "limits.toml:1", "no ASCII"),
    ("# none\n", "limits.toml", "no limits"),
    ("a." * 2000 + "b = 1", "limits.toml:1", ""),
    ("[" * 5000, "limits.toml:1", ""),
])
def test_a_file_of_limits_that_is_none(tauvox, tmp_path, text, where, why):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text(text)
    before = contents(tmp_path)
    result = tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um",
                    "--limits", "limits.toml", "-o", "report")
    assert_refused(result, 2, where, why)
    assert contents(tmp_path) == before
    assert len(result.stderr) < 1500 + 3 * len(text)


def test_limits_may_have_a_unit_and_a_plain_number_is_echoed_with_its_own(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))
    (tmp_path / "limits.toml").write_text(
        'thickness_d50.pore = ["0.5 um", "900 nm"]\nspecific_surface."active+pore".min = "0.1 1/um"\nporosity.max = "60 %"\n'
        'particle_d50.active.max = 2e-6\ndecision_rule = "simple"\n')
    result = tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu",
                    "--limits", "limits.toml", "-o", "report")
    report = json.loads((tmp_path / "report/results.json").read_text())
    limits = {j["quantity"]: (j["least"], j["most"]) for j in report["judgements"]}
    assert limits["thickness_d50"] == pytest.approx((0.5e-6, 0.9e-6), rel=1e-12)
    assert limits["specific_surface"] == (pytest.approx(1e5, rel=1e-12), None)
    assert limits["volume_fraction"] == (None, pytest.approx(0.6, rel=1e-12)) and limits["particle_d50"] == (None, 2e-6)
    assert "limits without a unit: particle_d50 of active 2e-06 m\n" in result.stderr


@pytest.mark.parametrize("limit, options, why", [
    ("accessible_surface.max = 1", ["--ionic", "pore"], "give --ionic and --electronic"),
    ("effective_ionic_conductivity.min = 1", ["--ionic", "pore"], "--electrolyte"),
    ("tortuosity_factor.active.max = 9", ["--ionic", "pore"], "--electronic"),
    ("tortuosity_factor.x.max = 9", ["--ionic", "pore", "--axis", "z"], "--axis x"),
    ("tortuosity_factor.pore.max = 9", [], "--ionic"),
])
def test_a_limit_of_what_is_not_computed_is_refused_before_the_run(tauvox, tmp_path, limit, options, why):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text(limit)
    before = contents(tmp_path)
    result = tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", *options,
                    "--limits", "limits.toml", "-o", "report")
    assert_refused(result, 2, "limits.toml:1", why)
    assert contents(tmp_path) == before


def test_without_a_path_a_limit_of_geodesic_tortuosity_fails(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "layers.h5", volume=volumes.layers(0, 0, 1, size=(48, 48, 48)))
    (tmp_path / "limits.toml").write_text("geodesic_tortuosity.pore.max = 9\n")
    result = tauvox("evaluate", "layers.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--axis", "z",
                    "--limits", "limits.toml", "-o", "report")
    assert result.returncode == 11, result.stderr
    report = json.loads((tmp_path / "report" / "results.json").read_text())
    assert (report["judgements"][0]["verdict"], report["judgements"][0]["probability"]) == ("fail", 0)
    geodesic = [r for r in report["results"] if r["study"] == "geodesic" and r["phase"] == "pore"]
    assert geodesic[0]["quantities"]["geodesic_tortuosity"]["infinite"] and geodesic[0]["percolates"] is False


@pytest.mark.parametrize("rule", ["", 'decision_rule = "simple"\n'])
def test_without_a_path_every_limit_of_transport_fails(tauvox, tmp_path, rule):
    volumes.hdf5(tmp_path / "layers.h5", volume=volumes.layers(0, 0, 1, size=(48, 48, 48)))
    names = ["tortuosity_factor", "macmullin_number", "bruggeman_exponent", "effective_value", "tortuosity_factor_percolating"]
    (tmp_path / "limits.toml").write_text(rule + "".join(f"{name}.max = 9\n" for name in names))
    result = tauvox("evaluate", "layers.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--ionic", "pore", "--axis", "z",
                    "--limits", "limits.toml", "-o", "report")
    assert result.returncode == 11, result.stderr
    found = json.loads((tmp_path / "report" / "results.json").read_text())["judgements"]
    assert {j["quantity"]: (j["verdict"], j["probability"]) for j in found} == dict.fromkeys(names, ("fail", 0))


def test_limits_are_read_not_written(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "results.csv").write_text("porosity.max = 1\n")
    arguments = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "."]
    assert_refused(tauvox(*arguments, "--limits", "results.csv", "--overwrite"), 2, "an output is the input")
    assert_refused(tauvox(*arguments, "--limits", "none.toml"), 3, "none.toml")


def judged(evaluate, *arguments, code=0):
    judgement, = evaluate("--no-sampling", *arguments, code=code,
                          limits='decision_rule = "simple"\nporosity = [0.0, 0.5]\n')["judgements"]
    return judgement["value"]


def test_porosity_is_of_all_that_carries_ions(tauvox, evaluate, labels):
    """What has one name is judged; else the line to give it one is told."""
    pore, active, binder = (numpy.mean(labels == label) for label in range(3))
    assert judged(evaluate, "--ionic", "pore") == pytest.approx(pore)
    assert judged(evaluate, "--ionic", "1") == pytest.approx(active)
    for ionic in ("liquid", "pore,binder", "2,0"):
        both = ["--phases", "pore=0,active=1,binder=2,liquid=0+2", "--ionic", ionic]
        assert judged(evaluate, *both, code=11) == pytest.approx(pore + binder), ionic
    run = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "none", "--limits",
           "limits.toml"]
    assert_refused(tauvox(*run, "--ionic", "pore,binder"), 2, "no name of its own", "NAME=0+2")
    assert_refused(tauvox(*run, "--ionic", "pore", "--phase-porosity", "binder=0.5"), 2, "liquid_volume_fraction")
