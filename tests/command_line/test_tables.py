"""Tables of a study beside that of `solve --csv`: one a phase or an axis, each in a file of its own, none over another."""

import csv

import numpy
import pytest
import volumes
from conftest import assert_refused, contents

NAMED = ["--phases", "pore=0,active=1,binder=2", "--voxel-size", "0.4um", "--device", "cpu"]
LINES = [f"lines_{phase}_{axis}" for phase in ("pore", "active", "binder") for axis in "zyx"]
# The study, what else it is asked, and its tables.
STUDIES = [(["sizes"], [f"{of}_{phase}" for of in ("thickness", "intrusion") for phase in ("pore", "active", "binder")]),
           (["chords"], LINES), (["fractions"], ["profile"]), (["interfaces"], ["surface_profile"]),
           (["rve", "--phase", "pore", "--axis", "z,x"], ["rve_z", "rve_x"]),
           (["electrode", "--phase", "pore", "--reactive", "active", "--impedance"], ["impedance"]),
           (["transient", "--phase", "pore", "--end-time", "0.1"], ["transient"]),
           (["transient", "--phase", "pore", "--end-time", "0.1", "--axis", "z,y"], ["transient_z", "transient_y"]),
           (["percolation"], []), (["effective_transport", "--phase", "pore"], [])]
IDS = ["_".join([words[0], *names[1:2]]) for words, names in STUDIES]


@pytest.fixture(autouse=True)
def cathode(tmp_path):
    pattern = numpy.random.default_rng(3).choice(numpy.arange(3, dtype="u1"), (12, 12, 12), p=[0.6, 0.2, 0.2])
    return volumes.hdf5(tmp_path / "cathode.h5", volume=pattern.repeat(4, 0).repeat(4, 1).repeat(4, 2))


def tables(folder):
    return {path.name: path.read_text() for path in folder.glob("*.csv")}


@pytest.mark.parametrize("words, names", STUDIES, ids=IDS)
def test_each_table_has_its_own_name_and_none_is_written_over(tauvox, tmp_path, words, names):
    (tmp_path / "d").mkdir()
    run = ["solve", "cathode.h5", *NAMED, "--study", *words, "--csv", "d/o.csv"]
    result = tauvox(*run)
    assert result.returncode == 0, result.stderr
    written = tables(tmp_path / "d")
    assert sorted(written) == sorted(["o.csv", *(f"o_{name}.csv" for name in names)])
    assert len(set(written.values())) == len(written)
    # Each of them alone is found before anything is computed, and nothing else is written.
    for name in written:
        folder = tmp_path / f"only_{name}"
        folder.mkdir()
        (folder / name).write_text("mine")
        again = [*run[:-1], f"{folder.name}/o.csv"]
        for dry in ([], ["--dry-run"]):
            refused = tauvox(*again, *dry)
            assert_refused(refused, 7, "exists", name)
            assert refused.stdout == "" and contents(folder) == {name: b"mine"}
        if name == "o.csv":
            continue
        assert tauvox(*again, "--overwrite").returncode == 0
        assert tables(folder)[name] == written[name]


def test_tables_hold_what_evaluate_writes(tauvox, tmp_path, without_gnuplot):
    assert tauvox("evaluate", "cathode.h5", *NAMED, "-o", "e").returncode == 0
    for study in ("sizes", "chords"):
        assert tauvox("solve", "cathode.h5", *NAMED, "--study", study, "--csv", f"{study}.csv").returncode == 0
        for path in tmp_path.glob(f"{study}_*.csv"):
            assert path.read_bytes() == (tmp_path / "e" / path.name.removeprefix(f"{study}_")).read_bytes()
    assert len(tables(tmp_path)) == 2 + 6 + 9


@pytest.mark.parametrize("phases, words", [
    ("A b/c=0,A_b_c=1,é=2", ["A_b_c-0", "A_b_c-1", "é"]),  # two that would be alike
    ("a{}=0,..=1,A{}=2", None),
    ("pore=0,Pore=1,PORE=2", ["pore-0", "Pore-1", "PORE-2"]),  # one file where capitals count as small letters
    ("pore=0,solid=1+2", ["pore", "solid"]),
    ("pore=0,active=1,binder=2,solid=1+2", ["pore", "active", "binder"])])  # each voxel is in one table
def test_names_of_phases_become_names_of_files(tauvox, tmp_path, phases, words):
    run = ["solve", "cathode.h5", "--phases", phases, "--voxel-size", "1um", "--device", "cpu", "--study", "sizes", "--csv", "o.csv"]
    result = tauvox(*run)
    if words is None:  # no phase can have such a name
        return assert_refused(result, 2, "--phases", "begin with a letter")
    assert result.returncode == 0, result.stderr
    assert sorted(tables(tmp_path)) == sorted(["o.csv", *(f"o_{of}_{word}.csv" for of in ("thickness", "intrusion") for word in words)])
    if "A b/c" not in phases:
        return
    rows = {row["phase"]: row for row in csv.DictReader((tmp_path / "o.csv").open(newline=""))}
    for phase, word in (("A b/c", "A_b_c-0"), ("A_b_c", "A_b_c-1")):
        *_, widest = csv.reader((tmp_path / f"o_thickness_{word}.csv").open(newline=""))
        assert float(widest[0]) <= 1e6 * float(rows[phase]["inscribed_diameter"]) * 1.001


def test_names_that_the_file_states_are_those_of_tables(tauvox, tmp_path):
    assert tauvox("generate", "electrode", "--size", 24, "--seed", 1, "--voxel-size", "0.4um", "-o", "e1.h5").returncode == 0
    (tmp_path / "o_thickness_binder.csv").write_text("mine")
    run = ["solve", "e1.h5", "--study", "sizes", "--device", "cpu", "--csv", "o.csv"]
    assert_refused(tauvox(*run), 7, "exists", "o_thickness_binder.csv")
    assert tauvox(*run, "--overwrite").returncode == 0
    assert {"o_thickness_pore.csv", "o_thickness_active.csv", "o_thickness_binder.csv"} < set(tables(tmp_path))


def test_a_table_and_another_output_cannot_share_a_name(tauvox, tmp_path):
    run = ["solve", "cathode.h5", *NAMED, "--study", "sizes", "--csv", "o.csv", "--json", "o_thickness_pore.csv"]
    before = contents(tmp_path)
    assert_refused(tauvox(*run), 2, "same name", "o_thickness_pore.csv")
    assert contents(tmp_path) == before


def test_a_table_on_standard_output_is_alone(tauvox, tmp_path):
    result = tauvox("solve", "cathode.h5", *NAMED, "--study", "sizes", "--csv", "-")
    assert [row["phase"] for row in csv.DictReader(result.stdout.splitlines())] and tables(tmp_path) == {}


SAID = "files of the run before, which this one does not write, stay beside its own and are not of it: "


def left_behind(result):
    assert result.returncode == 0, result.stderr
    lines = [line.split(SAID)[1] for line in result.stderr.splitlines() if SAID in line]
    return sorted(lines[0].split(", ")) if lines else []


def test_tables_of_other_phases_that_stay_are_named(tauvox, tmp_path):
    run = ["solve", "cathode.h5", "--voxel-size", "0.4um", "--device", "cpu", "--csv", "o.csv", "--overwrite", "--study", "sizes", "--phases"]
    assert left_behind(tauvox(*run, "pore=0,active=1,binder=2")) == []
    assert left_behind(tauvox(*run, "pore=0,active=1,binder=2")) == []
    before = tables(tmp_path)
    expected = [f"o_{of}_{phase}.csv" for of in ("intrusion", "thickness") for phase in ("binder", "pore")]
    renamed = [*run, "void=0,active=1,glue=2", "--json", "o.json"]
    assert left_behind(tauvox(*renamed, "--dry-run")) == expected
    assert left_behind(tauvox(*renamed)) == expected
    assert {name: tables(tmp_path)[name] for name in expected} == {name: before[name] for name in expected}
    assert left_behind(tauvox(*["p.csv" if word == "o.csv" else word for word in run], "pore=0,active=1,binder=2")) == []  # another name, other files


def test_what_stays_of_another_study_or_axis_is_named(tauvox, tmp_path):
    run = ["solve", "cathode.h5", *NAMED, "--phase", "pore", "--overwrite", "--csv", "o.csv"]
    both = ["--png", "o.png", "--field", "o.h5"]
    assert left_behind(tauvox(*run, *both, "--axis", "z,y")) == []
    assert left_behind(tauvox(*run, *both, "--axis", "z")) == ["o_concentration_y.png", "o_y.h5", "o_z.h5"]
    assert left_behind(tauvox(*run, "--study", "fractions")) == []  # no other fields or pictures are asked for
    assert left_behind(tauvox(*run)) == ["o_profile.csv"]
    (tmp_path / "o.settings.toml").write_text("no TOML")
    assert left_behind(tauvox(*run)) == []
