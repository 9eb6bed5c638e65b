"""tauvox explain, and electrolytes: what numbers are called and which unit they have."""

import json
import tomllib

import numpy
import pytest
import volumes
from conftest import assert_refused, value

# Of the fits, evaluated elsewhere: S/m and m2/s at mol/m3 and K.
FITS = [("landesfeind2019", 1000, "25C", 0.91302108742, 2.8922477502e-10),
        ("landesfeind2019", 1200, "303.15K", 0.97253728258, 2.8747902974e-10),
        ("landesfeind2019", 500, "-10C", 0.37385564665, 1.7668530117e-10),
        ("valoen2005", 1000, "25C", 1.19432636378, 3.2227225286e-10),
        ("valoen2005", 500, "-10C", 0.50564950574, 5.6733406688e-11),
        ("nyman2008", 1000, "25 °C", 0.9487, 1.7694e-10)]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    return volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))


@pytest.mark.parametrize("name, salt, temperature, conductivity, diffusivity", FITS)
def test_an_electrolyte_gives_conductivity_and_diffusivity(solve, name, salt, temperature, conductivity, diffusivity):
    report = solve("cathode.h5", "--phase", "0", "--axis", "all", "--electrolyte", name, "--temperature", temperature,
                   "--salt-concentration", salt)
    for result in report["results"]:
        ratio = result["quantities"]["effective_ratio"]
        for key, bulk, unit in [("effective_ionic_conductivity", conductivity, "S/m"),
                                ("effective_salt_diffusivity", diffusivity, "m2/s")]:
            found = result["quantities"][key]
            assert found["value"] == pytest.approx(bulk * ratio["value"], rel=1e-9) and found["unit"] == unit
            assert found["uncertainty"].keys() == ratio["uncertainty"].keys()
            for kind, u in ratio["uncertainty"].items():
                assert found["uncertainty"][kind]["half_width"] == pytest.approx(bulk * u["half_width"], rel=1e-6)
    assert any("2019" in notice or "2005" in notice or "2008" in notice for notice in report["notices"])


def test_a_relative_conductivity_of_1_stands_for_the_electrolyte(solve, tmp_path):
    """Also where the volume has nothing of 1; steady, from the separator, and in time alike."""
    numpy.save(tmp_path / "ramp.npy", numpy.arange(12, dtype="u1").repeat(12).reshape(12, 3, 4))
    kappa = ["--electrolyte", "nyman2008", "--voxel-size", "1um", "--tolerance", "1e-8"]

    def found(*options):
        report = solve(*options, *kappa)
        return report["results"][0], report

    whole, _ = found("cathode.h5", "--conductivity", "0=1,1=0,2=0.5")
    half, report = found("cathode.h5", "--conductivity", "0=0.5,1=0,2=0.25")
    for name in ["effective_ionic_conductivity", "effective_salt_diffusivity"]:
        assert value(half, name) == pytest.approx(value(whole, name) / 2, rel=1e-6)
    assert value(half, "effective_ionic_conductivity") == pytest.approx(0.9487 * value(half, "effective_value"), rel=1e-6)
    assert any("has 0.5, which is D0" in notice for notice in report["notices"])
    electrode = [found("cathode.h5", "--conductivity", f"0={k},1=0,2={k / 2}", "--reactive", "1", "--study", "electrode")[0]
                 for k in [1, 0.5]]
    assert value(electrode[1], "ionic_resistance") == pytest.approx(2 * value(electrode[0], "ionic_resistance"), rel=1e-6)
    curves = [found("cathode.h5", "--conductivity", f"0={k},1=0,2={k / 2}", "--study", "transient", "--end-time", "0.01")[1]
              ["curves"][0] for k in [1, 0.5]]
    seconds = [curve["values"][curve["columns"].index("time_s")][-1] for curve in curves]
    assert seconds[1] == pytest.approx(2 * seconds[0], rel=1e-6)
    (tmp_path / "k.csv").write_text("0,0.5\n11,0.05\n")
    (tmp_path / "twice.csv").write_text("0,1\n11,0.1\n")
    by_grey = [value(found("ramp.npy", "--conductivity-table", name)[0], "effective_ionic_conductivity") for name in ["k.csv", "twice.csv"]]
    assert by_grey[0] == pytest.approx(by_grey[1] / 2, rel=1e-6)


def test_what_D0_is_not_1_is_shown(tauvox):
    text = tauvox("solve", "cathode.h5", "--phase", "0").stdout
    assert " D_eff/D0 " in text and " D_eff  " not in text
    text = tauvox("solve", "cathode.h5", "--conductivity", "0=0.5,1=0,2=0").stdout
    assert " D_eff/D0 " in text and " D_eff  " in text


def test_with_a_resolution_study_the_voxels_count_too(solve):
    result, = solve("cathode.h5", "--phase", "0", "--electrolyte", "nyman2008", "--resolution-study")["results"]
    kinds = result["quantities"]["effective_ratio"]["uncertainty"].keys()
    assert result["quantities"]["effective_ionic_conductivity"]["uncertainty"].keys() == kinds and "resolution" in kinds


def test_without_an_electrolyte_nothing_has_its_unit(solve):
    result, = solve("cathode.h5", "--phase", "0")["results"]
    assert "effective_ionic_conductivity" not in result["quantities"]


def test_evaluate_fills_what_carries_ions_alone(tauvox, tmp_path):
    options = ["--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "--device", "cpu", "--electronic", "active=1"]
    result = tauvox("evaluate", "cathode.h5", "--axis", "z", *options, "--ionic", "pore", "--electrolyte", "landesfeind2019",
                    "--temperature", "30C", "-o", "r")
    assert result.returncode == 0 and "kappa_eff" in result.stdout, result.stderr
    ions, electrons = [r for r in json.loads((tmp_path / "r/results.json").read_text())["results"]
                       if r["study"] == "effective_transport"]
    assert value(ions, "effective_ionic_conductivity") > 0
    assert "effective_ionic_conductivity" not in electrons["quantities"]
    assert "effective_salt_diffusivity" in {line.split(",")[2] for line in (tmp_path / "r/results.csv").read_text().splitlines()}
    settings = tomllib.loads((tmp_path / "r/settings.toml").read_text())
    assert (settings["electrolyte"], settings["temperature"]) == ("landesfeind2019", "303.15K")
    assert tauvox("evaluate", "r/settings.toml", "--quiet").returncode == 0
    assert_refused(tauvox("evaluate", "cathode.h5", "--axis", "z", *options, "--electrolyte", "nyman2008"), 2, "--ionic")


def test_what_was_not_measured_is_not_computed(tauvox):
    def refused(*options, facts):
        assert_refused(tauvox("solve", "cathode.h5", "--phase", "0", *options), 2, *facts)
    refused("--electrolyte", "nyman2008", "--temperature", "30C", facts=["nyman2008", "298.15K"])
    refused("--electrolyte", "valoen2005", "--temperature", "-20C", facts=["263.15K"])
    refused("--electrolyte", "valoen2005", "--salt-concentration", "5000", facts=["3000"])
    refused("--electrolyte", "brine", facts=["nyman2008, landesfeind2019, valoen2005"])
    refused("--electrolyte", "nyman2008", "--temperature", "25", facts=["25C or 298.15K"])
    refused("--electrolyte", "nyman2008", "--unit", "S/m", facts=["--unit"])
    refused("--electrolyte", "nyman2008", "--study", "percolation", facts=["percolation"])
    for temperature, salt in [("40C", "100"), ("25C", "1000")]:  # the default too, where it is given
        refused("--temperature", temperature, facts=["--temperature", "--electrolyte"])
        refused("--salt-concentration", salt, facts=["--salt-concentration", "--electrolyte"])
    for exponent in ["2", "1.5"]:
        refused("--bruggeman", exponent, facts=["--bruggeman", "exponent of no porous phase", "--phase-porosity"])


@pytest.mark.parametrize("option, default", [("--boundary", "uptake"), ("--time-scheme", "tr-bdf2"), ("--time-tolerance", "0.001"), ("--frames", "20"),
                                             ("--separator", "low"), ("--thickness", "z")])
def test_what_a_study_does_not_heed_is_refused_though_it_be_the_default(tauvox, tmp_path, option, default):
    run = ["solve", "cathode.h5", "--phase", "0", "--device", "cpu"]
    assert_refused(tauvox(*run, option, default), 2, option, "does not apply", "effective_transport")
    assert tauvox(*run, "--json", "a.json").returncode == 0
    assert tauvox("solve", "a.settings.toml").returncode == 0  # which has every setting
    assert_refused(tauvox("solve", "a.settings.toml", option, default), 2, option, "does not apply")


@pytest.mark.parametrize("options", [["--rve", "0.05"], ["--segmentation-study"], ["--bruggeman", "2"], ["--temperature", "40C"],
                                     ["--bruggeman", "1.5"], ["--temperature", "25C"], ["--salt-concentration", "1000"]])
def test_what_nothing_heeds_is_refused(tauvox, options):
    run = ["cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "report"]
    assert_refused(tauvox("evaluate", *run, *options), 2, options[0], "give --")
    if options[0] in ["--bruggeman", "--temperature", "--salt-concentration"]:
        assert_refused(tauvox("batch", *run, *options), 2, options[0], "give --")


def test_every_quantity_is_explained(tauvox):
    listed = [line.split()[0] for line in tauvox("explain").stdout.splitlines() if line.startswith("  ")]
    assert {"tortuosity_factor", "effective_ionic_conductivity", "constrictivity"} <= set(listed)
    for name in set(listed):
        text = tauvox("explain", name).stdout
        assert text.startswith(name + ": ") and "given by study" in text and "{" not in text
        assert max(map(len, text.splitlines())) <= 130
    said = tauvox("explain", "specific_surface").stdout
    assert "1/m" in said and "resolution" in said and "interfaces" in said
    assert tauvox("explain", "S_V").stdout == said  # its symbol
    assert "\neffective_salt_diffusivity: " in tauvox("explain", "D_eff").stdout  # both are called so
    assert tauvox("explain", "tau").stdout == tauvox("explain", "tortuosity_factor").stdout + "see also: geodesic_tortuosity\n"


def test_near_names_are_suggested(tauvox):
    assert_refused(tauvox("explain", "tortuosty_factor"), 2, "did you mean tortuosity_factor?")
    assert_refused(tauvox("explain", "Geodesic"), 2, "geodesic_tortuosity")
    assert_refused(tauvox("explain", "qqq"), 2, "tauvox explain lists them")


@pytest.mark.parametrize("asked, names", [("porosity", ["volume_fraction"]), ("macmullin", ["effective_ratio"]),
                                          ("tortuosity", ["tortuosity_factor", "geodesic_tortuosity"]),
                                          ("Formation factor", ["macmullin_number"])])
def test_what_others_call_it_is_suggested(tauvox, asked, names):
    known = tauvox("explain").stdout.split()
    assert set(names) <= set(known)
    assert_refused(tauvox("explain", asked), 2, *names)


def test_the_help_says_where_a_gyroid_has_equal_halves(tauvox):
    said = " ".join(tauvox("generate", "--help").stdout.split())
    assert "equal halves in cubes of an edge divisible by 16, else 0 has up to 0.519 (all, where the edge is 4 or 8)" in said
    for size, labels in (("16", {"0.500000"}), ("24", {"0.518519", "0.481481"}), ("8", {"1.000000"})):
        text = tauvox("generate", "gyroid", "--size", size, "-o", f"{size}.h5").stdout
        assert {line.split()[-1] for line in text.splitlines() if line.startswith("  label")} == labels
