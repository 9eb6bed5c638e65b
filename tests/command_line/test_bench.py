"""`tauvox bench`: the suite's file, comparing files, and what is refused."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).parents[2] / "host" / "bench" / "bench.schema.json").read_text())
DEVICE = os.environ.get("TAUVOX_TEST_DEVICE", "cpu")


@pytest.fixture
def suite(tauvox, tmp_path):
    """The file of a small run."""

    def run(name, *arguments, code=0):
        result = tauvox("bench", "--sizes", "32", "--cases", "sphere-packing,gyroid", "--repeats", "2",
                        "--least-seconds", "0", "--no-triad", "--device", DEVICE, "-o", name, *arguments)
        assert result.returncode == code, result.stderr
        return json.loads((tmp_path / name).read_text())

    return run


def write(path, content):
    path.write_text(json.dumps(content))


def test_the_file_follows_its_schema_and_its_numbers_fit_together(suite):
    file = suite("a.json")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(file)
    assert file["finished"] and file["hardware"]["host"] is None and len(file["rows"]) == 2
    for row in file["rows"]:
        assert row["valid"] and row["repeats"] == 2 and row["judged_by"] == "stored answer"
        seconds = row["seconds"]
        assert row["voxels_per_second"] * seconds["total"] == pytest.approx(32**3)
        assert row["gb_per_second"] == pytest.approx(row["bytes_counted"] / seconds["solve"] / 1e9)
        assert seconds["transfer"] + seconds["setup"] + seconds["solve"] <= 1.5 * seconds["total"]
        assert row["effective_ratio"] == float(f"{row['effective_ratio']:.8g}")


def test_what_does_not_fit_is_listed_with_its_need(suite):
    file = suite("big.json", "--sizes", "8192")
    assert len(file["rows"]) == 2 and {s["case"] for s in file["skipped"]} == {"sphere-packing", "gyroid"}
    assert all("GB" in s["reason"] for s in file["skipped"])
    jsonschema.Draft202012Validator(SCHEMA).validate(file)


def test_files_are_compared_as_tables_and_a_picture(suite, tauvox, tmp_path):
    a = suite("a.json")
    faster = json.loads(json.dumps(a))
    for row in faster["rows"]:
        row["voxels_per_second"] *= 2
        row["seconds"]["total"] /= 2
    write(tmp_path / "b.json", faster)
    result = tauvox("bench", "--compare", "a.json", "b.json", "-o", "both")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("2.00") == 3  # two rows and their mean
    table = (tmp_path / "both.md").read_text()
    assert "| sphere-packing | 32^3 |" in table and "2.00" in table
    if (tmp_path / "both.svg").exists():
        assert "sphere-packing" in (tmp_path / "both.svg").read_text()
    else:
        assert "no gnuplot" in result.stderr and (tmp_path / "both.gnuplot").exists()


def test_rows_that_are_not_in_every_file_are_named(suite, tauvox, tmp_path):
    a = suite("a.json")
    one = json.loads(json.dumps(a))
    del one["rows"][0]
    write(tmp_path / "b.json", one)
    result = tauvox("bench", "--compare", "a.json", "b.json")
    assert result.returncode == 0, result.stderr
    assert "sphere-packing 32^3: not in B" in result.stdout


def tampered_answer(file):
    file["rows"][0]["effective_ratio"] *= 1.001


def tampered_speed(file):
    file["rows"][0]["voxels_per_second"] *= 2


def other_tolerance(file):
    file["settings"]["tolerance"] = 1e-3


def no_bench_file(file):
    del file["kind"]


def other_layout(file):
    file["schema_version"] = "2.0"


def missing_field(file):
    del file["rows"][0]["seconds"]


@pytest.mark.parametrize("change, code, words", [
    (tampered_answer, 4, ["b.json", "sphere-packing", "stored"]),
    (tampered_speed, 3, ["b.json", "sphere-packing"]),
    (other_tolerance, 4, ["b.json", "tolerance"]),
    (no_bench_file, 3, ["b.json", "kind"]),
    (other_layout, 3, ["b.json", "2.0"]),
    (missing_field, 3, ["b.json", "seconds"]),
])
def test_files_that_cannot_be_trusted_are_refused(suite, tauvox, tmp_path, change, code, words):
    file = suite("a.json")
    change(file)
    write(tmp_path / "b.json", file)
    result = tauvox("bench", "--compare", "a.json", "b.json", "-o", "both")
    assert result.returncode == code, result.stderr
    for word in words:
        assert word in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize("arguments, word", [
    (["--cases", "spheres"], "sphere-packing"),
    (["--sizes", "7"], "8 to 8192"),
    (["--sizes", "many"], "--sizes"),
    (["--repeats", "0"], "--repeats"),
    (["--tolerance", "2"], "--tolerance"),
    (["--compare", "a.json"], "two"),
])
def test_bad_arguments_name_the_valid_ones(tauvox, tmp_path, arguments, word):
    result = tauvox("bench", *arguments, "--device", "cpu", "-o", "x.json")
    assert result.returncode == 2 and word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_single_benchmarks_print_one_line_each(tauvox):
    result = tauvox("bench", "solve", "--size", "32", "--device", "cpu", "--repeats", "1")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["benchmark"] == "solve"
    result = tauvox("bench", "io", "--size", "32", "--format", "raw", "--repeats", "1")
    assert result.returncode == 0 and json.loads(result.stdout)["file_bytes"] == 32**3
