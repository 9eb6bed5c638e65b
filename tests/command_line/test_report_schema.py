"""Every report follows host/report/report.schema.json, and the schema knows no field that no report has."""

import json
from pathlib import Path

import jsonschema
import pytest
import volumes

SCHEMA = json.loads((Path(__file__).parents[2] / "host" / "report" / "report.schema.json").read_text())


@pytest.fixture
def reports(tauvox, tmp_path, failed_report):
    """One report of each status."""
    volumes.hdf5(tmp_path / "v.h5", volume=volumes.LABELS)
    volumes.LABELS.tofile(tmp_path / "v.raw")
    runs = {
        "converged too": ["v.h5", "--phase", "0,1", "--resolution-study"],
        "converged": ["v.h5", "--conductivity", "0=0,1=0.5,2=1", "--unit", "S/m", "--axis", "all", "--voxel-size", "1um"],
        "not_percolating": ["v.raw", "--shape", "6,7,8", "--dtype", "uint8", "--phase", "9", "--allow-absent"],
        "not_converged": ["v.h5", "--phase", "0,1", "--max-iterations", "1", "--tolerance", "1e-10"],
    }
    reports = {"failed": failed_report}
    for status, arguments in runs.items():
        reports[status] = json.loads(tauvox("solve", *arguments, "--json", "-").stdout)
    return reports


def test_reports_of_every_status_are_valid(reports):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for status, report in reports.items():
        assert {r["status"] for r in report["results"]} == {status.removesuffix(" too")}
        jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_contradictions_are_invalid(reports):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for change in [{"effective_ratio": None}, {"tau_is_infinite": True}, {"status": "done"}, {"best_estimate": 0.5},
                   {"surprise": 1}, {"volume_fraction": 2}]:
        report = json.loads(json.dumps(reports["converged"]))
        report["results"][0].update(change)
        assert not validator.is_valid(report), change


def test_every_field_of_the_schema_occurs_and_is_described(reports):
    def walk(schema, values, path):
        assert schema["description"], path
        for name, sub in schema.get("properties", {}).items():
            found = [v[name] for v in values if name in v]
            assert found, f"no report has {path}/{name}"
            items = [i for v in found if isinstance(v, list) for i in v]
            walk(sub, [v for v in found if isinstance(v, dict)], f"{path}/{name}")
            if sub.get("items", {}).get("type") == "object":
                walk(sub["items"], items, f"{path}/{name}[]")

    walk(SCHEMA, list(reports.values()), "")
