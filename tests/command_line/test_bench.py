"""`tauvox bench` as a user runs it: a small suite, its file, the comparison, and what is refused."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from conftest import assert_refused

SCHEMA = json.loads((Path(__file__).parents[2] / "host" / "bench" / "bench.schema.json").read_text())
SUITE = ["bench", "--device", "cpu", "--no-triad", "--repeats", "2", "--least-seconds", "0"]


@pytest.fixture
def bench(tauvox, tmp_path):
    """The file of a suite run."""

    def run(name, *arguments):
        result = tauvox(*SUITE, *arguments, "-o", name)
        assert result.returncode == 0, result.stderr
        return json.loads((tmp_path / name).read_text())

    return run


def answers(file):
    return {(row["case"], tuple(row["size"])): row["effective_ratio"] for row in file["rows"]}


def test_suite_writes_a_valid_file_with_the_same_answers_for_every_thread_count(bench):
    one = bench("one.json", "--sizes", "24,32", "--threads", "1")
    two = bench("two.json", "--sizes", "24,32", "--threads", "2")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for file in (one, two):
        jsonschema.Draft202012Validator(SCHEMA).validate(file)
        assert file["finished"] and file["hardware"]["host"] is None
        assert len(file["rows"]) == 8 and all(row["valid"] and row["repeats"] == 2 for row in file["rows"])
    assert answers(one) == answers(two)
    for row in one["rows"]:
        seconds = row["seconds"]
        assert row["voxels_per_second"] == pytest.approx(row["size"][0] ** 3 / seconds["total"])
        assert row["gb_per_second"] == pytest.approx(row["bytes_counted"] / seconds["solve"] / 1e9)


def test_rows_of_stored_sizes_are_judged_by_the_stored_answers(bench):
    file = bench("q.json", "--sizes", "64", "--cases", "gyroid,sphere-packing")
    assert [(row["case"], row["judged_by"], row["valid"]) for row in file["rows"]] == [
        ("gyroid", "stored answer", True), ("sphere-packing", "stored answer", True)]


def test_schema_refuses_a_speed_without_a_valid_answer(bench):
    file = bench("q.json", "--sizes", "24", "--cases", "gyroid")
    file["rows"][0].update(valid=False, reason="tampered")
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(file)


def test_what_does_not_fit_is_listed_with_the_reason(bench):
    file = bench("q.json", "--sizes", "24,8192", "--cases", "gyroid")
    jsonschema.Draft202012Validator(SCHEMA).validate(file)
    assert len(file["rows"]) == 1
    assert [(s["case"], s["size"]) for s in file["skipped"]] == [("gyroid", [8192, 8192, 8192])]
    assert "GB of host memory" in file["skipped"][0]["reason"]


def test_what_would_take_too_long_is_listed_with_the_reason(bench):
    file = bench("q.json", "--sizes", "24,48", "--cases", "gyroid", "--row-minutes", "1e-9")
    assert [row["size"][0] for row in file["rows"]] == [24]  # nothing is known of the first
    assert [s["size"] for s in file["skipped"]] == [[48, 48, 48]]
    assert "--row-minutes allows 1e-09" in file["skipped"][0]["reason"]


def test_compare_makes_tables_and_a_picture(bench, tauvox, tmp_path):
    bench("a.json", "--sizes", "24,32", "--threads", "1")
    bench("b.json", "--sizes", "32", "--threads", "2")
    result = tauvox("bench", "--compare", "a.json", "b.json", "-o", "c")
    assert result.returncode == 0, result.stderr
    assert "gyroid 24^3: not in B" in result.stdout and "geometric mean" in result.stdout
    assert (tmp_path / "c.md").read_text().count("| 32^3 |") == 4
    if shutil.which("gnuplot"):
        assert "</svg>" in (tmp_path / "c.svg").read_text()
        assert not list(tmp_path.glob("c.gnuplot*"))
    assert not list(tmp_path.glob("*.tmp.*"))
    assert_refused(tauvox("bench", "--compare", "a.json", "b.json", "-o", "c"), 7, "c.md", "exists")


def test_compare_without_gnuplot_leaves_its_script(bench, tauvox, tmp_path):
    bench("a.json", "--sizes", "24", "--cases", "gyroid")
    (tmp_path / "empty").mkdir()
    result = tauvox("bench", "--compare", "a.json", "a.json", env={"PATH": str(tmp_path / "empty")})
    assert result.returncode == 0, result.stderr
    assert "no gnuplot here" in result.stderr
    assert "bench-compare.svg" in (tmp_path / "bench-compare.gnuplot").read_text()
    assert not (tmp_path / "bench-compare.svg").exists()


def test_compare_refuses_a_tampered_answer(bench, tauvox, tmp_path):
    file = bench("a.json", "--sizes", "32", "--cases", "gyroid")
    row = file["rows"][0]
    true, row["effective_ratio"] = row["effective_ratio"], row["effective_ratio"] * 1.01
    (tmp_path / "b.json").write_text(json.dumps(file))
    result = tauvox("bench", "--compare", "a.json", "b.json")
    assert_refused(result, 4, "b.json", "gyroid", "32^3", f"{true:.8g}", f"{row['effective_ratio']:.8g}")
    assert not list(tmp_path.glob("bench-compare*"))


def test_compare_refuses_an_answer_that_is_not_the_stored_one_in_all_files(bench, tauvox, tmp_path):
    file = bench("a.json", "--sizes", "64", "--cases", "gyroid")
    file["rows"][0]["effective_ratio"] *= 1.01
    for name in ("b.json", "c.json"):
        (tmp_path / name).write_text(json.dumps(file))
    assert_refused(tauvox("bench", "--compare", "b.json", "c.json"), 4, "b.json", "gyroid", "64^3", "stored")


@pytest.mark.parametrize("text, fact", [("", "empty"), ("{", "no file of tauvox bench"), ("[]", "kind"),
                                        ('{"kind": "tauvox bench", "schema_version": "9.0"}', "9.0")])
def test_compare_refuses_what_is_no_bench_file(bench, tauvox, tmp_path, text, fact):
    bench("a.json", "--sizes", "24", "--cases", "gyroid")
    (tmp_path / "b.json").write_text(text)
    assert_refused(tauvox("bench", "--compare", "a.json", "b.json"), 3, "b.json", fact)


def test_bad_requests_are_refused(tauvox, tmp_path):
    (tmp_path / "there.json").write_text("{}")
    assert_refused(tauvox("bench", "--compare", "there.json"), 2, "there.json", "two files")
    assert_refused(tauvox("bench", "--compare", "no.json", "there.json"), 3, "no.json")
    assert_refused(tauvox(*SUITE, "--cases", "spaghetti"), 2, "spaghetti", "near-percolation")
    assert_refused(tauvox(*SUITE, "--sizes", "7"), 2, "--sizes", "from 8 to 8192")
    assert_refused(tauvox(*SUITE, "--sizes", "huge"), 2, "--sizes", "huge")
    assert_refused(tauvox("bench", "--repeats", "0"), 2, "--repeats", "from 1")
    assert_refused(tauvox(*SUITE, "--tolerance", "2"), 2, "--tolerance")
    assert_refused(tauvox(*SUITE, "--sizes", "24", "-o", "there.json"), 7, "there.json", "exists")
    assert_refused(tauvox("bench", "--device", "gpu"), 2, "gpu")
    assert_refused(tauvox("bench", "--precision", "half"), 2, "half")
    assert_refused(tauvox("bench", "sole"), 2, "sole")


@pytest.mark.parametrize("name", ["triad", "apply", "passes", "solve", "io", "answers"])
def test_a_single_benchmark_names_the_program_that_has_it_now(tauvox, name):
    assert_refused(tauvox("bench", name, "--size", "24"), 2, f"'{name}'", f"tauvox_dev {name}")
