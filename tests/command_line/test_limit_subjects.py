"""Of what a limit can be: what results can have, and nothing else; it is refused before the run."""

import json

import pytest
import volumes
from conftest import assert_refused, electrode

pytestmark = pytest.mark.usefixtures("without_gnuplot")

PHASES = ["--phases", "pore=0,active=1,binder=2", "--device", "cpu"]


@pytest.fixture
def evaluate(tauvox, program, tmp_path):
    electrode(program, tmp_path, 48)

    def run(*arguments, limits="porosity.max = 1\n", code=(0, 10, 11)):
        (tmp_path / "limits.toml").write_text('decision_rule = "simple"\n' + limits)
        result = tauvox("evaluate", "cathode.h5", *PHASES, *arguments, "--no-sampling", "--limits", "limits.toml", "-o", "report", "--overwrite")
        assert result.returncode in code, result.stderr
        return json.loads((tmp_path / "report/results.json").read_text())

    return run


POROUS = ["--ionic", "pore", "--electronic", "active=1,binder=0.1", "--phase-porosity", "binder=0.5", "--electrolyte", "nyman2008"]


def test_what_every_result_is_of_can_have_a_limit(evaluate):
    """None is refused that a result can have, and none is open that was not refused."""
    options = [*POROUS, "--axis", "z,x", "--rve", "0.5"]
    report = evaluate(*options, limits="liquid_volume_fraction.max = 1\n")
    keys = {}
    for result in report["results"]:
        phases = "+".join([result.get("phase", ""), *result.get("with", [])])
        for name in result["quantities"]:
            if name != "effective_value_si":  # its unit is that of --unit
                key = [name, *([f'"{phases}"'] if phases else []), *filter(None, [result.get("axis"), result.get("carrier")])]
                keys[".".join(key)] = name
    lines = "".join(f"{key}.min = 0\n" for key in keys)
    judged = evaluate(*options, limits=lines)["judgements"]
    assert len(judged) == lines.count("\n") > 200
    assert not [j for j in judged if j["study"] == ""], [(j["quantity"], j["subject"]) for j in judged if j["study"] == ""]


@pytest.mark.parametrize("limit, options, why, advice", [
    ("porosity = [0, 1]", POROUS, "may count or not", "write liquid_volume_fraction, with them"),
    ('liquid_volume_fraction."active+binder".max = 1', POROUS, "it is of ions alone", "write liquid_volume_fraction"),
    ('effective_ionic_conductivity."binder+active".min = 1', POROUS, "it is of ions alone", "write effective_ionic_conductivity"),
    ('tortuosity_factor_liquid.electrons.max = 9', POROUS, "it is of ions alone", "leave out electrons"),
    ("effective_ionic_conductivity.min = 1", ["--electronic", "active=1"], "no transport of ions", "give --ionic"),
    ("tortuosity_factor.binder.max = 9", POROUS, "but that of pore+binder (ions) and of active+binder (electrons)",
     "write tortuosity_factor.ions or .electrons"),
    ("tortuosity_factor_liquid.active.max = 9", POROUS, "but that of pore+binder (ions); write", "tortuosity_factor_liquid.ions, or"),
    ("volume_fraction.\"pore+active\".max = 1", [], "it is of one phase", "write volume_fraction.PHASE"),
    ("thickness_d50.pore.z.max = 1\nthickness_d50.pore.y.max = 1", [], "along the thickness alone, z", "or give --thickness y"),
    ("specific_surface.pore.z.max = 1", [], "it has no direction", 'write specific_surface.pore'),
    ("specific_surface.\"pore+active+binder\".max = 1", [], "two joined by +", "specific_surface.PHASE"),
    ("specific_surface.\"pore+pore\".max = 1", [], "two joined by +", "specific_surface.PHASE"),
    ("triple_length.\"pore+active\".max = 1", [], "three phases joined by +", 'triple_length."pore+active+binder"'),
    ("triple_length.z.max = 1", [], "it has no direction", "write triple_length"),
    ("particle_d50.active.x.max = 1", [], "it has no direction", "particle_d50.active"),
    ("accessible_surface.pore.max = 1", POROUS, "all that carries ions and electrons", "write accessible_surface"),
    ("geodesic_tortuosity.pore.x.max = 1", [], "along the thickness alone, z", "geodesic_tortuosity.pore"),
])
def test_a_limit_that_no_result_can_be_about_is_refused_before_the_run(tauvox, tmp_path, limit, options, why, advice):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text(limit)
    result = tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", *options,
                    "--limits", "limits.toml", "-o", "report")
    assert_refused(result, 2, "limits.toml", why, advice)
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("limit, options, spelling", [
    ('triple_length."binder+pore"', [], 'triple_length."pore+binder+active"'),
    ("triple_length.solid", [], 'triple_length."pore+active+binder"'),
    ("triple_length.binder.x", [], 'triple_length."binder+pore+active"'),
    ('triple_length."active+active+pore"', [], 'triple_length."pore+active+binder"'),
    ('specific_surface."pore+active+binder"', [], "specific_surface.PHASE"),
    ('specific_surface."pore+active".x', [], 'specific_surface."pore+active"'),
    ("tortuosity_factor", POROUS, 'tortuosity_factor."pore+binder"'),
    ("tortuosity_factor", ["--ionic", "pore", "--electronic", "active=1"], "tortuosity_factor.pore"),
    ("chord_mean", [], "chord_mean.PHASE")])
def test_a_spelling_that_is_advised_is_taken(tauvox, tmp_path, limit, options, spelling):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    line = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2,solid=1+2", "--voxel-size", "1um", *options, "--dry-run",
            "--limits", "limits.toml"]
    (tmp_path / "limits.toml").write_text(f"{limit}.max = 1\n")
    assert_refused(tauvox(*line), 2, f"write {spelling}")
    (tmp_path / "limits.toml").write_text(f"{spelling.replace('PHASE', 'binder')}.max = 1\n")
    assert tauvox(*line).returncode == 0


def test_what_needs_three_phases_says_so_where_there_are_two(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text('triple_length."pore+active".max = 1\n')
    result = tauvox("evaluate", "cathode.h5", "--phases", "pore=0,active=1+2,solid=1+2", "--voxel-size", "1um", "--dry-run", "--limits",
                    "limits.toml")
    assert_refused(result, 2, "three phases joined by +", "name them with --phases")


def test_phases_that_others_make_up_are_refused_where_no_result_is_of_them(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.repeated(2))
    line = ["evaluate", "cathode.h5", "--phases", "pore=0,active=1,binder=2,solid=1+2", "--voxel-size", "1um", "--no-sampling", "-o", "report"]
    assert tauvox(*line).returncode == 0
    known, seen = {}, set()
    for result in json.loads((tmp_path / "report/results.json").read_text())["results"]:
        names = "+".join([result.get("phase", ""), *result.get("with", [])])
        for name in result["quantities"]:
            known.setdefault(name, result["study"])
            seen.add((name, names))
    first = {study: name for name, study in reversed(known.items()) if study != "accessible"}
    for study, name in first.items():
        (tmp_path / "limits.toml").write_text(f"{name}.solid.min = 0\n")
        result = tauvox(*line, "--limits", "limits.toml", "--overwrite", "--dry-run")
        assert (result.returncode == 0) == ((name, "solid") in seen), (study, name, result.stderr)
        if result.returncode:
            assert result.returncode == 2 and ("solid is made of active and binder" in result.stderr or "joined by" in result.stderr)
    assert {study for study, name in first.items() if (name, "solid") not in seen} >= {"interfaces", "sizes", "particles", "chords", "geodesic"}


def test_what_one_transport_alone_has_needs_no_name(evaluate):
    report = evaluate(*POROUS, "--axis", "z", code=[11],
                      limits='liquid_volume_fraction.max = 1\neffective_ionic_conductivity.max = 1e-9\n'
                             'tortuosity_factor_liquid."binder+pore".min = 1\n')
    assert [(j["quantity"], j["subject"], j["verdict"]) for j in report["judgements"]] == [
        ("effective_ionic_conductivity", "phase pore+binder, axis z", "fail"), ("liquid_volume_fraction", "phase pore+binder, axis z", "pass"),
        ("tortuosity_factor_liquid", "phase pore+binder, axis z", "pass")]
