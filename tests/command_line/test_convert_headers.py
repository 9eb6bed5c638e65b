"""`tauvox convert` to MetaImage, NRRD and NIfTI: labels of every type, size, origin; what other packages read in them.
SimpleITK, nibabel and pynrrd are no packages of Debian: where they are not installed, their tests are left out, and the
headers are read here."""

import gzip
import json
import struct
import zlib

import h5py
import numpy
import pytest
import volumes
from conftest import assert_refused

LABELS = volumes.repeated(2)
FORMS = ["mha", "nrrd", "nii", "nii.gz"]
STEPS = [2.0, 1.0, 0.5]  # z, y, x, um


def write(path, labels=LABELS, steps=STEPS):
    with h5py.File(path, "w") as file:
        file["volume"] = labels
        if steps:
            file["volume"].attrs["element_size_um"] = steps


def converted(tauvox, name, *options):
    result = tauvox("convert", "in.h5", name, *options)
    assert result.returncode == 0, result.stderr
    return result


def fields_of(path, separator):
    """Of a text header, and what stands behind it."""
    head, data = {}, path.read_bytes()
    while True:
        line, data = data.split(b"\n", 1)
        if not line:
            return head, data
        name, _, value = line.decode().partition(separator)
        head[name] = value.strip()
        if name == "ElementDataFile ":
            return head, data


@pytest.mark.parametrize("form", FORMS)
def test_the_same_numbers_come_back(tauvox, solve, tmp_path, form):
    write(tmp_path / "in.h5")
    converted(tauvox, f"a.{form}", "--phases", "pore=0,rest=1")
    first, second = (solve(name, "--phase", "0", "--axis", "all") for name in ("in.h5", f"a.{form}"))
    for a, b in zip(first["results"], second["results"]):
        value = a["quantities"]["effective_ratio"]["value"]
        assert b["quantities"]["effective_ratio"]["value"] == pytest.approx(value, rel=1e-6)
    assert second["input"]["voxel_size_m"] == pytest.approx(first["input"]["voxel_size_m"], rel=1e-12)
    converted_again = tauvox("convert", f"a.{form}", "b.h5")
    assert converted_again.returncode == 0, converted_again.stderr
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["label"].dtype == numpy.uint8 and (file["label"][...] == LABELS).all()
        assert file["label"].attrs["element_size_um"] == pytest.approx(STEPS, rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind, top", [("i1", -3), ("u2", 60000), ("i2", -300), ("u4", 3_000_000_000), ("i4", -70000), ("i8", 2**40)])
def test_labels_of_every_type(tauvox, tmp_path, form, kind, top):
    labels = numpy.where(LABELS == 1, numpy.array(top, kind), LABELS.astype(kind))
    write(tmp_path / "in.h5", labels, None)
    converted(tauvox, f"a.{form}")
    result = tauvox("convert", f"a.{form}", "b.npy")
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr and "cubes (give --voxel-size" in result.stdout  # no size is no size
    found = numpy.load(tmp_path / "b.npy")
    assert found.dtype == kind and (found == labels).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_ratio_stays_a_ratio(tauvox, tmp_path, form):
    head = '<VTKFile type="ImageData"><ImageData WholeExtent="0 7 0 6 0 5" Origin="0 0 0" Spacing="0.5 1 2">'
    text = " ".join(map(str, volumes.LABELS.ravel()))
    (tmp_path / "in.h5").write_text(f'<?xml version="1.0"?>{head}<Piece Extent="0 7 0 6 0 5"><PointData><DataArray type="UInt8" '
                                    f'Name="phase" format="ascii">{text}</DataArray></PointData></Piece></ImageData></VTKFile>')
    converted(tauvox, f"a.{form}")
    said = tauvox("inspect", f"a.{form}", "--json", "-")
    report = json.loads(said.stdout)
    assert report["input"]["voxel_size_m"] is None
    assert any("4 : 2 : 1" in warning for warning in report["warnings"]), report["warnings"]


def test_the_header_of_a_metaimage(tauvox, tmp_path):
    write(tmp_path / "in.h5")
    converted(tauvox, "a.mha", "--phases", "pore=0,rest=1", "--crop", "1:,:,:")
    head, data = fields_of(tmp_path / "a.mha", "=")
    head = {name.strip(): value for name, value in head.items()}
    assert head["DimSize"] == "16 14 11" and head["ElementType"] == "MET_UCHAR"
    assert head["ElementSpacing"] == "0.0005 0.001 0.002" and head["DistanceUnits"] == "mm"
    assert int(head["CompressedDataSize"]) == len(data)  # ITK reads nothing without it
    assert zlib.decompress(data) == LABELS[1:].tobytes()
    assert head["tauvox_phases"] == "pore=0,rest=1" and head["tauvox_read_crop"] == "1:,0:,0:"
    assert len(head["tauvox_input_sha256"]) >= 64


def test_the_header_of_a_nrrd(tauvox, tmp_path):
    write(tmp_path / "in.h5")
    (tmp_path / "in.h5").rename(tmp_path / "a\\b.h5")
    result = tauvox("convert", "a\\b.h5", "a.nrrd", "--phases", "pore=0,rest=1")
    assert result.returncode == 0, result.stderr
    head, data = fields_of(tmp_path / "a.nrrd", ":")
    assert head["sizes"] == "16 14 12" and head["type"] == "uint8" and head["encoding"] == "gzip"
    assert head["space directions"] == "(0.0005,0,0) (0,0.001,0) (0,0,0.002)" and head["space units"] == '"mm" "mm" "mm"'
    assert head["tauvox_phases"] == "=pore=0,rest=1" and head["tauvox_input"] == "=a\\\\b.h5"
    assert gzip.decompress(data) == LABELS.tobytes()


@pytest.mark.parametrize("second", [False, True])
def test_the_header_of_a_nifti(tauvox, tmp_path, second):
    labels = numpy.resize(numpy.arange(7, dtype="u1") % 3, (2, 3, 40000 if second else 8))
    write(tmp_path / "in.h5", labels)
    converted(tauvox, "a.nii.gz", "--phases", "pore=0,rest=1")
    data = gzip.decompress((tmp_path / "a.nii.gz").read_bytes())
    places = ("<i8q8d", 4, 16, 104, "<q", 168, "<i", 500, 344, 240, 400, "<4d") if second else \
        ("<h8h8f", 344, 40, 76, "<f", 108, "<b", 123, 252, 148, 280, "<4f")
    _, magic, dim, pixdim, of_offset, offset, of_units, units, forms, descrip, rows, of_row = places
    assert struct.unpack_from("<i", data)[0] == (540 if second else 348)
    assert data[magic:magic + 4] == (b"n+2\0" if second else b"n+1\0")
    assert struct.unpack_from("<8q" if second else "<8h", data, dim) == (3, labels.shape[2], 3, 2, 1, 1, 1, 1)
    assert struct.unpack_from("<8d" if second else "<8f", data, pixdim)[:4] == pytest.approx((1, 5e-4, 1e-3, 2e-3), rel=1e-6)
    assert struct.unpack_from(of_units, data, units)[0] == 2  # mm
    assert struct.unpack_from("<ii" if second else "<hh", data, forms) == (1, 1)
    assert [struct.unpack_from(of_row, data, rows + i * struct.calcsize(of_row))[i] for i in range(3)] == \
        pytest.approx([-5e-4, -1e-3, 2e-3], rel=1e-6)  # x to the left, y to the back
    start = int(struct.unpack_from(of_offset, data, offset)[0])
    assert start % 16 == 0 and data[start:] == labels.tobytes()
    assert data[descrip:descrip + 79].rstrip(b"\0").endswith(b"pore=0,rest=1")
    size, code = struct.unpack_from("<ii", data, (540 if second else 348) + 4)
    assert size % 16 == 0 and code == 6 and b"tauvox_phases=pore=0,rest=1\n" in data[:start]


def test_names_of_labels_that_do_not_occur(tauvox, tmp_path):
    write(tmp_path / "in.h5")
    assert_refused(tauvox("convert", "in.h5", "a.mha", "--phases", "pore=0,gas=9"), 4, "9", "allow-absent")
    converted(tauvox, "a.mha", "--phases", "pore=0,gas=9", "--allow-absent")
    assert_refused(tauvox("convert", "in.h5", "a.mhd"), 2, "unknown ending .mhd", ".mha")
    assert_refused(tauvox("convert", "in.h5", ".nii.gz"), 2, "valid endings")


@pytest.mark.parametrize("form", FORMS)
def test_simpleitk_reads_them(tauvox, tmp_path, form):
    itk = pytest.importorskip("SimpleITK")
    write(tmp_path / "in.h5")
    (tmp_path / "in.h5").rename(tmp_path / f"{'long' * 60}.h5")  # its lines are no longer than 500
    folder = tmp_path / ("deep" * 60)
    folder.mkdir()
    result = tauvox("convert", str(tmp_path / f"{'long' * 60}.h5"), str(folder / f"a.{form}"), "--phases", "pore=0,rest=1")
    assert result.returncode == 0, result.stderr
    image = itk.ReadImage(str(folder / f"a.{form}"))
    assert (itk.GetArrayFromImage(image) == LABELS).all()
    assert image.GetSpacing() == pytest.approx((5e-4, 1e-3, 2e-3), rel=1e-6)
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1) and image.GetOrigin() == (0, 0, 0)
    if form in ("mha", "nrrd"):
        assert image.GetMetaData("tauvox_phases") == "pore=0,rest=1"


def test_nibabel_and_pynrrd_read_them(tauvox, tmp_path):
    nibabel, nrrd = pytest.importorskip("nibabel"), pytest.importorskip("nrrd")
    long = numpy.resize(numpy.arange(7, dtype="u1") % 3, (2, 3, 40000))
    for labels, kind in ((LABELS, "Nifti1Image"), (long, "Nifti2Image")):
        write(tmp_path / "in.h5", labels)
        for name in ("a.nii", "a.nii.gz", "a.nrrd"):
            converted(tauvox, name, "--overwrite")
        for name in ("a.nii", "a.nii.gz"):
            image = nibabel.load(tmp_path / name)
            assert type(image).__name__ == kind and (numpy.asarray(image.dataobj) == labels.T).all()
            assert image.header.get_zooms() == pytest.approx((5e-4, 1e-3, 2e-3), rel=1e-6)
            assert image.header.get_xyzt_units()[0] == "mm"
            assert (image.header.get_qform() == image.header.get_sform()).all()
            assert b"tauvox_input=in.h5" in image.header.extensions[0].get_content()
        data, head = nrrd.read(str(tmp_path / "a.nrrd"))
        assert (data == labels.T).all() and head["space units"] == ["mm"] * 3
