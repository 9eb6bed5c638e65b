"""What the tables of a lot say: both transports of a phase, every uncertainty, each file once; and which failures are tried again."""

import csv
import itertools
import json
import math
import os
import re
import shutil
import subprocess

import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused, electrode, said_by

pytestmark = pytest.mark.usefixtures("without_gnuplot")

PHASES = ["--phases", "pore=0,active=1,binder=2", "--device", "cpu"]
WITHOUT_DIRECTION = ("volume_fraction", "largest_cluster_fraction", "liquid_volume_fraction")
MIXED = ["--ionic", "active,binder", "--electronic", "active=0.01,binder=1"]


def lot_of(program, folder, size, *arguments):
    electrode(program, folder, size)
    subprocess.run([program, "batch", "cathode.h5", *PHASES, *arguments, "-o", "lot"], cwd=folder, check=True, capture_output=True,
                   env=os.environ | {"PATH": ""})
    return folder


@pytest.fixture(scope="module")
def mixed(program, tmp_path_factory):
    """Ions and electrons in the same phases."""
    return lot_of(program, tmp_path_factory.mktemp("mixed"), 24, *MIXED, "--axis", "z,x")


@pytest.fixture(scope="module")
def sampled(program, tmp_path_factory):
    """Large enough for an uncertainty of sampling."""
    return lot_of(program, tmp_path_factory.mktemp("sampled"), 48, "--ionic", "pore", "--electronic", "active=1,binder=1")


def report_of(folder):
    path, = (folder / "lot/volumes").glob("*/results.json")
    return json.loads(path.read_text())


def table(path):
    return list(csv.DictReader(path.open()))


def collected(program, folder, name):
    subprocess.run([program, "collect", "lot", "-o", name, "--overwrite"], cwd=folder, check=True, capture_output=True)
    return folder / name


def number(text):
    return float(text) if text else None


def transports(report):
    return {(r["carrier"], r["axis"]): r for r in report["results"] if r["study"] == "effective_transport"}


def test_a_transport_says_what_it_carries(mixed):
    of = transports(report_of(mixed))
    assert of.keys() == set(itertools.product(["ions", "electrons"], "zx"))
    assert {r["phase"] for r in of.values()} == {"active+binder"}
    assert all("carrier" not in r for r in report_of(mixed)["results"] if r["study"] != "effective_transport")
    path, = (mixed / "lot/volumes").glob("*/results.csv")
    rows = table(path)
    assert list(rows[0])[-1] == "carrier"
    keys = [tuple(row[name] for name in ("study", "quantity", "phase", "with", "axis", "carrier")) for row in rows]
    assert len(keys) == len(set(keys))
    values = {(row["carrier"], row["axis"]): row["value"] for row in rows if row["quantity"] == "tortuosity_factor"}
    assert {key: float(text) for key, text in values.items()} == {
        key: r["quantities"]["tortuosity_factor"]["value"] for key, r in of.items()}
    page = (path.parent / "report.html").read_text()
    assert "active+binder (electrons), z" in page and "active+binder, z" in page


def test_both_transports_are_rows_of_the_tables(program, mixed):
    of = transports(report_of(mixed))
    as_json, = json.loads(collected(program, mixed, "all.json").read_text())
    for rows in [table(mixed / "lot/batch.csv"), table(collected(program, mixed, "all.csv")), as_json["rows"]]:
        keys = [(row["phase"], row["with"], row["axis"]) for row in rows]
        assert len(keys) == len(set(keys))
        carried = [row for row in rows if row["carrier"]]
        assert {(row["carrier"], row["axis"]) for row in carried} == of.keys() and len(carried) == len(of)
        for row in carried:
            r = of[row["carrier"], row["axis"]]
            assert row["phase"] == ("active+binder" if row["carrier"] == "ions" else "active+binder (electrons)")
            for name in ["effective_ratio", "tortuosity_factor"]:
                got = row["quantities"][name]["value"] if "quantities" in row else float(row[name])
                assert got == pytest.approx(r["quantities"][name]["value"], rel=1e-15)
    page = (mixed / "lot/batch.html").read_text()
    assert "active+binder, axis z" in page and "active+binder (electrons), axis z" in page


def test_both_forms_of_what_is_collected_say_the_same(program, sampled):
    rows, (as_json,) = table(collected(program, sampled, "same.csv")), json.loads(collected(program, sampled, "same.json").read_text())
    seen = set()
    for row, other in zip(rows, as_json["rows"], strict=True):
        cells = {name: text for name, text in row.items() if text and not name.endswith("_unit") and name in as_json_cells(other)}
        assert {name: float(text) for name, text in cells.items()} == as_json_cells(other)
        seen |= {name.rsplit("_", 1)[1] for name in cells if "_uncertainty_" in name}
        stated = [name for name in row if "_uncertainty_" in name and row[name]]
        assert set(stated) <= set(cells)
    assert {"sampling", "solver", "combined"} <= seen


def as_json_cells(row):
    cells = {}
    for name, value in row["quantities"].items():
        number = math.inf if value.get("infinite") else value["value"]
        if number is not None:
            cells[name] = number
        widths = value.get("half_widths", {}) | {"combined": value[key] for key in ["combined_half_width"] if key in value}
        cells |= {f"{name}_uncertainty_{kind}": width for kind, width in widths.items()}
    return cells


def test_a_limit_names_the_carrier(tauvox, tmp_path, mixed):
    of = transports(report_of(mixed))

    def judged(text, code):
        (tmp_path / "limits.toml").write_text('decision_rule = "simple"\n' + text)
        result = tauvox("evaluate", mixed / "cathode.h5", *PHASES, *MIXED, "--axis", "z,x", "--limits", "limits.toml", "-o", "report",
                        "--overwrite")
        assert result.returncode == code, result.stderr
        return result

    judged('tortuosity_factor.ions.max = 50\ntortuosity_factor."active+binder".electrons.x.min = 1e4\n', 11)
    report = json.loads((tmp_path / "report/results.json").read_text())
    assert [(j["subject"], j["value"], j["verdict"]) for j in report["judgements"]] == [
        ("phase active+binder (electrons), axis x", of["electrons", "x"]["quantities"]["tortuosity_factor"]["value"], "fail"),
        ("phase active+binder, axis z", of["ions", "z"]["quantities"]["tortuosity_factor"]["value"], "pass")]
    rows = {(row["carrier"], row["axis"]): row["verdict"] for row in table(tmp_path / "report/results.csv")
            if row["quantity"] == "tortuosity_factor"}
    assert rows == {("ions", "z"): "pass", ("electrons", "x"): "fail", ("ions", "x"): "", ("electrons", "z"): ""}


@pytest.mark.parametrize("limit, options, why", [
    ('tortuosity_factor."active+binder".z.max = 5', MIXED, ["tortuosity_factor.ions or tortuosity_factor.electrons"]),
    ("tortuosity_factor.max = 5", MIXED, ["tortuosity_factor.ions or tortuosity_factor.electrons"]),
    ("tortuosity_factor.active.max = 5", ["--ionic", "active", "--electronic", "active=1"], ["tortuosity_factor.ions or"]),
    ("tortuosity_factor.electrons.max = 5", ["--ionic", "pore"], ["no transport of electrons", "--electronic"]),
    ("tortuosity_factor.pore.electrons.max = 5", ["--ionic", "pore", "--electronic", "active=1"], ["is of active"]),
    ("thickness_d50.pore.ions.max = 5", MIXED, ["of no transport", "leave out ions"]),
    ("effective_ionic_conductivity.electrons.max = 5", [*MIXED, "--electrolyte", "nyman2008"], ["of ions alone"]),
    ("tortuosity_factor.holes.max = 5", MIXED, [".ions or .electrons"]),
])
def test_a_limit_whose_carrier_is_not_clear_is_refused_before_the_run(tauvox, tmp_path, limit, options, why):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text(limit)
    result = tauvox("evaluate", "cathode.h5", *PHASES, "--voxel-size", "1um", *options, "--limits", "limits.toml", "-o", "report")
    assert_refused(result, 2, "limits.toml:1", *why)


def test_a_fraction_of_a_phase_that_carries_both_needs_no_carrier(tauvox, tmp_path):
    volumes.hdf5(tmp_path / "cathode.h5", volume=volumes.LABELS)
    (tmp_path / "limits.toml").write_text('decision_rule = "simple"\nvolume_fraction.active.max = 1\n')
    result = tauvox("evaluate", "cathode.h5", *PHASES, "--voxel-size", "1um", "--ionic", "active", "--electronic", "active=1", "--limits",
                    "limits.toml", "-o", "report")
    assert result.returncode == 0, result.stderr


def test_every_cell_has_what_any_study_knows(program, sampled):
    """A percolation study counts a phase as well and says nothing of its uncertainty."""
    report = report_of(sampled)
    known, widths, together = {}, {}, {}

    def of(key, name):  # voxels are counted: the same along every axis, and so is what is known of it
        return (key[0], key[1], "", name) if name in WITHOUT_DIRECTION else (*key, name)

    for r in report["results"]:
        electrons = " (electrons)" if r.get("carrier") == "electrons" else ""
        key = r.get("phase", "") + electrons, "+".join(r.get("with", [])), r.get("axis", "")
        for name, quantity in r["quantities"].items():
            known.setdefault((key, name), []).append("inf" if quantity.get("infinite") else quantity["value"])
            for kind, found in quantity.get("uncertainty", {}).items():
                if found["half_width"] is not None:
                    widths.setdefault((of(key, name), kind), []).append(found["half_width"])
            if "combined" in quantity:
                together.setdefault(of(key, name), []).append(quantity["combined"]["half_width"])
    cells = 0
    for path in [sampled / "lot/batch.csv", collected(program, sampled, "all.csv")]:
        rows = table(path)
        assert {(row["phase"], row["with"], row["axis"]) for row in rows} == {key for key, name in known}
        for row in rows:
            key = row["phase"], row["with"], row["axis"]
            for column, text in row.items():
                name, _, kind = column.partition("_uncertainty_")
                if kind == "combined":
                    possible = together.get(of(key, name), [None])
                    possible = possible if (key, name) in known else [None]
                elif kind:
                    possible = widths.get((of(key, name), kind), [None]) if (key, name) in known else [None]
                elif any(quantity == name for _, quantity in known):
                    possible = known.get((key, name), [None])
                else:
                    continue
                cells += text != ""
                assert (text if text == "inf" else number(text)) in possible, (key, column, text, possible)
        for axis in "zyx":
            for phase in ("pore", "active", "binder"):
                row, = [row for row in rows if (row["phase"], row["with"], row["axis"]) == (phase, "", axis)]
                assert row["volume_fraction_uncertainty_segmentation"] and row["volume_fraction_uncertainty_combined"], (phase, axis)
    assert cells > 500


def test_the_page_has_what_is_the_same_along_every_axis_once(tauvox, program, tmp_path):
    for seed in (3, 4):
        assert tauvox("generate", "electrode", "--size", 48, "--seed", seed, "--voxel-size", "0.4um", "-o", f"s{seed}.h5").returncode == 0
    assert tauvox("batch", "s3.h5", "s4.h5", *PHASES, "--axis", "y", "-o", "lot").returncode == 0
    page = (tmp_path / "lot/batch.html").read_text()
    for phase in ("pore", "active", "binder"):
        section, = re.findall(f"<h3>volume fraction, {phase}.*?</section>", page, re.DOTALL)
        assert section.startswith(f"<h3>volume fraction, {phase}</h3>") and section.count("&plusmn;") + section.count("±") >= 2
        assert "significant" in section and "not judged" not in section
        for name in ("volume_fraction", "largest_cluster_fraction"):
            assert page.count(f"<code>{name}</code><td>{phase}<") == 1 and f"<code>{name}</code><td>{phase}, axis" not in page
        assert page.count(f"<code>percolating_volume_fraction</code><td>{phase}, axis ") == 3  # that has directions


def test_a_limit_is_judged_by_the_study_that_knows_the_uncertainty(tauvox, tmp_path, sampled):
    (tmp_path / "limits.toml").write_text("volume_fraction.pore.y.max = 0.9\n")
    result = tauvox("evaluate", sampled / "cathode.h5", *PHASES, "--ionic", "pore", "--axis", "z,y", "--limits", "limits.toml", "-o", "report")
    assert result.returncode == 0, result.stderr + result.stdout
    judgement, = json.loads((tmp_path / "report/results.json").read_text())["judgements"]
    assert (judgement["study"], judgement["verdict"]) == ("effective_transport", "pass")


def states(folder):
    return [json.loads(path.read_text()) for path in sorted((folder / "lot/volumes").glob("*/state.json"))]


def test_what_failed_for_want_of_room_is_tried_again(tauvox, tmp_path, library):
    for i in range(2):
        volumes.hdf5(tmp_path / f"s{i}.h5", volume=volumes.repeated(2)[: 12 - i])
    (tmp_path / "s2.h5").write_bytes(b"no volume")
    line = ["batch", "s0.h5", "s1.h5", "s2.h5", "-o", "lot", *PHASES, "--voxel-size", "1um", "--axis", "z"]
    # A write of an evaluation fails: its state can be written, with the reason.
    for k in range(2, 12):
        shutil.rmtree(tmp_path / "lot", ignore_errors=True)
        result = tauvox(*line, env=os.environ | {"LD_PRELOAD": library, "TAUVOX_FAIL": f"write:{k}:28"})
        full = [state for state in states(tmp_path) if state["exit_code"] == 7]
        if full:
            break
    assert result.returncode == 12 and full, result.stderr
    assert all(".part" not in state["reason"] and "No space left" in state["reason"] for state in full)
    assert "1 of them is kept as failed until --retry-failed is given, the same command tries the others again" in result.stderr
    again = tauvox(*line)
    assert [words.split(": ")[1].split(",")[0] for words in again.stdout.splitlines()[:3]] == [
        "finished (evaluated", "finished (evaluated", "failed (kept"], again.stdout
    assert again.returncode == 12 and "no results of 1 of 3 volumes; batch.csv has the reasons; it is kept as failed until --retry-failed" \
        in again.stderr
    rows = table(tmp_path / "lot/batch.csv")
    assert {row["volume"] for row in rows if row["status"] == "failed"} == {"s2.h5"}
    assert not any("No space left" in row["reason"] for row in rows)


def test_each_file_is_taken_once(tauvox, tmp_path):
    (tmp_path / "a").mkdir()
    volumes.hdf5(tmp_path / "a/x.h5", volume=volumes.repeated(2))
    (tmp_path / "slices").mkdir()
    for i, layer in enumerate(numpy.roll(volumes.repeated(2), 1, axis=0)):
        tifffile.imwrite(tmp_path / "slices" / f"s{i:02}.tif", layer)
    names = ["a/x.h5", "./a/x.h5", "a/../a//x.h5", str(tmp_path / "a/x.h5")]
    result = tauvox("batch", *names, "slices", "slices/", "-o", "lot", *PHASES, "--voxel-size", "1um", "--axis", "z")
    assert result.returncode == 0, result.stderr
    assert [line for line in said_by(result).splitlines() if "taken once" in line] == [
        f"notice: {name} is a/x.h5, which is taken once" for name in names[1:]]
    assert {row["volume"] for row in table(tmp_path / "lot/batch.csv")} == {"a/x.h5", "slices"}
    assert [line.split(":")[0] for line in result.stdout.splitlines()[:2]] == ["1/2 a/x.h5", "2/2 slices"]


def test_settings_that_are_said_in_another_way_are_the_same(tauvox, tmp_path):
    """The path of a mask, units of a length and the order of pairs: nothing is evaluated again."""
    (tmp_path / "a").mkdir()
    volumes.hdf5(tmp_path / "a/v.h5", volume=volumes.repeated(2))
    mask = numpy.ones_like(volumes.repeated(2))
    mask[:, :1, :1] = 0
    numpy.save(tmp_path / "a/m.npy", mask)
    (tmp_path / "a/s.toml").write_text('mask = "m.npy"\nionic = ["pore"]\naxis = ["z"]\n')
    words = [*PHASES, "--voxel-size", "0.4um", "--electronic", "active=0.1,binder=1"]
    first = tauvox("batch", "a/v.h5", "--settings", "a/s.toml", "-o", "lot", *words)
    assert first.returncode == 0 and "finished (evaluated" in first.stdout, first.stdout + first.stderr
    for size, pairs in [("0.4um", "active=0.1,binder=1"), ("400nm", "binder=1,active=0.1")]:
        words[-3:] = [size, "--electronic", pairs]
        again = tauvox("batch", "v.h5", "--settings", "s.toml", "-o", "../lot", *words, cwd=tmp_path / "a")
        assert again.returncode == 0 and "finished (kept" in again.stdout, again.stdout
    mask[:, :2, :1] = 0
    numpy.save(tmp_path / "a/m.npy", mask)
    assert "finished (evaluated" in tauvox("batch", "v.h5", "--settings", "s.toml", "-o", "../lot", *words, cwd=tmp_path / "a").stdout
