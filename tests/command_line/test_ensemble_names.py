"""Names of phases in the ensembles of DREAM.3D, in files as h5py writes what DREAM.3D 6 and DREAM3D-NX write."""

import json
import struct

import h5py
import numpy
import pytest
import volumes
from conftest import assert_refused

LABELS = volumes.LABELS
APART = "PhaseName is packed, in chunks or in another file"
NAMES = ["Invalid Phase", "pore", "active material", "binder"]
TEXTS = h5py.string_dtype("ascii")  # of no fixed length, as both programs write them
OLD = "/DataContainers/ImageDataContainer/{}"
NEW = "/DataStructure/Image Geometry/{}"


def dream3d(path, names=NAMES, place=OLD, matrix="CellEnsembleData", texts="PhaseName", labels=LABELS + 1, **stored):
    """Numbers of phases and of particles, each with a component behind z, y, x; a text for each phase."""
    cells = "CellData" if place == OLD else "Cell Data"
    with h5py.File(path, "w") as file:
        for name in ("Phases", "FeatureIds"):
            file[place.format(cells) + "/" + name] = labels[..., None].astype("i4")
        file[place.format("CellFeatureData") + "/Active"] = numpy.ones(4, "u1")
        file[place.format(matrix) + "/CrystalStructures"] = numpy.array([[999], [1], [1], [0]], "u4")
        if names is not None:
            stored = {"dtype": TEXTS} | stored
            file.create_dataset(place.format(matrix) + "/" + texts, data=names, **stored)
        if place == OLD:
            file[place.format(matrix)].attrs["AttributeMatrixType"] = numpy.uint32(11)
    return place.format(cells)


@pytest.fixture
def look(tauvox):
    """Notices and warnings on names, and the names, of what was made at a place."""

    def run(cells, *arguments, name="a.dream3d", dataset="Phases"):
        result = tauvox("inspect", name, "--dataset", f"{cells}/{dataset}", "--json", "-", *arguments)
        assert result.returncode == 0, result.stderr
        report = json.loads(result.stdout)
        said = [text for text in report["notices"] + report["warnings"] if "phases" in text or "names" in text]
        return said, report["settings"]["phases"] or {}

    return run


@pytest.mark.parametrize("place, matrix, texts", [
    (OLD, "CellEnsembleData", "PhaseName"), (OLD, "Materials", "PhaseName"), (OLD, "EnsembleAttributeMatrix", "MaterialName"),
    (NEW, "Cell Ensemble Data", "PhaseName"), (NEW, "CellEnsembleData", "PhaseNames")])
def test_names_of_the_ensembles_are_used(look, tmp_path, place, matrix, texts):
    cells = dream3d(tmp_path / "a.dream3d", place=place, matrix=matrix, texts=texts)
    (told,), phases = look(cells)
    assert told == ("phases Invalid Phase=0, pore=1, active material=2, binder=3 are those that a.dream3d states "
                    f"({place.format(matrix)}/{texts}; Invalid Phase=0 has no voxel)")
    assert phases == {"pore": 1, "active material": 2, "binder": 3}


@pytest.mark.parametrize("dtype", ["S20", h5py.string_dtype("utf-8"), h5py.string_dtype("utf-8", 20)])
def test_every_kind_of_text_is_read(look, tmp_path, dtype):
    with h5py.File(tmp_path / "a.dream3d", "w") as file:
        file[cells := OLD.format("CellData") + "/Phases"] = LABELS[..., None] + 1
        names = [name.encode() for name in NAMES] if dtype == "S20" else NAMES
        file.create_dataset(OLD.format("Ensembles/PhaseName"), data=names, dtype=dtype)
    assert look(cells[:-len("/Phases")])[1] == {"pore": 1, "active material": 2, "binder": 3}


def test_a_run_takes_them_as_if_they_were_given(tauvox, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d")
    run = ["solve", "a.dream3d", "--dataset", f"{cells}/Phases", "--axis", "z", "--device", "cpu", "--json", "-", "--phase"]
    stated, given = (json.loads(tauvox(*run, *more).stdout) for more in
                     (["pore"], ["pore", "--phases", "pore=1,active material=2,binder=3"]))
    assert stated["settings"] == given["settings"] and stated["results"][0]["quantities"]["effective_ratio"]["value"] > 0
    assert {name: q["value"] for name, q in stated["results"][0]["quantities"].items()} == \
        {name: q["value"] for name, q in given["results"][0]["quantities"].items()}
    # A name that is asked for is kept, and does not occur.
    assert_refused(tauvox(*run, "Invalid Phase"), 4, "label 0 (Invalid Phase) does not occur")
    # Where label 0 occurs it has its name, and another that is missing is a warning as ever.
    cells = dream3d(tmp_path / "b.dream3d", labels=LABELS)
    result = tauvox("inspect", "b.dream3d", "--dataset", f"{cells}/Phases")
    assert "of the phases that b.dream3d states, binder=3 has no voxel in what was read: left out" in result.stdout + result.stderr
    evaluated = tauvox("evaluate", "b.dream3d", "--dataset", f"{cells}/Phases", "--voxel-size", "1um", "--no-sampling", "-o", "e")
    assert evaluated.returncode == 0 and "label 0 (Invalid Phase)" in evaluated.stdout


def test_particles_and_others_have_none(look, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d")
    assert look(cells, dataset="FeatureIds") == ([], {})
    with h5py.File(tmp_path / "a.dream3d", "a") as file:
        file["DataContainers/Phases"] = LABELS  # of no container
        file["elsewhere/CellData/Phases"] = LABELS
        file["elsewhere/Ensembles/PhaseName"] = numpy.array(NAMES, TEXTS)
        file[f"{cells}/PhaseName"] = numpy.array(NAMES, TEXTS)  # of each cell, and not beside them
        del file[OLD.format("CellEnsembleData")]
    for place in ("/DataContainers", "/elsewhere/CellData", cells):
        assert look(place) == ([], {})
    dream3d(tmp_path / "a.dream3d", names=None)
    assert look(cells) == ([], {})


def test_what_the_user_says_and_an_attribute_come_first(look, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d")
    told, phases = look(cells, "--phases", "void=1")
    assert phases == {"void": 1} and told[0].startswith("--phases overrules what a.dream3d states: phases Invalid Phase=0, pore=1")
    with h5py.File(tmp_path / "a.dream3d", "a") as file:
        file[f"{cells}/Phases"].attrs["phases"] = "hole=1"
    assert look(cells)[1] == {"hole": 1}


@pytest.mark.parametrize("names, used, shown", [
    (["", "pore", "Fe, bcc", ""], {"pore": 1}, "'Fe, bcc' = 2"),
    (["", "316L steel", "a=b", "x" * 65], {}, "'316L steel' = 1, 'a=b' = 2, '" + "x" * 65 + "' = 3"),
    (["", "alike", "other", "alike"], {"other": 2}, "'alike' = 1, 'alike' = 3"),
    ([b"", b"pore\x1b[31m", b"f\xe4hig", "γ-Fe".encode()], {"γ-Fe": 3}, "'pore\\x1b[31m' = 1, 'f\\xe4hig' = 2"),
    (["Unknown Phase", "y" * 300], {}, "'" + "y" * 80 + "...' = 1"),
])
def test_names_that_no_phase_can_have_are_named(look, tmp_path, names, used, shown):
    cells = dream3d(tmp_path / "a.dream3d", names=names)
    said, phases = look(cells)
    assert phases == used
    told, = [text for text in said if "not used" in text]
    assert told == (f"a.dream3d names labels as no phase can be named, or several alike: {shown} "
                    f"({OLD.format('CellEnsembleData')}/PhaseName): these names are not used; give --phases NAME=LABEL,...")
    assert "not used" not in "".join(look(cells, "--phases", "x=1")[0])


def test_a_block_of_the_user_before_the_file_and_long_texts(look, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d", names=["y" * 30000, "pore", "z" * 10000, "binder"])
    (tmp_path / "b.dream3d").write_bytes(b"")
    with h5py.File(tmp_path / "a.dream3d") as file, h5py.File(tmp_path / "b.dream3d", "w", userblock_size=1024) as other:
        file.copy("DataContainers", other)
    for name in ("a.dream3d", "b.dream3d"):
        assert look(cells, name=name)[1] == {"pore": 1, "binder": 3}


def test_names_around_which_there_is_space(look, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d", names=["Invalid Phase", " pore ", "\tactive", "binder"])
    assert look(cells)[1] == {"pore": 1, "active": 2, "binder": 3}


def test_two_ensembles_are_told_apart_by_nobody(look, tmp_path):
    cells = dream3d(tmp_path / "a.dream3d")
    with h5py.File(tmp_path / "a.dream3d", "a") as file:
        file[OLD.format("Others/MaterialName")] = numpy.array(NAMES, TEXTS)
    (told,), phases = look(cells)
    assert phases == {} and "and no name is used" in told and told.count("ImageDataContainer/") == 3


def changed(make):
    def write(path):
        cells = dream3d(path, names=None)
        with h5py.File(path, "a") as file:
            make(file, file[OLD.format("CellEnsembleData")])
        return cells
    return write


def shared(path):
    """1000 rows of one text of 60 kB: 60 MB as they are read."""
    cells = dream3d(path, names=["x" * 60000] + ["y"] * 999)
    data = path.read_bytes()
    with h5py.File(path) as file:
        at = file[OLD.format("CellEnsembleData/PhaseName")].id.get_offset()
    path.write_bytes(data[:at] + data[at:at + 16] * 1000 + data[at + 16000:])
    return cells


def longer(path):
    """A text that claims 4 GB."""
    cells = dream3d(path)
    data = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        at = file[OLD.format("CellEnsembleData/PhaseName")].id.get_offset()
    data[at + 16:at + 20] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(data)
    return cells


def elsewhere(path):
    """A text that is an object of the heap which is not there: HDF5 1.10 does not survive it."""
    cells = dream3d(path)
    data = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        at = file[OLD.format("CellEnsembleData/PhaseName")].id.get_offset()
    data[at + 28:at + 32] = struct.pack("<I", 99)
    path.write_bytes(data)
    return cells


@pytest.mark.parametrize("make, said", [
    (changed(lambda file, group: group.create_dataset("PhaseName", data=[1, 2, 3])), "PhaseName holds no texts"),
    (changed(lambda file, group: group.create_dataset("PhaseName", data=numpy.array([NAMES] * 2, TEXTS))),
     "PhaseName is no list with one text in each row"),
    (changed(lambda file, group: group.create_dataset("PhaseName", (10**9,), TEXTS)), "has 1000000000 rows, and at most 1000 are read"),
    (changed(lambda file, group: group.create_dataset("PhaseName", (4,), "S1000000")), "holds more than 65536 bytes of text"),
    (changed(lambda file, group: group.create_dataset("PhaseName", (4,), "S20", chunks=(4,), compression="gzip")), APART),
    (changed(lambda file, group: group.create_dataset("PhaseName", (4,), TEXTS, chunks=(10**8,), maxshape=(None,))), APART),
    (changed(lambda file, group: group.create_dataset("PhaseName", (4,), "S20", external=[("/etc/passwd", 0, 80)])), APART),
    (shared, "holds more than 65536 bytes of text"),
    (longer, "holds more than 65536 bytes of text"),
    (elsewhere, "PhaseName is damaged: the text of row 1 is not where it should be"),
])
def test_texts_of_odd_kinds_and_hostile_sizes_are_not_used(look, tmp_path, make, said):
    (told,), phases = look(make(tmp_path / "a.dream3d"))
    assert said in told and phases == {}
    assert told.startswith("a.dream3d names labels in a way that is not understood, and no name is used: ")


def test_links_lead_to_no_other_file(look, tmp_path):
    other = dream3d(tmp_path / "other.dream3d")
    write = changed(lambda file, group: group.__setitem__("PhaseName", h5py.ExternalLink(
        "other.dream3d", OLD.format("CellEnsembleData/PhaseName"))))
    assert look(write(tmp_path / "a.dream3d")) == ([], {})
    write = changed(lambda file, group: file.__setitem__(OLD.format("Loop"), h5py.SoftLink(OLD.format("Loop"))))
    assert look(write(tmp_path / "a.dream3d")) == ([], {})
    write = changed(lambda file, group: (group.__setitem__("Names", numpy.array(NAMES, TEXTS)),
                                         group.__setitem__("PhaseName", h5py.SoftLink("Names"))))
    assert look(write(tmp_path / "a.dream3d"))[1] == {"pore": 1, "active material": 2, "binder": 3}
    assert other.startswith("/DataContainers")


def test_an_export_of_ilastik_states_no_names(look, tmp_path):
    """Its attributes are these three; names of labels are in the project, which is another file."""
    tags = {"axes": [{"key": key, "typeFlags": flag, "resolution": 0} for key, flag in zip("zyxc", (2, 2, 2, 1))]}
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_dataset("exported_data", data=(LABELS + 1)[..., None], chunks=(6, 7, 8, 1))
        data.attrs["axistags"] = json.dumps(tags)
        data.attrs["drange"] = (0, 255)
        data.attrs["display_mode"] = "random-colortable"
    assert look("", name="a.h5", dataset="exported_data") == ([], {})
