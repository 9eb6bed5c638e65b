"""tauvox export: what an evaluation found as parameters of a cell model."""

import json
import math
import statistics

import pytest
import volumes
from conftest import assert_refused, contents, value

NAMES = "pore=0,active=1,binder=2,solid=1+2"


@pytest.fixture(autouse=True)
def evaluated(tauvox, tmp_path):
    """The report of an evaluation with ions and electrons."""
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))

    def run(folder, *options):
        result = tauvox("evaluate", "cathode.h5", "--axis", "z", "--phases", NAMES, "--voxel-size", "1um", "--device", "cpu", "-o", folder,
                        *options)
        assert result.returncode == 0, result.stderr
        return json.loads((tmp_path / folder / "results.json").read_text())

    run.both = run("both", "--ionic", "pore", "--electronic", "active=0.01,binder=1")
    return run


@pytest.fixture
def export(tauvox, tmp_path):
    def run(*arguments):
        result = tauvox("export", *arguments)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    run.folder = tmp_path
    return run


def found(report, study, phase=None, *others, remark=None):
    result, = [r for r in report["results"] if r["study"] == study and (phase is None or r.get("phase") == phase)
               and (remark is not None or r.get("with", []) == list(others))
               and (remark is None or remark in r.get("remarks", []))]
    return result


def measured(report):
    ions, electrons = [found(report, "effective_transport", remark=f"{what} transport") for what in ["ionic", "electronic"]]
    return {"eps": value(ions, "volume_fraction"), "ions": value(ions, "effective_ratio"),
            "electrons": value(electrons, "effective_ratio"),
            "active": value(found(report, "fractions", "active"), "volume_fraction"),
            "surface": value(found(report, "interfaces", "pore", "active"), "specific_surface_extrapolated")}


def test_the_formulas_of_pybamm_give_what_was_measured(evaluated, export):
    m = measured(evaluated.both)
    file = export("pybamm", "both/results.json", "--solid-conductivity", "1000", "--full-thickness")
    p = file["parameters"]
    assert p.keys() == file["sources"].keys() and all(file["sources"].values())
    eps = p["Positive electrode porosity"]
    assert eps == m["eps"]
    assert eps ** p["Positive electrode Bruggeman coefficient (electrolyte)"] == pytest.approx(m["ions"], rel=1e-12)
    assert eps / p["Positive electrode tortuosity factor (electrolyte)"] == pytest.approx(m["ions"], rel=1e-12)
    assert (1 - eps) ** p["Positive electrode Bruggeman coefficient (electrode)"] == pytest.approx(m["electrons"], rel=1e-12)
    assert (1 - eps) / p["Positive electrode tortuosity factor (electrode)"] == pytest.approx(m["electrons"], rel=1e-12)
    assert p["Positive electrode conductivity [S.m-1]"] == 1000
    active = p["Positive electrode active material volume fraction"]
    assert active == m["active"]
    assert 3 * active / p["Positive particle radius [m]"] == pytest.approx(m["surface"], rel=1e-12)
    assert p["Positive electrode thickness [m]"] == pytest.approx(12e-6)


def test_numbers_are_over_what_was_named_where_the_volume_has_nothing_of_it(tauvox, export):
    made = tauvox("evaluate", "cathode.h5", "--axis", "z", "--voxel-size", "1um", "--device", "cpu", "-o", "parts", "--allow-absent",
                  "--phases", "pore=7,active=1,binder=0,rest=2,carbon=9", "--ionic", "pore", "--phase-porosity", "binder=0.5",
                  "--electronic", "active=0.01,carbon=1")
    assert made.returncode == 0, made.stderr
    p = export("pybamm", "parts/results.json", "--solid-conductivity", "1000")["parameters"]
    eps = p["Positive electrode porosity"]
    report = json.loads((export.folder / "parts/results.json").read_text())
    ions, electrons = [found(report, "effective_transport", remark=f"{what} transport") for what in ["ionic", "electronic"]]
    assert eps / p["Positive electrode tortuosity factor (electrolyte)"] == pytest.approx(
        0.5 ** 1.5 * value(ions, "effective_ratio"), rel=1e-9)
    assert (1 - eps) / p["Positive electrode tortuosity factor (electrode)"] == pytest.approx(
        0.01 * value(electrons, "effective_ratio"), rel=1e-9)


def test_sources_say_what_the_conductivity_of_electrons_was_divided_by(evaluated, export):
    """Each source is the formula of its number, read with the numbers of the report."""
    report = evaluated("ten", "--ionic", "pore", "--electronic", "active=0.1,binder=10")
    electrons = found(report, "effective_transport", remark="electronic transport")
    taken, solid = value(electrons, "effective_value"), 1 - measured(report)["eps"]
    named = "(effective_value of electronic transport, phase active+binder, axis z / 10, the largest value of --electronic)"
    file = export("pybamm", "ten/results.json", "--solid-conductivity", "1000")
    for key, source, number in [("Bruggeman coefficient", f"ln({named}) / ln(1 - porosity)", math.log(taken / 10) / math.log(solid)),
                                ("tortuosity factor", f"1 - porosity over {named}", solid / (taken / 10))]:
        key = f"Positive electrode {key} (electrode)"
        assert file["sources"][key] == source and file["parameters"][key] == pytest.approx(number, rel=1e-12)
    battmo = export("battmo", "ten/results.json", "--solid-conductivity", "1000")
    assert battmo["tauvox"]["sources"]["PositiveElectrode.Coating.bruggemanCoefficient"] == f"ln({named}) / ln(1 - porosity)"
    plain = export("pybamm", "both/results.json", "--solid-conductivity", "1000")["sources"]
    assert "/ " not in plain["Positive electrode tortuosity factor (electrode)"]


def test_both_radii_of_particles_are_said(evaluated, tauvox):
    particles = found(evaluated.both, "particles", "active")
    active = value(found(evaluated.both, "fractions", "active"), "volume_fraction")
    by_surface = 3 * active / measured(evaluated.both)["surface"]
    for more, first, second in [([], by_surface, value(particles, "particle_d50") / 2),
                                (["--radius", "particles"], value(particles, "particle_d50") / 2, by_surface)]:
        said = tauvox("export", "pybamm", "both/results.json", *more).stderr
        line, = [line for line in said.splitlines() if "the particle radius is" in line]
        assert f"is {1e6 * first:.3g} um" in line and f"is {1e6 * second:.3g} um" in line
        assert "by volume" in line and "3 x volume fraction / surface" in line


def test_what_was_not_measured_is_not_handed_over_and_said(evaluated, tauvox):
    evaluated("ions", "--ionic", "pore")
    result = tauvox("export", "pybamm", "ions/results.json", "--electrode", "negative")
    p = json.loads(result.stdout)["parameters"]
    assert not [key for key in p if "conductivity" in key or "(electrode)" in key or "thickness" in key]
    assert all(key.startswith("Negative ") for key in p)
    for word in ["--electronic", "--full-thickness"]:
        assert f"{word}" in result.stderr
    assert "--solid-conductivity" in tauvox("export", "pybamm", "both/results.json").stderr


def test_what_cannot_be_handed_over_is_refused(evaluated, tauvox, tmp_path):
    evaluated("geometry")
    assert_refused(tauvox("export", "pybamm", "geometry/results.json"), 4, "no transport of ions", "--ionic")
    assert_refused(tauvox("export", "pybamm", "both/results.json", "--active", "actve"), 4, "actve", "--active")
    assert_refused(tauvox("export", "bpx", "both/results.json"), 2, "--into")
    assert_refused(tauvox("export", "bpx", "both/results.json", "--electrode", "separator"), 2, "--full-thickness")
    assert_refused(tauvox("export", "pybamm", "both/results.json", "--into", "cell.json"), 2, "update")
    assert_refused(tauvox("export", "battmo", "both/results.json", "--samples", "2"), 2, "-o NAME.json")
    for option, word in {"--active": "active", "--radius": "particles", "--solid-conductivity": "1"}.items():
        assert_refused(tauvox("export", "pybamm", "both/results.json", "--electrode", "separator", option, word), 2, option,
                       "separator")
    assert_refused(tauvox("export", "pybamm", "both/results.json", "--seed", "2"), 2, "--samples")
    assert_refused(tauvox("export", "pybamm", "both/results.csv"), 3, "no JSON file")
    for text in ["{}", "[1]", '{"tool": {"name": "tauvox"}, "results": 1}', '{"tool": 1, "results": []}']:
        (tmp_path / "other.json").write_text(text)
        refused = tauvox("export", "pybamm", "other.json")
        assert_refused(refused, 3, "results.json of tauvox evaluate")
        assert "json.exception" not in refused.stderr


@pytest.fixture
def cell(tmp_path):
    """A BPX file of a cell, as far as it matters here."""
    electrode = {"Porosity": 0.3, "Transport efficiency": 0.1, "Thickness [m]": 7e-5, "Conductivity [S.m-1]": 0.2,
                 "Particle radius [m]": 1e-6, "Surface area per unit volume [m-1]": 4e5, "OCP [V]": "4 - x"}
    file = {"Header": {"BPX": "1.1.1", "Description": "a cell.", "Model": "DFN"},
            "Parameterisation": {"Positive electrode": dict(electrode), "Negative electrode": dict(electrode)}}
    (tmp_path / "cell.json").write_text(json.dumps(file))
    return file


def test_a_bpx_file_gets_the_numbers_in_place_of_its_own(evaluated, export, tauvox, tmp_path, cell):
    m = measured(evaluated.both)
    file = export("bpx", "both/results.json", "--into", "cell.json", "--solid-conductivity", "10")
    new = file["Parameterisation"]["Positive electrode"]
    assert file["Parameterisation"]["Negative electrode"] == cell["Parameterisation"]["Negative electrode"]
    assert new.keys() == cell["Parameterisation"]["Positive electrode"].keys()
    assert (new["Porosity"], new["Transport efficiency"]) == (m["eps"], m["ions"])
    assert new["Conductivity [S.m-1]"] == pytest.approx(10 * m["electrons"])  # effective, BPX corrects nothing
    assert (new["Thickness [m]"], new["OCP [V]"]) == (7e-5, "4 - x")
    assert new["Surface area per unit volume [m-1]"] * new["Particle radius [m]"] / 3 == pytest.approx(m["active"])
    assert file["Header"]["Description"].startswith("a cell. Positive electrode. By tauvox")
    alone = export("bpx", "both/results.json", "--electrode", "separator", "--full-thickness")
    assert alone["Header"]["Model"] == "Partial"
    assert alone["Parameterisation"].keys() == {"Separator"} and len(alone["Parameterisation"]["Separator"]) == 3
    for change, word in [({"Model": "SPM"}, "single particles")]:
        (tmp_path / "other.json").write_text(json.dumps(cell | {"Header": cell["Header"] | change}))
        assert_refused(tauvox("export", "bpx", "both/results.json", "--into", "other.json"), 4, word)
    (tmp_path / "other.json").write_text(json.dumps({"Header": {}, "Parameterisation": {}}))
    assert_refused(tauvox("export", "bpx", "both/results.json", "--into", "other.json"), 4, "Positive electrode")


@pytest.mark.parametrize("ions, porous", [("pore,binder", None), ("pore", "binder"), ("0", "2"), ("pore", "2")])
def test_the_surface_is_with_every_phase_that_carries_ions(evaluated, export, cell, ions, porous):
    report = evaluated("ions", "--ionic", ions, *(["--phase-porosity", f"{porous}=0.5"] if porous else []))
    each = [value(found(report, "interfaces", *pair), "specific_surface_extrapolated") for pair in [("pore", "active"), ("active", "binder")]]
    assert min(each) > 0
    p = export("pybamm", "ions/results.json")["parameters"]
    assert p["Positive electrode surface area to volume ratio [m-1]"] == pytest.approx(sum(each), rel=1e-12)
    active = value(found(report, "fractions", "active"), "volume_fraction")
    assert p["Positive particle radius [m]"] == pytest.approx(3 * active / sum(each), rel=1e-12)
    bpx = export("bpx", "ions/results.json", "--into", "cell.json")["Parameterisation"]["Positive electrode"]
    assert bpx["Surface area per unit volume [m-1]"] == pytest.approx(sum(each), rel=1e-12)
    battmo = export("battmo", "ions/results.json")["PositiveElectrode"]["Coating"]["ActiveMaterial"]
    assert battmo["Interface"]["volumetricSurfaceArea"] == pytest.approx(sum(each), rel=1e-12)


def test_a_surface_with_labels_that_carry_no_ions_is_not_handed_over(tauvox):
    names = ["--phases", "active=1,rest=0+2", "--voxel-size", "1um", "--axis", "z", "--device", "cpu"]
    assert tauvox("evaluate", "cathode.h5", *names, "--ionic", "0", "-o", "part").returncode == 0
    assert tauvox("evaluate", "cathode.h5", *names, "--ionic", "rest", "-o", "whole").returncode == 0
    said = {folder: tauvox("export", "pybamm", f"{folder}/results.json") for folder in ["part", "whole"]}
    assert "not handed over: surface: ions are in a part of phase 'rest' alone" in said["part"].stderr
    assert "surface area" not in said["part"].stdout and "particle radius" not in said["part"].stdout
    assert "surface area" in said["whole"].stdout


def test_a_surface_that_may_be_zero_is_not_handed_over(evaluated, export, tauvox, tmp_path):
    report = evaluated.both
    for result in report["results"]:
        if result["study"] == "interfaces" and "specific_surface_extrapolated" in result["quantities"]:
            quantity = result["quantities"]["specific_surface_extrapolated"]
            quantity["uncertainty"]["resolution"] = {"half_width": 1.2 * abs(quantity["value"] or 1), "kind": "estimate"}
    (tmp_path / "both/results.json").write_text(json.dumps(report))
    said = tauvox("export", "pybamm", "both/results.json")
    assert "surface: " in said.stderr and "not told apart from 0" in said.stderr and "--radius particles" in said.stderr, said.stderr
    assert "Positive particle radius [m]" not in json.loads(said.stdout)["parameters"]
    p = export("pybamm", "both/results.json", "--radius", "particles")["parameters"]
    assert p["Positive particle radius [m]"] == pytest.approx(value(found(report, "particles", "active"), "particle_d50") / 2)


def test_battmo(evaluated, export, tauvox, tmp_path):
    m = measured(evaluated.both)
    (tmp_path / "cell.json").write_text(json.dumps(
        {"Electrolyte": {"bruggemanCoefficient": 1.5}, "PositiveElectrode": {"Coating": {"effectiveDensity": 3500}}}))
    file = export("battmo", "both/results.json", "--into", "cell.json", "--solid-conductivity", "10")
    coating, regions = file["PositiveElectrode"]["Coating"], file["Electrolyte"]["regionBruggemanCoefficients"]
    assert coating["effectiveDensity"] == 3500 and file["Electrolyte"]["useRegionBruggemanCoefficients"] is True
    assert coating["volumeFraction"] == pytest.approx(1 - m["eps"])
    assert (1 - coating["volumeFraction"]) ** regions["PositiveElectrode"] == pytest.approx(m["ions"])
    assert (regions["NegativeElectrode"], regions["Separator"]) == (1.5, 1.5)
    assert coating["electronicConductivity"] * coating["volumeFraction"] ** coating["bruggemanCoefficient"] \
        == pytest.approx(10 * m["electrons"])
    assert coating["volumeFraction"] * coating["volumeFractions"][0] == pytest.approx(m["active"])
    assert sum(coating["volumeFractions"]) == pytest.approx(1)
    assert coating["ActiveMaterial"]["Interface"]["volumetricSurfaceArea"] == m["surface"]
    (tmp_path / "cell.json").write_text(json.dumps({"PositiveElectrode": {"isFile": True, "filename": "p.json"}}))
    assert_refused(tauvox("export", "battmo", "both/results.json", "--into", "cell.json"), 4, "file of its own")


def test_samples_follow_the_uncertainties_and_the_seed(evaluated, export, tauvox, tmp_path):
    report = evaluated.both
    key = "Positive electrode surface area to volume ratio [m-1]"
    file = export("pybamm", "both/results.json", "--samples", "400", "--seed", "7")
    assert file["seed"] == 7 and len(file["samples"]) == 400
    surfaces = [s[key] for s in file["samples"]]
    mean = sum(surfaces) / 400
    deviation = math.sqrt(sum((s - mean) ** 2 for s in surfaces) / 399)
    of = found(report, "interfaces", "pore", "active")["quantities"]["specific_surface_extrapolated"]
    expected = of["uncertainty"]["resolution"]["half_width"] / 1.96
    assert mean == pytest.approx(of["value"], abs=4 * expected / 20)
    assert deviation == pytest.approx(expected, rel=0.2)
    porosities = [s["Positive electrode porosity"] for s in file["samples"]]
    assert sum(porosities) / 400 == pytest.approx(measured(report)["eps"], abs=4 * statistics.stdev(porosities) / 20)
    again = export("pybamm", "both/results.json", "--samples", "3", "--seed", "7")
    assert again["samples"] == file["samples"][:3]
    assert export("pybamm", "both/results.json", "--samples", "3")["samples"] != again["samples"]
    said = tauvox("export", "battmo", "both/results.json", "--samples", "3", "-o", "out.json")
    assert said.returncode == 0 and "seed 1" in said.stdout and "porosity" in said.stdout
    # What is known of its doubt is drawn; that this is not all is said.
    less = found(report, "interfaces", "pore", "active")["quantities"]["specific_surface_extrapolated"]
    less["uncertainty"] |= {"resolution": {"half_width": None, "kind": "estimate"}, "sampling": {"half_width": expected, "kind": "estimate"}}
    (tmp_path / "less.json").write_text(json.dumps(report))
    said = tauvox("export", "pybamm", "less.json", "--samples", "3").stderr
    assert "surface is in more doubt than its samples show: its uncertainty of resolution is not known" in said
    assert "in more doubt" not in tauvox("export", "pybamm", "less.json").stderr
    files = contents(tmp_path)
    assert {"out.json", "out_01.json", "out_02.json", "out_03.json"} <= set(files)
    before = contents(tmp_path)
    assert_refused(tauvox("export", "battmo", "both/results.json", "-o", "out.json"), 7, "out.json")
    assert contents(tmp_path) == before
    (tmp_path / "new_02.json").write_text("mine")
    assert_refused(tauvox("export", "battmo", "both/results.json", "--samples", "3", "-o", "new.json"), 7, "new_02.json")
    assert "new.json" not in contents(tmp_path)
    assert_refused(tauvox("export", "pybamm", "both/results.json", "-o", "both/results.json", "--overwrite"), 2, "an output is the input")
