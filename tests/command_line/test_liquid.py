"""What the liquid of porous phases is uncertain by: from the octants, and from where boundaries lie; against numpy."""

import json
import math
import subprocess

import h5py
import numpy
import pytest
import volumes
from conftest import electrode, value

pytestmark = pytest.mark.usefixtures("without_gnuplot")

STUDENT = 2.364624251592785  # 95 % of 7 degrees of freedom
PHASES = ["--phases", "pore=0,active=1,binder=2", "--device", "cpu"]
POROUS = ["--phase-porosity", "binder=0.5"]
SIZE, POROSITY, EXPONENT = 48, numpy.array([1, 0, 0.5]), 1.5


def interval(values, whole):
    return STUDENT * numpy.std(values, ddof=1) / math.sqrt(8) + abs(numpy.mean(values) - whole)


@pytest.fixture(scope="module")
def labels(program, tmp_path_factory):
    path = electrode(program, tmp_path_factory.mktemp("liquid"), SIZE)
    with h5py.File(path) as file:
        return path, file["label"][()]


def octants():
    half = SIZE // 2
    return [tuple(slice(*((half, SIZE) if k >> axis & 1 else (0, half))) for axis in range(3)) for k in range(8)]


def evaluated(tauvox, tmp_path, path, *arguments, code=0):
    result = tauvox("evaluate", path, *PHASES, "--ionic", "pore", *POROUS, "--axis", "z", *arguments, "-o", "report", "--overwrite")
    assert result.returncode == code, result.stderr
    report = json.loads((tmp_path / "report/results.json").read_text())
    return report, next(r for r in report["results"] if r.get("carrier") == "ions")


def half_width(result, name, source):
    return result["quantities"][name]["uncertainty"][source]["half_width"]


@pytest.fixture(scope="module")
def on_octants(program, labels):
    """D_eff of each, and the liquid in it."""
    found = []
    for octant in octants():
        crop = ",".join(f"{s.start}:{s.stop}" for s in octant)
        result = subprocess.run([program, "solve", labels[0], *PHASES, "--phase", "pore", *POROUS, "--axis", "z", "--crop", crop, "--json", "-"],
                                check=True, capture_output=True, text=True)
        found.append((value(json.loads(result.stdout)["results"][0], "effective_ratio"), POROSITY[labels[1][octant]].mean()))
    return numpy.array(found).T


def test_the_interval_of_sampling_is_what_diffusivity_and_liquid_make_together(tauvox, tmp_path, labels, on_octants):
    _, ions = evaluated(tauvox, tmp_path, labels[0])
    ratio, tau, liquid = (value(ions, name) for name in ["effective_ratio", "tortuosity_factor_liquid", "liquid_volume_fraction"])
    assert liquid == pytest.approx(POROSITY[labels[1]].mean(), rel=1e-12) and tau == pytest.approx(liquid / ratio, rel=1e-9)
    ratios, liquids = on_octants
    assert half_width(ions, "liquid_volume_fraction", "sampling") == pytest.approx(interval(liquids, liquid), rel=1e-9)
    together, alone = interval(liquids / liquid - (ratios / ratio - 1), 1), half_width(ions, "effective_ratio", "sampling") / ratio
    share = min(together + alone**2, max(together, alone))  # of 1 / tau: to first order, and the square of what D_eff is off by
    assert half_width(ions, "tortuosity_factor_liquid", "sampling") == pytest.approx(tau * share / (1 - share), rel=1e-3)
    assert together < 0.8 * alone  # where there is more liquid more gets through
    for name, factor in [("macmullin_number", 1 / ratio), ("effective_value", ratio)]:  # of D_eff alone: as uncertain as that
        assert half_width(ions, name, "sampling") / factor == pytest.approx(half_width(ions, "effective_ratio", "sampling") / ratio, rel=0.2)


def test_a_study_of_parts_gives_the_same_interval(tauvox, solve, tmp_path, labels):
    _, ions = evaluated(tauvox, tmp_path, labels[0])
    same = solve(labels[0], *PHASES, "--phase", "pore", *POROUS, "--axis", "z", "--study", "rve")["results"][0]
    in_si = solve(labels[0], *PHASES, "--conductivity", "pore=3e-10,active=0", "--unit", "m2/s", *POROUS, "--axis", "z", "--study", "rve")["results"][0]
    for other in [same, in_si]:
        assert value(other, "tortuosity_factor_liquid") == pytest.approx(value(ions, "tortuosity_factor_liquid"), rel=1e-6)
        for name in ["tortuosity_factor_liquid", "tortuosity_factor"]:
            assert half_width(other, name, "sampling") == pytest.approx(half_width(ions, name, "sampling"), rel=1e-3), name


@pytest.mark.parametrize("options", [[], ["--segmentation-study"]])
def test_the_liquid_is_uncertain_by_where_any_boundary_lies(tauvox, tmp_path, labels, options):
    report, ions = evaluated(tauvox, tmp_path, labels[0], *options)
    area = {tuple(sorted([r["phase"], *r["with"]])): value(r, "specific_surface") for r in report["results"]
            if r["study"] == "interfaces" and "with" in r}
    shift = 0.25 * 0.4e-6 * (area["active", "pore"] + 0.5 * area["binder", "pore"] + 0.5 * area["active", "binder"])
    assert half_width(ions, "liquid_volume_fraction", "segmentation") == pytest.approx(shift, rel=0.02)
    whole = ions["quantities"]["liquid_volume_fraction"]
    assert whole["combined"]["half_width"] == pytest.approx(
        2 / 1.96 * math.hypot(whole["uncertainty"]["sampling"]["half_width"], whole["uncertainty"]["segmentation"]["half_width"]))
    if options:  # tau_l moves with D_eff and with the liquid, as tau does
        of_ratio, of_tau, of_liquid = (half_width(ions, name, "segmentation") / value(ions, name)
                                       for name in ["effective_ratio", "tortuosity_factor", "tortuosity_factor_liquid"])
        assert of_liquid == pytest.approx(of_tau, rel=0.06) and of_liquid < 0.95 * (1 / (1 - of_ratio) - 1)


def test_a_limit_of_the_liquid_is_decided(tauvox, tmp_path, labels):
    (tmp_path / "limits.toml").write_text("liquid_volume_fraction = [0.01, 0.99]\n")
    report, _ = evaluated(tauvox, tmp_path, labels[0], "--limits", "limits.toml")
    assert [j["verdict"] for j in report["judgements"]] == ["pass"]


def test_a_volume_without_a_solid_has_the_boundary_between_its_liquids(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "two.h5", volume=numpy.where(volumes.repeated(8) == 1, 0, volumes.repeated(8)))
    report, ions = evaluated(tauvox, tmp_path, "two.h5", "--voxel-size", "1um", "--allow-absent")
    area, = [value(r, "specific_surface") for r in report["results"] if r["study"] == "interfaces" and "with" in r]
    assert value(ions, "volume_fraction") == 1
    assert half_width(ions, "liquid_volume_fraction", "segmentation") == pytest.approx(0.5 * 0.25e-6 * area, rel=0.02)
