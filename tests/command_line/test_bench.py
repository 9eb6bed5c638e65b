"""`tauvox bench` as a user runs it: a small suite, its file, the comparison, and what is refused."""

import csv
import json
import resource
import subprocess
from pathlib import Path

import jsonschema
import pytest
from conftest import assert_refused, measures_memory

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


def test_sizes_that_a_case_cannot_have_are_listed_with_the_reason(bench):
    file = bench("q.json", "--sizes", "8,9,24")
    jsonschema.Draft202012Validator(SCHEMA).validate(file)
    reasons = {(s["case"], s["size"][0]): s["reason"] for s in file["skipped"]}
    assert "no such volume of 8 voxels" in reasons["sphere-packing", 8] and "cannot be met" in reasons["sphere-packing", 8]
    assert "nothing to time: no path" in reasons["sphere-packing", 9]
    assert not any(case == "gyroid" or size == 24 for case, size in reasons) and all(row["valid"] for row in file["rows"])
    assert len(file["rows"]) + len(file["skipped"]) == 12 and sum(row["size"][0] == 24 for row in file["rows"]) == 4


def test_the_help_says_what_row_minutes_spares(tauvox):
    text = " ".join(tauvox("bench", "--help").stdout.split())
    assert "by the time of the size before" in text and "the first size of a case never is" in text


def test_the_run_ends_with_a_table_and_one_number(tauvox, tmp_path):
    result = tauvox(*SUITE, "--sizes", "24,32", "-o", "a.json", "--csv", "a.csv")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].replace("*", "").split()[:4] == ["case", "size", "s", "Mvoxel/s"]
    assert sum(line.split()[1:2] in (["24^3"], ["32^3"]) for line in lines) == 8
    assert lines[-1].startswith("VALID: geometric mean of 4 cases at 32^3: ")
    rows = list(csv.DictReader((tmp_path / "a.csv").open()))
    file = json.loads((tmp_path / "a.json").read_text())
    assert [(r["case"], int(r["size_z"]), float(r["voxels_per_second"])) for r in rows] == [
        (r["case"], r["size"][0], pytest.approx(r["voxels_per_second"])) for r in file["rows"]]
    for r in file["rows"]:
        assert 0 < r["fastest_seconds"] <= r["seconds"]["total"] <= r["slowest_seconds"]


def test_compare_makes_tables_and_a_picture(bench, tauvox, tmp_path):
    bench("a.json", "--sizes", "24,32", "--threads", "1")
    bench("b.json", "--sizes", "32", "--threads", "2")
    result = tauvox("bench", "--compare", "a.json", "b.json", "-o", "c", "--csv", "c.csv", env={"PATH": "/nowhere"})
    assert result.returncode == 0, result.stderr
    assert "gyroid 24^3: not in B" in result.stdout and "geometric mean" in result.stdout
    assert (tmp_path / "c.md").read_text().count("| 32^3 |") == 4
    assert "</svg>" in (tmp_path / "c.svg").read_text()
    assert len(list(csv.DictReader((tmp_path / "c.csv").open()))) == 12
    assert not list(tmp_path.glob("*.tmp.*"))
    assert_refused(tauvox("bench", "--compare", "a.json", "b.json", "-o", "c"), 7, "c.md", "exists")


def test_one_file_is_shown_alone(bench, tauvox, tmp_path):
    bench("a.json", "--sizes", "24", "--cases", "gyroid")
    for option in (["--threads", 2], ["--sizes", "64"], ["--quick"], ["--name-host"]):
        assert_refused(tauvox("bench", "--compare", "a.json", "b.json", "-o", "d", *option), 2, option[0], "--compare")
    result = tauvox("bench", "--compare", "a.json")
    assert result.returncode == 0, result.stderr
    assert "VALID: geometric mean of 1 case at 24^3" in result.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"a.json", "bench-compare.md", "bench-compare.svg"}


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
    assert_refused(tauvox("bench", "--compare", "there.json"), 3, "there.json", "kind")
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
def test_single_benchmarks_have_moved(tauvox, name):
    assert_refused(tauvox("bench", name, "--size", "24"), 2, f"'{name}'", f"tauvox_dev {name}")


@pytest.fixture
def tauvox_dev(program, tmp_path):
    def run(*arguments):
        return subprocess.run([Path(program).parent / "tauvox_dev", *arguments], cwd=tmp_path, capture_output=True,
                              text=True, timeout=120)

    return run


@pytest.mark.parametrize("arguments", [
    # not the triad: its arrays are four times the last cache, gigabytes on a server
    ["apply", "--no-triad", "--size", "24"], ["passes", "--no-triad", "--size", "24"], ["solve", "--size", "24"],
    ["io", "--size", "24"], ["io", "--size", "24", "--format", "h5"]])
def test_single_benchmarks_print_one_line(tauvox_dev, tmp_path, arguments):
    result = tauvox_dev(*arguments, "--repeats", "1", "--threads", "1", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    line = json.loads(result.stdout)
    assert line["benchmark"] == arguments[0] and line["size"] == 24
    assert not list(tmp_path.iterdir())


def test_single_benchmarks_refuse_what_they_do_not_know(tauvox_dev):
    for arguments in ([], ["sole"], ["apply", "--precision", "half"], ["triad", "--size", "24"]):
        assert tauvox_dev(*arguments).returncode == 2


def test_stored_answers_can_be_made_again(tauvox_dev):
    result = tauvox_dev("answers", "--sizes", "24", "--cases", "gyroid", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    name, edge, ratio, error = result.stdout.strip().strip("{},").split(", ")
    assert (name, edge) == ('"gyroid"', "24") and 0.2 < float(ratio) < 0.35 and float(error) <= 1e-9


@measures_memory
def test_a_triad_that_does_not_fit_is_left_out_with_a_notice(tauvox, tmp_path):
    """Its arrays take 1.1 GB at least."""
    def little_memory():
        resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))

    words = [word for word in SUITE if word != "--no-triad"]
    result = tauvox(*words, "--sizes", "16", "--cases", "gyroid", "--threads", "1", "-o", "t.json", preexec_fn=little_memory)
    assert result.returncode == 0, result.stderr
    assert "--no-triad" in result.stderr and "GB of host memory" in result.stderr
    file = json.loads((tmp_path / "t.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(file)
    assert file["triad"] is None and file["finished"] and len(file["rows"]) == 1
