"""Every report follows the schema that the program prints, and the schema knows no field that no report has."""

import json
from pathlib import Path

import jsonschema
import numpy
import pytest
import volumes
from conftest import value


@pytest.fixture
def schema(tauvox):
    return json.loads(tauvox("info", "--schema").stdout)


MADE = {}


@pytest.fixture
def reports(tauvox, tmp_path, failed_report):
    """One report of each status, made once."""
    if not MADE:
        MADE.update(made(tauvox, tmp_path, failed_report))
    return json.loads(json.dumps(MADE))


def made(tauvox, tmp_path, failed_report):
    volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    volumes.LABELS.tofile(tmp_path / "v.raw")
    fibre = numpy.zeros((5, 5, 5), "u1")
    fibre[:, 1, 1], fibre[3, 3, 3] = 1, 2
    volumes.hdf5(tmp_path / "fibre.h5", volume=fibre)
    raw = ["v.raw", "--shape", "6,7,8", "--dtype", "uint8"]
    runs = {
        "converged too": ["v.h5", "--phase", "0,1", "--resolution-study", "--electrolyte", "nyman2008"],
        "converged and once more": ["v.h5", "--phase", "0", "--unit", "mS/cm", "--study", "resolution"],
        "converged": ["v.h5", "--conductivity", "0=0,1=0.5,2=1", "--unit", "S/m", "--axis", "all", "--voxel-size", "1um"],
        "converged tensor": ["v.h5", "--conductivity", "0=0,1=0.5,2=1", "--unit", "S/m", "--study", "tensor"],
        "converged in one direction": ["fibre.h5", "--phase", "1", "--study", "tensor", "--thickness", "x"],
        "not_percolating tensor": ["fibre.h5", "--phase", "2", "--study", "tensor"],
        "not_converged tensor": ["v.h5", "--phase", "0,1", "--study", "tensor", "--max-iterations", "1", "--tolerance", "1e-10"],
        "not_percolating": [*raw, "--conductivity", "0=0,1=0,2=0"],
        "complete not_percolating": [*raw, "--study", "percolation"],
        "not_converged": ["v.h5", "--phase", "0,1", "--max-iterations", "1", "--tolerance", "1e-10"],
        "converged electrode": ["v.h5", "--phase", "0", "--reactive", "1", "--study", "electrode", "--impedance", "--voxel-size",
                                "1um", "--electrolyte", "nyman2008", "--double-layer", "0.1", "--charge-transfer-resistance", "0.01"],
        "not_percolating electrode": ["v.h5", "--phase", "0", "--reactive", "7", "--allow-absent", "--study", "electrode"],
        "not_converged electrode": ["v.h5", "--phase", "0", "--reactive", "1", "--study", "electrode", "--max-iterations", "1",
                                    "--tolerance", "1e-10"],
        "converged transient": ["v.h5", "--conductivity", "0=1e-9,1=5e-10,2=0", "--unit", "m2/s", "--study", "transient", "--boundary", "membrane",
                                "--voxel-size", "1um", "--end-time", "3"],
        "converged by equal steps": ["v.h5", "--phase", "0,1", "--study", "transient", "--time-scheme", "bdf2", "--time-step", "0.1"],
        "not_percolating transient": ["fibre.h5", "--phase", "2", "--study", "transient", "--boundary", "membrane"],
        "not_converged transient": ["v.h5", "--phase", "0,1", "--study", "transient", "--max-iterations", "1"],
        "interrupted not_converged": ["v.h5", "--phase", "0,1", "--time-limit", "1e-6", "--tolerance", "1e-10"],
    }
    reports = {"failed": failed_report}
    for status, arguments in runs.items():
        reports[status] = json.loads(tauvox("solve", *arguments, "--json", "-").stdout)
    large = volumes.repeated(6)
    large[10:26, 10:26, 10:26] = 0
    large[14:22, 14:22, 14:22] = 2  # a particle that is whole
    volumes.hdf5(tmp_path / "large.h5", volume=large)
    (tmp_path / "limits.toml").write_text("porosity = [0.01, 0.99]\n")
    tauvox("evaluate", "large.h5", "--limits", "limits.toml", "--phases", "pore=0,active=1,binder=2", "--voxel-size", "1um", "-o", "evaluated",
           "--ionic", "pore", "--electronic", "active=1")
    reports["complete once more"] = json.loads((tmp_path / "evaluated" / "results.json").read_text())
    tauvox("generate", "electrode", "--size", "72", "--voxel-size", "0.4um", "-o", "parts.h5")  # parts of it say something
    tauvox("evaluate", "parts.h5", "--phases", "pore=0,active=1,binder=2", "-o", "parts", "--ionic", "pore", "--segmentation-study",
           "--electronic", "active=0.5", "--phase-porosity", "binder=0.47", "--electrolyte", "nyman2008", "--rve", "0.05")
    reports["complete with parts"] = json.loads((tmp_path / "parts" / "results.json").read_text())
    reports["complete"] = json.loads(tauvox("inspect", "v.h5", "--phases", "pore=0,solid=1+2", "--json", "-").stdout)
    mask = volumes.LABELS * 0 + 1
    mask[:, 2, 3] = 0
    numpy.save(tmp_path / "mask.npy", mask)
    reports["converged in a sample"] = json.loads(tauvox("solve", "v.h5", "--mask", "mask.npy", "--phase", "0,1", "--json", "-").stdout)
    numpy.random.default_rng(1).integers(0, 256, (9, 9, 9), "u1").tofile(tmp_path / "grey.raw")
    reports["grey"] = json.loads(tauvox("inspect", "grey.raw", "--shape", "9", "--dtype", "uint8", "--json", "-").stdout)
    numpy.save(tmp_path / "real.npy", numpy.arange(64).reshape(4, 4, 4) % 4 / 10 + 0.1)
    reports["converged of real grey values"] = json.loads(tauvox("solve", "real.npy", "--law", "g", "--json", "-").stdout)
    return reports


def test_labels_that_stand_for_grey_values_have_them_beside(reports):
    phases = reports["converged of real grey values"]["phases"]
    assert [p["grey_value"] for p in phases] == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-14)
    assert [p["conductivity"] for p in phases] == [p["grey_value"] for p in phases]
    scale = reports["grey"]["input"]["grey"]
    assert all(p["grey_value"] == scale["of_label_0"] + scale["step"] * p["label"] for p in reports["grey"]["phases"])
    assert {p["grey_value"] for p in reports["converged"]["phases"]} == {None}


def test_reports_of_every_status_are_valid(reports, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, report in reports.items():
        assert {r["status"] for r in report["results"]} & set(name.split()) or name == "grey", name
        jsonschema.Draft202012Validator(schema).validate(report)
        assert report["schema_version"] == "2.0"
        code = {"failed": 9, "not_converged": 6, "interrupted": 75}.get(name.split()[0], 0)
        if report["verdict"]:
            assert report["status"] == "success" and report["exit_code"] == {"pass": 0, "fail": 11}.get(report["verdict"], 10)
            continue
        assert (report["status"], report["exit_code"]) == (name.split()[0] if code else "success", code)


CONTRADICTIONS = {
    "no value": lambda r: r["quantities"]["effective_ratio"].update(value=None),
    "infinite": lambda r: r["quantities"]["tortuosity_factor"].update(infinite=True),
    "status": lambda r: r.update(status="done"),
    "an estimate beside a result": lambda r: r["quantities"].update(
        best_estimate={"value": 0.5, "unit": "1", "uncertainty": {}, "bounds": None}),
    "unknown": lambda r: r.update(surprise=1),
    "unknown quantity": lambda r: r["quantities"].update(surprise={"value": 1, "unit": "1"}),
    "a fraction of 2": lambda r: r["quantities"]["volume_fraction"].update(value=2),
    "a quantity that is missing": lambda r: r["quantities"].pop("macmullin_number"),
    "another unit": lambda r: r["quantities"]["tortuosity_factor"].update(unit="m"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_invalid(reports, schema, name):
    validator = jsonschema.Draft202012Validator(schema)
    report = json.loads(json.dumps(reports["converged"]))
    assert validator.is_valid(report)
    CONTRADICTIONS[name](report["results"][0])
    assert not validator.is_valid(report)


def test_every_field_of_the_schema_occurs_and_is_described(reports, schema):
    of_some = {"combined": [], "one_sided": []}  # the same of each quantity: it is enough that some have it

    def walk(schema, values, path):
        assert schema["description"], path
        for name, sub in schema.get("properties", {}).items():
            found = [v[name] for v in values if name in v]
            if name in of_some:
                of_some[name].extend(found)
                if not found:
                    continue
            assert found, f"no report has {path}/{name}"
            items = [i for v in found if isinstance(v, list) for i in v]
            walk(sub, [v for v in found if isinstance(v, dict)], f"{path}/{name}")
            if sub.get("items", {}).get("type") == "object":
                walk(sub["items"], items, f"{path}/{name}[]")

    walk(schema, list(reports.values()), "")
    assert all(of_some.values())
    assert "{D}" not in json.dumps(schema) and "{property}" not in json.dumps(schema)


def test_the_page_of_quantities_is_current(tauvox):
    page = tauvox("info", "--quantities").stdout
    assert (Path(__file__).parents[2] / "docs" / "quantities.md").read_text() == page, \
        "tauvox info --quantities > docs/quantities.md"


def test_settings_are_typed_values(reports):
    settings = reports["converged"]["settings"]
    assert settings["conductivity"] == {"0": 0, "1": 0.5, "2": 1} and settings["axis"] == ["z", "y", "x"]
    assert settings["tolerance"] == 1e-4 and settings["overwrite"] is False and settings["crop"] is None


@pytest.mark.parametrize("unit, symbol, si, factor", [
    ("S/m", "sigma_eff", "S/m", 1), ("mS/cm", "sigma_eff", "S/m", 0.1), ("m2/s", "D_eff", "m2/s", 1),
    ("cm^2 s^-1", "D_eff", "m2/s", 1e-4), ("W/(m K)", "k_eff", "W/(m K)", 1), ("furlongs", "D_eff", None, None)])
def test_the_property_asked_for_has_its_name_and_unit(tauvox, tmp_path, unit, symbol, si, factor):
    volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    run = ["solve", "v.h5", "--conductivity", "0=0,1=3,2=6", "--unit", unit, "--device", "cpu"]
    text = tauvox(*run).stdout
    assert f"{symbol} " in text and f" {unit} " in text
    assert ("D_eff/D0" in text) == (symbol == "D_eff")
    r = json.loads(tauvox(*run, "--json", "-").stdout)["results"][0]
    assert r["quantities"]["effective_value"]["unit"] == unit
    assert r["quantities"]["effective_value_si"]["unit"] == si
    assert value(r, "effective_value") == pytest.approx(6 * value(r, "effective_ratio"), rel=1e-14)
    expected = None if factor is None else pytest.approx(factor * value(r, "effective_value"), rel=1e-12)
    assert value(r, "effective_value_si") == expected


def test_the_voxel_size_is_printed_with_its_source_or_as_unknown(tauvox, tmp_path):
    volumes.LABELS.tofile(tmp_path / "v.raw")
    run = ["solve", "v.raw", "--shape", "6,7,8", "--dtype", "uint8", "--phase", "0,1", "--device", "cpu"]
    assert "0.4, 0.5, 0.6 um (--voxel-size)" in tauvox(*run, "--voxel-size", "0.4,0.5,0.6um").stdout
    assert "voxels taken as cubes" in tauvox(*run).stdout


@pytest.mark.parametrize("solver, kind", [("multigrid", "bound"), ("jacobi", "bound")])
def test_the_text_says_whether_an_error_is_proven(tauvox, tmp_path, solver, kind):
    volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    text = tauvox("solve", "v.h5", "--phase", "0,1", "--solver", solver, "--device", "cpu").stdout
    assert f"(solver, {kind})" in text
