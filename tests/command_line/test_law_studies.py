"""Electrodes and diffusion in time where voxels conduct by their grey values, as a user asks for them; against numpy."""

import csv
import json

import numpy
import pytest
import tomllib
import volumes
from conftest import assert_refused, value
from test_law import write_table

ELECTRODE, TRANSIENT = ["--study", "electrode"], ["--study", "transient"]
WALL = 60000


def only(report):
    result, = report["results"]
    return result


@pytest.fixture
def labels(tmp_path):
    """A volume of labels, what they conduct, and the same as a table of grey values."""
    numpy.save(tmp_path / "v.npy", volumes.LABELS)
    write_table(tmp_path / "labels.csv", lambda g: [1.0, 0.0, 0.25][g], range(3))
    return ["--conductivity", "0=1,1=0,2=0.25"], ["--conductivity-table", "labels.csv"]


@pytest.fixture
def pore(tmp_path):
    """A pore of 1500 cells, each with a grey value of its own, in walls that react; and what they conduct, over the largest."""
    greys = numpy.random.default_rng(4).permutation(1500) * 30
    volume = numpy.full((1500, 3, 3), WALL, "u2")
    volume[:, 1, 1] = greys
    numpy.save(tmp_path / "pore.npy", volume)
    write_table(tmp_path / "pore.csv", lambda g: 0.0 if g == WALL else 3 * 10 ** (-g / 15000), [*range(0, 45000, 30), WALL])
    return 10 ** (-greys / 15000)


PORE = ["pore.npy", "--conductivity-table", "pore.csv"]


def test_an_electrode_has_what_its_labels_give(solve, labels):
    by_label, by_grey = labels
    asked = [*ELECTRODE, "--impedance", "--periodic-sides"]
    given = solve("v.npy", *by_label, "--reactive", "1", *asked)
    for more in [[], ["--reactive", "1"], ["--phases", "solid=1", "--reactive", "solid"]]:
        found = solve("v.npy", *by_grey, *more, *asked)
        assert only(found)["quantities"] == only(given)["quantities"]
        assert found["curves"] == given["curves"] and found["warnings"] == given["warnings"]
        said = [notice for notice in found["notices"] if "insulates reacts: 1 of 3 grey values, from 1 to 1" in notice]
        assert len(said) == (0 if more else 1)


@pytest.mark.parametrize("boundary", ["uptake", "membrane"])
def test_a_transient_has_what_its_labels_give(solve, labels, boundary):
    by_label, by_grey = labels
    asked = [*TRANSIENT, "--boundary", boundary, "--end-time", "0.1"]
    given, found = solve("v.npy", *by_label, *asked), solve("v.npy", *by_grey, *asked)
    assert only(found)["quantities"] == only(given)["quantities"] and found["curves"] == given["curves"]
    assert only(found).get("remarks") == only(given).get("remarks")


def test_many_cells_of_a_pore_share_classes_within_the_bound(tauvox, solve, tmp_path, pore):
    cells = len(pore)
    drops = (pore[:-1] + pore[1:]) / (2 * pore[:-1] * pore[1:])  # across a face; what is stored behind it flows through it
    exact = 1 / (2 * pore[0]) + ((1 - numpy.arange(1, cells) / cells) ** 2 * drops).sum()
    report = solve(*PORE, *ELECTRODE)
    r = only(report)
    found = r["quantities"]["pore_resistance"]
    assert found["bounds"][0] <= exact <= found["bounds"][1]
    assert value(r, "pore_resistance") == pytest.approx(exact, rel=1e-4)
    assert value(r, "electrode_tortuosity_factor") == pytest.approx(27 / cells * pore.mean() / 9 * exact, rel=1e-4)
    assert value(r, "reactive_faces") == 4 * cells
    assert any("1500 grey values that conduct share" in remark and "the bound holds for their own" in remark
               for remark in r["remarks"])
    plan = json.loads(tauvox("solve", *PORE, *ELECTRODE, "--dry-run", "--json", "-", "--device", "cpu").stdout)
    assert [b["bytes"] for b in plan["buffers"] if b["name"] == "concentration"] == [4 * 9 * cells]  # for the bound
    tight = solve(*PORE, *ELECTRODE, "--tolerance", "1e-9", "--precision", "double")
    warning, = tight["warnings"]
    assert "wider" in warning and "1500 grey values" in warning
    low, high = only(tight)["quantities"]["pore_resistance"]["bounds"]
    assert low <= exact <= high


def test_the_impedance_of_many_cells_is_within_its_error(tauvox, tmp_path, pore):
    run = tauvox("solve", *PORE, *ELECTRODE, "--impedance", "--json", "out.json", "--csv", "out.csv", "--device", "cpu")
    assert run.returncode == 0 and "everything that insulates reacts: 1 of 1501 grey values" in run.stderr
    cells = len(pore)
    with open(tmp_path / "out_impedance.csv") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        s = 1j * float(row["omega_over_omega_0"]) * pore.mean() / (4 * cells ** 2)
        Y = 4 * s
        for k in range(cells - 1, 0, -1):
            Y = 4 * s + 1 / ((pore[k - 1] + pore[k]) / (2 * pore[k - 1] * pore[k]) + 1 / Y)
        exact, Z = 1 / (2 * pore[0]) + 1 / Y, float(row["re"]) + 1j * float(row["im"])
        assert abs(Z / exact - 1) < float(row["error_estimate"]) * 1.01
    spread = numpy.exp(numpy.log(1000) / 254 / 2) - 1
    assert 0.5 * spread < min(float(row["error_estimate"]) for row in rows[30:40]) < 3 * spread

    (tmp_path / "out.json").unlink()
    again = tauvox("solve", "out.settings.toml", "--overwrite")
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "out.json").read_text())["results"][0]["quantities"]["reactive_faces"]["value"] == 4 * cells
    assert "reactive" not in tomllib.loads((tmp_path / "out.settings.toml").read_text())


def test_many_layers_have_their_time_lag(solve, pore):
    behind = numpy.cumsum(numpy.append(1 / (2 * pore[-1]), ((pore[:-1] + pore[1:]) / (2 * pore[:-1] * pore[1:]))[::-1]))[::-1]
    R = behind[0] + 1 / (2 * pore[0])
    u = behind / R
    report = solve(*PORE, *TRANSIENT, "--boundary", "membrane", "--end-time", "1e-5")
    r = only(report)
    low, high = r["quantities"]["steady_flux"]["bounds"]
    assert low <= len(pore) / R / 9 <= high and high - low < 2e-4 * high
    lag = (u * (1 - u)).sum() * R / len(pore) ** 2
    told = r["quantities"]["time_lag"]["uncertainty"]["solver"]
    assert abs(value(r, "time_lag") - lag) <= told["half_width"] and value(r, "time_lag") == pytest.approx(lag, rel=1e-3)
    remark, = [text for text in r["remarks"] if "share" in text]
    assert "1500 grey values" in remark and "What came in is off by at most 1.2 %" in remark
    assert value(r, "reached_capacity") == pytest.approx(1 / 9)


def test_a_sealed_pore_of_many_cells(solve, pore):
    report = solve(*PORE, *TRANSIENT, "--end-time", "1e-6")
    r = only(report)
    errors = value(r, "time_step_error") + value(r, "open_error")
    told = r["quantities"]["uptake"]["uncertainty"]["solver"]
    assert told["kind"] == "estimate"
    assert told["half_width"] == pytest.approx(errors + 0.01158 * value(r, "uptake"), rel=0.01)
    assert "uncertainties of uptake and amounts allow" in next(text for text in r["remarks"] if "share" in text)


def test_a_transient_by_grey_values_goes_on_and_shows_its_fields(tauvox, tmp_path):
    greys = numpy.random.default_rng(6).permutation(1000).reshape(10, 10, 10)
    numpy.save(tmp_path / "g.npy", greys.astype("u2"))
    write_table(tmp_path / "g.csv", lambda g: 10 ** (-g / 500), [0, 999])
    asked = ["solve", "g.npy", "--conductivity-table", "g.csv", *TRANSIENT, "--end-time", "0.3", "--time-tolerance", "1e-4",
             "--device", "cpu"]
    whole = tauvox(*asked, "--json", "whole.json")
    assert whole.returncode == 0, whole.stderr
    ended = tauvox(*asked, "--json", "r.json", "--time-limit", "0.02")
    while ended.returncode == 75:
        ended = tauvox(*asked, "--json", "r.json")
    assert ended.returncode == 0, ended.stderr
    numbers = [only(json.loads((tmp_path / name).read_text()))["quantities"] for name in ("whole.json", "r.json")]
    assert numbers[0] == numbers[1]
    fields = tauvox(*asked, "--field", "fill.pvd", "--frames", "3", "--json", "f.json")
    if "VTK" in fields.stderr and fields.returncode == 2:
        pytest.skip("a build without VTK")
    assert fields.returncode == 0, fields.stderr
    assert len(list(tmp_path.glob("fill_*.vti"))) == 4
    assert only(json.loads((tmp_path / "f.json").read_text()))["quantities"] == numbers[0]


@pytest.mark.parametrize("more, code, facts", [
    (["--reactive", "0"], 2, ["cannot both conduct and react", "0 conducts 3"]),
    (["--reactive", "7"], 4, ["label 7 does not occur", "--reactive"]),
    (["--reactive", "wall"], 2, ["no phase has a name", "--reactive"]),
    (["--phase", "0"], 2, ["--conductivity-table and --phase exclude"]),
    (["--double-layer", "0.1"], 2, ["--impedance"])])
def test_what_cannot_react_is_refused(tauvox, pore, more, code, facts):
    assert_refused(tauvox("solve", *PORE, *ELECTRODE, *more), code, *facts)


def test_what_has_no_name_or_does_not_insulate_cannot_react(tauvox, solve, tmp_path, pore):
    fractions = numpy.random.default_rng(5).random((6, 6, 6))
    fractions[:, 0] = 2
    numpy.save(tmp_path / "f.npy", fractions)
    table = write_table(tmp_path / "f.csv", lambda g: max(1.5 - g, 0.0), [0, 1.5, 2])
    assert_refused(tauvox("solve", "f.npy", *table, *ELECTRODE, "--reactive", "2"), 2, "fractions", "leave it out")
    report = solve("f.npy", *table, *ELECTRODE)
    assert value(only(report), "reactive_faces") == 36
    assert any("grey values, from 2 to 2" in notice and "--reactive" not in notice for notice in report["notices"])
    everywhere = write_table(tmp_path / "k.csv", lambda g: 1.0 + g, [0, WALL])
    assert_refused(tauvox("solve", "pore.npy", *everywhere, *ELECTRODE), 4, "no grey value insulates", "1501 grey values",
                   "from 0 to 60000", "--law")
