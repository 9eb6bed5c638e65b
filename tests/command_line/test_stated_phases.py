"""What a file states of its labels and of how it came about: names of phases are used where none are given, and both go
through every form that holds text."""

import json
import tomllib
from pathlib import Path

import h5py
import numpy
import pytest
import volumes
from conftest import assert_refused

LABELS = volumes.repeated(2)  # 0, 1, 2
NAMES = "pore=0,active=1,binder=2"
SPACED = "pore=0, active=1, binder=2"
FORMS = ["h5", "tif", "vti", "mha", "nrrd", "nii", "nii.gz"]


def done(tauvox, *arguments):
    result = tauvox(*arguments)
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture
def scan(tmp_path):
    numpy.save(tmp_path / "scan.npy", LABELS)
    return "scan.npy"


@pytest.fixture
def named(tauvox, scan):
    """A function that makes a file of a form, with names of phases."""

    def make(name="named.h5", phases=NAMES):
        done(tauvox, "convert", scan, name, "--phases", phases, "--voxel-size", "2,1,0.5um", "--overwrite")
        return name

    return make


def said_by(result):
    """Notices and warnings, wherever they stand."""
    lines = (result.stdout + result.stderr).splitlines()
    return [line for line in lines if line.startswith(("notice: ", "warning: "))]


def inspected(tauvox, *arguments):
    return json.loads(done(tauvox, "inspect", *arguments, "--json", "-").stdout)


def values(report):
    return [(r.get("axis"), r.get("phase"), name, q["value"]) for r in report["results"] for name, q in r["quantities"].items()]


# How a file came about


@pytest.mark.parametrize("middle", FORMS)
def test_every_form_hands_on_how_a_volume_came_about(tauvox, scan, tmp_path, middle):
    done(tauvox, "convert", scan, "first.h5", "--phases", NAMES, "--voxel-size", "2,1,0.5um", "--crop", ":,0:6,:")
    done(tauvox, "convert", "first.h5", f"second.{middle}")
    done(tauvox, "convert", f"second.{middle}", "third.h5", "--orient", "x,y,z")
    with h5py.File(tmp_path / "third.h5") as file:
        of_root = {name: text.decode() for name, text in file.attrs.items()}
    expected = {"history_1_input": "scan.npy", "history_1_voxel_size_source": "--voxel-size", "history_1_phases": NAMES,
                "history_2_input": "first.h5", "history_2_dataset": "/label", "history_2_phases": NAMES,
                "input": f"second.{middle}", "read_orient": "x,y,z", "phases": NAMES}
    for name, text in expected.items():
        assert of_root[name] == text, name
    assert "0:6" in of_root["history_1_read_crop"]
    assert len(of_root["history_1_input_sha256"]) == 64 and "history_3_input" not in of_root
    report = inspected(tauvox, "third.h5")
    history = report["input"]["history"]
    assert [step["input"] for step in history] == ["scan.npy", "first.h5", f"second.{middle}"]
    assert history[0] == {name[len("history_1_"):]: text for name, text in of_root.items() if name.startswith("history_1_")}
    shown = done(tauvox, "inspect", "third.h5").stdout
    for text in ("step 1 ", "step 3 ", "input = scan.npy", "input = first.h5", "read_orient = x,y,z"):
        assert text in shown
    assert "step 4 " not in shown


@pytest.mark.parametrize("form", FORMS)
def test_a_file_made_of_a_scan_states_one_step(tauvox, named, form):
    name = named(f"a.{form}")
    (step,) = inspected(tauvox, name)["input"]["history"]
    assert step["input"] == "scan.npy" and step["phases"] == NAMES and step["voxel_size_source"] == "--voxel-size"
    assert step["converted_by"].startswith("tauvox ") and "length_unit" not in step


def test_files_of_others_state_no_history(tauvox, scan, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["volume"] = LABELS
        file.attrs["input"] = "somewhere"
    for name in ("scan.npy", "other.h5"):
        assert inspected(tauvox, name)["input"]["history"] == []
        assert "came about" not in done(tauvox, "inspect", name).stdout


def test_fields_and_reports_of_a_run_state_it_too(tauvox, named, solve, tmp_path):
    named()
    report = solve("named.h5", "--phase", "pore", "--axis", "z", "--field", "out.vti")
    assert [step["input"] for step in report["input"]["history"]] == ["scan.npy"]
    assert [step["input"] for step in inspected(tauvox, "out.vti")["input"]["history"]] == ["scan.npy", "named.h5"]


@pytest.mark.parametrize("name", ["a.npy", "a.raw"])
def test_forms_without_a_place_for_it_say_so(tauvox, named, name):
    printed = done(tauvox, "convert", named(), name).stdout
    assert "the form keeps labels alone, and not where they come from" in printed and f"--phases {NAMES}" in printed
    spaced = done(tauvox, "convert", named(phases="the pore=0,rest=1+2"), name, "--overwrite").stdout
    assert "--phases 'the pore=0,rest=1+2'" in spaced


def test_what_another_program_sees_of_it(tauvox, named, tmp_path):
    """h5py above; tifffile and VTK here."""
    import tifffile
    done(tauvox, "convert", named(), "again.tif")
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert file.is_imagej and f"tauvox_phases={NAMES}" in file.pages[0].description
        assert "tauvox_history_1_input=scan.npy" in file.pages[0].description
        assert (file.asarray() == LABELS).all()
    vtk = pytest.importorskip("vtk")
    done(tauvox, "convert", "named.h5", "again.vti")
    reader = vtk.vtkXMLImageDataReader()
    reader.SetFileName(str(tmp_path / "again.vti"))
    reader.Update()
    data = reader.GetOutput().GetFieldData()
    assert data.GetAbstractArray("history_1_input").GetValue(0) == "scan.npy"
    assert data.GetAbstractArray("phases").GetValue(0) == NAMES


# Names of phases


@pytest.mark.parametrize("form", FORMS)
def test_phases_that_a_file_states_are_used_and_printed(tauvox, named, solve, form):
    name = named(f"a.{form}")
    told = [line for line in said_by(done(tauvox, "inspect", name)) if "phases" in line]
    assert len(told) == 1 and told[0].startswith(f"notice: phases {SPACED} are those that {name} states (")
    stated = solve(name, "--phase", "pore", "--axis", "all")
    given = solve(name, "--phase", "pore", "--axis", "all", "--phases", NAMES)
    plain = solve(name, "--phase", "0", "--axis", "all", "--phases", "x=0")
    assert stated["settings"] == given["settings"]  # of which the keys of results and checkpoints are made
    assert stated["settings"]["phases"] and [value for *_, value in values(stated)] == [value for *_, value in values(plain)]
    assert values(stated) == values(given)
    assert [notice for notice in stated["notices"] if "are those that" in notice]
    assert not [notice for notice in given["notices"] if "states" in notice]


def test_what_the_user_says_overrules_the_file(tauvox, named, solve, tmp_path):
    name = named()
    report = solve(name, "--phases", "void=0", "--phase", "void")
    assert [n for n in report["notices"] if n.startswith(f"--phases overrules what {name} states: phases {SPACED}")]
    assert report["phases"][0]["name"] == "void"
    same = solve(name, "--phases", "binder=2,active=1,pore=0", "--phase", "pore")  # in another order
    assert not [n for n in same["notices"] if "states" in n]
    assert_refused(tauvox("solve", name, "--phases", "void=0", "--phase", "pore"), 2, "valid are: void")
    # A study file stands above the volume, and below the command line.
    (tmp_path / "study.toml").write_text(f'input = "{name}"\nphase = "solid"\ndevice = "cpu"\n[phases]\nsolid = [1, 2]\n')
    assert solve("study.toml")["settings"]["phases"] == {"solid": [1, 2]}
    (tmp_path / "names.toml").write_text(f'input = "{name}"\nphase = "active"\ndevice = "cpu"\n')
    assert solve("names.toml")["settings"]["phases"] == {"pore": 0, "active": 1, "binder": 2}
    assert solve("names.toml", "--phases", "active=2")["settings"]["phases"] == {"active": 2}
    assert_refused(tauvox("solve", name, "--phase", "ghost"), 2, "valid are: pore, active, binder")


def test_the_settings_beside_the_results_repeat_the_run(tauvox, named, solve, tmp_path):
    first = solve(named(), "--phase", "pore", "--csv", "out.csv")
    assert tomllib.loads((tmp_path / "out.settings.toml").read_text())["phases"] == {"pore": 0, "active": 1, "binder": 2}
    assert values(solve("out.settings.toml")) == values(first)


def test_an_evaluation_needs_no_names_where_the_file_states_them(tauvox, named, tmp_path, without_gnuplot):
    name = named()
    done(tauvox, "evaluate", name, "--no-sampling", "-o", "stated", "--device", "cpu")
    done(tauvox, "evaluate", name, "--no-sampling", "-o", "given", "--device", "cpu", "--phases", NAMES)
    stated, given = (json.loads((tmp_path / folder / "results.json").read_text()) for folder in ("stated", "given"))
    assert values(stated) == values(given) and len(values(stated)) > 50
    assert stated["settings"]["phases"] == given["settings"]["phases"]
    page = (tmp_path / "stated" / "report.html").read_text()
    assert f"phases {SPACED} are those that {name} states" in page and "input = scan.npy" in page
    assert tauvox("evaluate", "stated/settings.toml", "--dry-run").returncode == 0
    with h5py.File(tmp_path / name, "a") as file:
        del file.attrs["phases"]
    assert_refused(tauvox("evaluate", name), 2, "no phase has a name")


@pytest.mark.parametrize("phases", ["pore=zero", "pore", "pore=0,pore=1", "0=pore", "a\\b=1", ",", "pore=0;active=1"])
@pytest.mark.parametrize("command", [["inspect"], ["solve", "--phase", "0", "--axis", "z", "--device", "cpu"]])
def test_names_that_make_no_sense_are_one_warning(tauvox, named, tmp_path, phases, command):
    name = named()
    with h5py.File(tmp_path / name, "a") as file:
        file.attrs["phases"] = phases
    told = [line for line in said_by(done(tauvox, *command, name)) if "phases" in line]
    assert len(told) == 1 and told[0].startswith(f"warning: {name} states phases that cannot be used (")
    assert told[0].endswith(": give --phases") and phases.split(",")[0][:4] in told[0]
    # It stays among what the file states of itself, and is no name in what is made of it.
    done(tauvox, "convert", name, "next.tif", "--overwrite")
    assert inspected(tauvox, "next.tif")["input"]["history"][0]["phases"] == phases
    assert "states" not in "".join(said_by(tauvox("inspect", name, "--phases", "x=0")))


def test_control_characters_of_a_name_reach_no_terminal(tauvox, named, tmp_path):
    name = named()
    with h5py.File(tmp_path / name, "a") as file:
        file.attrs["phases"] = "po\x1b[31mre=0"
        file.attrs["history_1_input"] = "a\x1b[2Jb\nc"
        file.attrs["history_99999999999999999999_input"] = "far"
        file.attrs["history_7_"] = "nameless"
        file.attrs["history_-3_x"] = "below"
    result = done(tauvox, "inspect", name)
    assert "\x1b" not in result.stdout + result.stderr and "a\\x1b[2Jb\\nc" in result.stdout
    history = inspected(tauvox, name)["input"]["history"]
    assert history[0] == {"x": "below"} and history[1] == {"input": "a\\x1b[2Jb\\nc"} and len(history) == 3


def test_what_does_not_occur_is_left_out_with_a_word(tauvox, solve, tmp_path):
    labels = LABELS.copy()
    labels[:, :4, :] = numpy.where(labels[:, :4, :] == 2, 1, labels[:, :4, :])
    numpy.save(tmp_path / "scan.npy", labels)
    phases = NAMES + ",solid=1+2"
    done(tauvox, "convert", "scan.npy", "a.h5", "--phases", phases, "--voxel-size", "1um")
    report = solve("a.h5", "--phase", "pore", "--crop", ":,0:4,:", "--csv", "out.csv")
    (told,) = report["warnings"]
    assert told == "of the phases that a.h5 states, binder=2, solid=2 have no voxel in what was read: left out"
    assert tomllib.loads((tmp_path / "out.settings.toml").read_text())["phases"] == {"pore": 0, "active": 1, "solid": 1}
    assert values(solve("out.settings.toml")) == values(report)
    done(tauvox, "convert", "a.h5", "b.tif", "--crop", ":,0:4,:")
    assert inspected(tauvox, "b.tif")["warnings"] == []
    # Who names it is told that it does not occur.
    refused = tauvox("solve", "a.h5", "--phase", "binder", "--crop", ":,0:4,:")
    assert_refused(refused, 4, "label 2 (binder) does not occur")
    assert "correct --phase," in refused.stderr
    assert_refused(tauvox("solve", "a.h5", "--phase", "pore", "--phases", NAMES, "--crop", ":,0:4,:"), 4, "label 2 (binder)")
    allowed = solve("a.h5", "--phase", "pore", "--crop", ":,0:4,:", "--allow-absent")
    assert allowed["settings"]["phases"] == {"pore": 0, "active": 1, "binder": 2, "solid": [1, 2]}


def test_other_labels_and_other_arrays_have_other_names(tauvox, named, solve):
    name = named()
    report = inspected(tauvox, name, "--threshold", "1")
    assert [n for n in report["notices"] if n.startswith(f"phases that {name} states are not used, as --threshold makes other labels")]
    assert not report["settings"]["phases"]
    solve(name, "--phase", "pore", "--axis", "z", "--field", "out.h5")
    assert inspected(tauvox, "out.h5")["settings"]["phases"]
    of_field = done(tauvox, "inspect", "out.h5", "--dataset", "/concentration", "--outside", "nan")
    assert "pore" not in "".join(line for line in said_by(of_field) if "phases" in line)


def test_long_names_are_whole_in_every_form(tauvox, scan):
    long = ",".join(f"{'x' * 40} {'äß' * 3} {label}={label}" for label in range(3)) + \
        "," + ",".join(f"{'union ' * 8}{number}=0+1+2" for number in range(12))
    assert len(long) > 800
    for form in FORMS:
        done(tauvox, "convert", scan, f"a.{form}", "--phases", long)
        done(tauvox, "convert", f"a.{form}", "back.h5", "--overwrite")
        assert inspected(tauvox, "back.h5")["input"]["history"][-2]["phases"] == long, form


def test_what_is_outside_is_named(tauvox, scan, tmp_path):
    done(tauvox, "convert", scan, "a.h5", "--outside", "2")
    said = "a.h5 states that voxels of label 2 are outside of the sample: --outside 2 leaves them out"
    assert said in inspected(tauvox, "a.h5")["notices"]
    assert said not in inspected(tauvox, "a.h5", "--outside", "2")["notices"]


# Files of others


def test_an_attribute_of_the_dataset_names_phases(tauvox, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["volume"] = LABELS
        file["volume"].attrs["phases"] = "pore=0,active=1"
    assert "notice: phases pore=0, active=1 are those that a.h5 states (attribute phases of /volume)" in said_by(
        done(tauvox, "inspect", "a.h5"))


@pytest.mark.parametrize("owner, value, shown", [("/", "pore=0", "which may be of another dataset"),
                                                  ("/volume", ["pore", "active"], "pore, active (attribute phases of /volume)"),
                                                  ("/volume", 7, "7 (attribute phases of /volume)")])
def test_attributes_that_are_not_plain_are_named(tauvox, tmp_path, owner, value, shown):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["volume"] = LABELS
        file[owner].attrs["phases"] = value
    (told,) = said_by(done(tauvox, "inspect", "a.h5"))[1:]
    assert "a.h5 names labels in a way that is not understood" in told and shown in told and "give --phases" in told
    assert "names labels" not in "".join(said_by(done(tauvox, "inspect", "a.h5", "--phases", "x=0")))


def test_a_segmentation_by_the_package_of_slicer(tauvox):
    path = Path(__file__).parents[1] / "io" / "golden" / "slicerio.seg.nrrd"
    report = inspected(tauvox, path)
    assert report["settings"]["phases"] == {"active material": 1, "binder": 2} and report["input"]["shape"] == [6, 10, 14]
    assert report["input"]["voxel_size_m"] == pytest.approx([2e-6, 1e-6, 5e-7], rel=1e-9)


def seg_nrrd(path, segments):
    """As 3D Slicer writes a segmentation of one layer: SegmentN_... behind ":="."""
    lines = ["NRRD0004", "type: unsigned char", "dimension: 3", "space: left-posterior-superior",
             "sizes: " + " ".join(map(str, LABELS.shape[::-1])), "space directions: (0.5,0,0) (0,1,0) (0,0,2)",
             "kinds: domain domain domain", "encoding: raw", "space origin: (0,0,0)"]
    for i, (name, label, layer) in enumerate(segments):
        lines += [f"Segment{i}_Color:=0.5 0.6 0.7", f"Segment{i}_Extent:=0 13 0 11 0 9", f"Segment{i}_ID:=Segment_{i + 1}",
                  f"Segment{i}_LabelValue:={label}", f"Segment{i}_Layer:={layer}", f"Segment{i}_Name:={name}"]
    lines += ["Segmentation_MasterRepresentation:=Binary labelmap", "", ""]
    path.write_bytes("\n".join(lines).encode() + LABELS.astype("u1").tobytes())


def test_segments_of_slicer_name_phases(tauvox, tmp_path, solve):
    seg_nrrd(tmp_path / "a.seg.nrrd", [("active material", 1, 0), ("binder", 2, 0)])
    assert any(line.startswith("notice: phases active material=1, binder=2 are those that a.seg.nrrd states (Segment0_Name")
               for line in said_by(done(tauvox, "inspect", "a.seg.nrrd")))
    assert values(solve("a.seg.nrrd", "--phase", "binder")) == values(
        solve("a.seg.nrrd", "--phase", "2", "--phases", "active material=1,binder=2"))


@pytest.mark.parametrize("segments, shown", [
    ([("NMC, coarse", 1, 0), ("binder", 2, 0)], "'NMC, coarse' = 1, 'binder' = 2 (Segment0_Name"),
    ([("a", 1, 0), ("b", 1, 1)], "segments of several layers"), ([("a", 1, 0), ("a", 2, 0)], "'a' = 1, 'a' = 2"),
    ([("a", 1, 0), ("b", 1, 0)], "'a' = 1, 'b' = 1"), ([("a", "one", 0)], "'a' = one")])
def test_segments_that_are_not_plain_are_named(tauvox, tmp_path, segments, shown):
    seg_nrrd(tmp_path / "a.seg.nrrd", segments)
    (told,) = [line for line in said_by(done(tauvox, "inspect", "a.seg.nrrd")) if "names labels" in line]
    assert shown in told and told.startswith("warning: a.seg.nrrd names labels") and "give --phases NAME=LABEL" in told


# What is generated says what its labels are


@pytest.mark.parametrize("form", FORMS)
def test_generated_electrode_is_evaluated_without_names(tauvox, tmp_path, form):
    done(tauvox, "generate", "electrode", "--size", 12, "--voxel-size", "1um", "-o", f"e.{form}")
    result = done(tauvox, "evaluate", f"e.{form}", "--no-sampling", "-o", "report")
    assert f"notice: phases {SPACED} are those" in result.stdout + result.stderr
    report = json.loads((tmp_path / "report/results.json").read_text())
    assert {"pore", "active", "binder"} <= {phase for _, phase, _, _ in values(report)}


def test_generated_names_are_of_labels_that_occur(tauvox, tmp_path):
    done(tauvox, "generate", "electrode", "--size", 2, "--porosity", 0.9, "-o", "few.h5")
    done(tauvox, "generate", "sphere", "--size", 12, "-o", "sphere.h5")
    with h5py.File(tmp_path / "few.h5") as few, h5py.File(tmp_path / "sphere.h5") as sphere:
        assert few.attrs["phases"].decode() == "pore=0,binder=2"
        assert "phases" not in sphere.attrs
