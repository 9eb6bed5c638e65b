"""Samples that are no box: a label, NaN or a mask is outside; against boxes and plain numpy."""

import json

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused

N = 24
Z, Y, X = numpy.indices((N, N, N))
PHASES = volumes.repeated(4)[:N, :N, :N]  # 0, 1, 2
IN_CYLINDER = (Y + 0.5 - N / 2) ** 2 + (X + 0.5 - N / 2) ** 2 <= (N / 2) ** 2
NAMES = ["--phases", "pore=0,active=1,binder=2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    labels = numpy.where(IN_CYLINDER, PHASES, 7).astype("u1")
    numpy.save(folder / "label.npy", labels)
    numpy.save(folder / "nan.npy", numpy.where(IN_CYLINDER, PHASES, numpy.nan).astype("f4"))
    numpy.save(folder / "phases.npy", PHASES)
    tifffile.imwrite(folder / "mask.tif", (IN_CYLINDER * 255).astype("u1"), photometric="minisblack")
    volumes.hdf5(folder / "both.h5", volume=PHASES, mask=IN_CYLINDER.astype("u1"))
    (IN_CYLINDER * 1).astype("u1").tofile(folder / "mask.raw")
    PHASES.astype("u2").tofile(folder / "phases.raw")
    return folder


def report_of(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


FORMS = [("label.npy", ["--outside", "7"]), ("nan.npy", ["--outside", "nan"]),
         ("phases.npy", ["--mask", "mask.tif"]),
         ("both.h5", ["--dataset", "volume", "--mask", "both.h5", "--mask-dataset", "mask"]),
         ("phases.raw", ["--shape", f"{N},{N},{N}", "--dtype", "uint16", "--mask", "mask.raw"])]


@pytest.mark.parametrize("name, options", FORMS)
def test_every_form_of_a_cylinder_gives_the_same(tauvox, folder, name, options):
    solve = ["--phase", "0", "--axis", "z", "--json", "-", "--quiet"]
    report = report_of(tauvox("solve", name, *options, *solve, cwd=folder))
    first = report_of(tauvox("solve", "label.npy", "--outside", "7", *solve, cwd=folder))
    assert report["results"][0]["quantities"] == first["results"][0]["quantities"]
    inside = PHASES[IN_CYLINDER]
    assert [p["volume_fraction"] for p in report["phases"]] == [(inside == p).mean() for p in (0, 1, 2)]
    outside = report["input"]["outside"]
    assert outside["voxels"] == (~IN_CYLINDER).sum() and options[-2] in outside["source"]
    assert (outside["mask_sha256"] is not None) == ("--mask" in options)
    assert any("outside of the sample" in notice for notice in report["notices"])


def test_a_cylinder_of_layers_conducts_as_layers_in_series(tauvox, tmp_path):
    numpy.save(tmp_path / "layers.npy", numpy.where(IN_CYLINDER, 1 + Z * 2 // N, 0).astype("u1"))
    report = report_of(tauvox("solve", "layers.npy", "--outside", "0", "--conductivity", "1=1,2=0.25", "--json", "-",
                              "--quiet", cwd=tmp_path))
    quantities = report["results"][0]["quantities"]
    assert quantities["effective_ratio"]["value"] == pytest.approx(2 / (1 + 4), rel=1e-4)
    assert quantities["tortuosity_factor"]["value"] == pytest.approx(0.625 / 0.4, rel=1e-4)


def test_transport_has_no_meaning_where_the_section_changes(tauvox, folder):
    for axis in ("x", "all"):
        result = tauvox("solve", "label.npy", "--outside", "7", "--phase", "0", "--axis", axis, cwd=folder)
        assert_refused(result, 4, "section of the sample changes", "--axis z")
    ball = (Z - 11.5) ** 2 + (Y - 11.5) ** 2 + (X - 11.5) ** 2 <= 144
    numpy.save(folder / "ball.npy", numpy.where(ball, PHASES, 7).astype("u1"))
    assert_refused(tauvox("solve", "ball.npy", "--outside", "7", "--phase", "0", cwd=folder), 4, "along z", "--crop")
    assert_refused(tauvox("solve", "label.npy", "--outside", "7", "--phase", "0", "--study", "rve", cwd=folder), 4,
                   "box", "--crop")


def evaluated(tauvox, folder, *options, name="label.npy"):
    result = tauvox("evaluate", name, *NAMES, "--voxel-size", "0.4um", "--overwrite", *options, cwd=folder)
    assert result.returncode == 0, result.stderr
    return json.loads((folder / options[options.index("-o") + 1] / "results.json").read_text()), result


def test_evaluate_counts_nothing_outside_and_repeats_itself(tauvox, folder):
    a, said = evaluated(tauvox, folder, "--outside", "7", "--ionic", "pore", "-o", "label")
    assert "no transport along y, x" in said.stderr and "no uncertainty of sampling" in said.stderr
    transport = [r for r in a["results"] if r["study"] == "effective_transport"]
    assert [r["axis"] for r in transport] == ["z"]
    fractions = {r["phase"]: r["quantities"]["volume_fraction"]["value"] for r in a["results"] if r["study"] == "fractions"}
    assert sum(fractions.values()) == pytest.approx(1, rel=1e-12)
    assert fractions["binder"] == pytest.approx((PHASES[IN_CYLINDER] == 2).mean(), rel=1e-12)
    b, _ = evaluated(tauvox, folder, "--mask", "mask.tif", "--ionic", "pore", "-o", "mask", name="phases.npy")
    assert [r["quantities"] for r in a["results"]] == [r["quantities"] for r in b["results"]]
    assert "SHA-256" in (folder / "mask/report.html").read_text() and "mask.tif" in (folder / "mask/report.html").read_text()
    again = tauvox("evaluate", "mask/settings.toml", "--overwrite", cwd=folder)
    assert again.returncode == 0, again.stderr
    repeated = json.loads((folder / "mask/results.json").read_text())
    assert [r["quantities"] for r in repeated["results"]] == [r["quantities"] for r in b["results"]]


def test_wet_surface_of_a_cylinder_is_no_interface(tauvox, folder):
    numpy.save(folder / "halves.npy", numpy.where(IN_CYLINDER, Z * 2 // N, 7).astype("u1"))
    result = tauvox("evaluate", "halves.npy", "--outside", "7", "--phases", "low=0,high=1", "--voxel-size", "1um",
                    "--overwrite", "-o", "halves", cwd=folder)
    assert result.returncode == 0, result.stderr
    report = json.loads((folder / "halves/results.json").read_text())
    faces = [r["quantities"]["specific_faces"]["value"] for r in report["results"]
             if r["study"] == "interfaces" and r.get("with") == ["high"] or r.get("with") == ["low"]]
    assert faces == [pytest.approx(1e6 / N, rel=1e-12)]  # one plane in N layers
    isolated = [r["quantities"]["isolated_share"]["value"] for r in report["results"] if r["study"] == "connectivity"]
    assert isolated == [0, 0]


def test_convert_keeps_what_is_outside_as_a_label(tauvox, folder):
    result = tauvox("convert", "nan.npy", "nan.h5", "--outside", "nan", "--overwrite", cwd=folder)
    assert result.returncode == 0 and "--outside 3" in result.stdout
    with h5py.File(folder / "nan.h5") as file:
        assert (file["label"][:] == numpy.where(IN_CYLINDER, PHASES, 3)).all()
    listed = tauvox("inspect", "nan.h5", "--outside", "3", cwd=folder)
    assert listed.returncode == 0 and f"{(~IN_CYLINDER).sum()} voxels of the box, not counted" in listed.stdout


def test_field_files_and_pictures_show_what_is_outside(tauvox, folder):
    result = tauvox("solve", "label.npy", "--outside", "7", "--phase", "0,1,2", "--field", "u.h5", "--png", "u",
                    "--overwrite", cwd=folder)
    assert result.returncode == 0, result.stderr
    with h5py.File(folder / "u.h5") as file:
        assert (numpy.isnan(file["concentration"][:]) == ~IN_CYLINDER).all()
        assert (file["label"][:] == numpy.where(IN_CYLINDER, PHASES, 7)).all()


def test_thresholds_of_grey_values_do_not_count_nan(tauvox, folder):
    grey = numpy.random.default_rng(2).normal(60.0 * PHASES, 8).astype("f4")
    numpy.save(folder / "grey.npy", numpy.where(IN_CYLINDER, grey, numpy.nan))
    listed = tauvox("inspect", "grey.npy", "--outside", "nan", cwd=folder)
    assert listed.returncode == 0 and "grey image" in listed.stdout
    cut = report_of(tauvox("inspect", "grey.npy", "--outside", "nan", "--threshold", "otsu3", "--json", "-", cwd=folder))
    assert cut["input"]["thresholds"] == [pytest.approx(30, abs=6), pytest.approx(90, abs=6)]
    assert cut["input"]["outside"]["voxels"] == (~IN_CYLINDER).sum()


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
@pytest.mark.parametrize("option", ["otsu", "otsu3"])
def test_otsu_counts_what_the_mask_leaves(tauvox, folder, kind, option):
    """What lies outside has two values of its own, which would be classes of their own."""
    grey = numpy.random.default_rng(3).normal(60 + 40.0 * PHASES, 6)
    outside = numpy.where(Z % 2 == 0, 3, 250)
    if kind == "u2":
        grey, outside = 200 * grey, 200 * outside
    grey = numpy.where(IN_CYLINDER, grey, outside).astype(kind)
    numpy.save(folder / "masked.npy", grey)
    numpy.save(folder / "alone.npy", grey[IN_CYLINDER].reshape(1, 1, -1))

    def thresholds(*options):
        return report_of(tauvox("inspect", *options, "--threshold", option, "--json", "-", cwd=folder))["input"]["thresholds"]

    found = thresholds("masked.npy", "--mask", "mask.tif")
    assert found == thresholds("alone.npy")
    assert found != thresholds("masked.npy")
    if kind == "f4":
        numpy.save(folder / "nan.npy", numpy.where(IN_CYLINDER, grey, numpy.nan))
        assert thresholds("nan.npy", "--outside", "nan") == found
    crop = ["--crop", "3:15,:,:"]
    numpy.save(folder / "alone.npy", grey[3:15][IN_CYLINDER[3:15]].reshape(1, 1, -1))
    assert thresholds("masked.npy", "--mask", "mask.tif", *crop) == thresholds("alone.npy")


def test_what_inspect_shows_of_a_masked_image_is_of_the_sample(tauvox, folder):
    grey = numpy.random.default_rng(3).normal(60 + 40.0 * PHASES, 6)
    for kind in ("u1", "f4"):
        numpy.save(folder / "masked.npy", numpy.where(IN_CYLINDER, grey, 250).astype(kind))
        shown = report_of(tauvox("inspect", "masked.npy", "--mask", "mask.tif", "--json", "-", cwd=folder))["input"]["grey"]
        cut = report_of(tauvox("inspect", "masked.npy", "--mask", "mask.tif", "--threshold", "otsu", "--json", "-", cwd=folder))
        assert shown["otsu"] == cut["input"]["thresholds"]


@pytest.mark.parametrize("name, options, code, words", [
    ("label.npy", ["--outside", "air"], 2, ["--outside", "nan"]),
    ("label.npy", ["--outside", "5"], 4, ["label 5", "7 ("]),
    ("nan.npy", [], 4, ["--outside nan"]),
    ("nan.npy", ["--outside", "nan", "--filter", "median"], 2, ["--filter", "nan"]),
    ("label.npy", ["--outside", "7", "--phases", "pore=0,active=1,binder=2,air=7"], 4, ["label 7", "no phase"]),
    ("phases.npy", ["--mask", "nothing.tif"], 3, ["mask", "nothing.tif"]),
    ("phases.npy", ["--mask", "nan.npy"], 4, ["mask", "NaN"]),
    ("phases.npy", ["--mask", "both.h5"], 2, ["mask", "/mask", "/volume"]),
    ("phases.npy", ["--mask-dataset", "mask"], 2, ["--mask"]),
    ("label.npy", ["--outside", "7", "--mask", "small.npy"], 4, ["shape", "2x2x2"]),
    ("phases.npy", ["--mask", "zeros.npy"], 4, ["no voxel is of the sample"]),
    ("phases.npy", ["--mask", "late.npy"], 4, ["--crop 2:24,0:24,0:24"])])
def test_what_cannot_be_is_refused(tauvox, folder, name, options, code, words):
    numpy.save(folder / "small.npy", numpy.ones((2, 2, 2), "u1"))
    numpy.save(folder / "zeros.npy", numpy.zeros((N, N, N), "u1"))
    numpy.save(folder / "late.npy", (Z >= 2).astype("u1"))
    assert_refused(tauvox("solve", name, "--phase", "0", *options, cwd=folder), code, *words)
    if "--phases" not in options:
        assert_refused(tauvox("inspect", name, *options, cwd=folder), code, *words)
        assert_refused(tauvox("convert", name, "out.h5", *options, cwd=folder), code, words[-1])
        assert not (folder / "out.h5").exists()


def test_parts_of_a_crop_are_those_of_the_mask(tauvox, folder):
    crop = ["--crop", "2:,:,:12", "--phase", "0", "--json", "-", "--quiet"]
    a = report_of(tauvox("solve", "phases.npy", "--mask", "mask.tif", *crop, cwd=folder))
    b = report_of(tauvox("solve", "label.npy", "--outside", "7", *crop, cwd=folder))
    assert a["results"][0]["quantities"] == b["results"][0]["quantities"]


def test_a_label_that_may_be_absent(tauvox, folder):
    result = tauvox("solve", "phases.npy", "--outside", "7", "--phase", "0", "--allow-absent", cwd=folder)
    assert result.returncode == 0 and "no voxel is outside" in result.stderr


def effective_ratio(sigma, inside):
    """Conjugate gradients in plain numpy between plates below and above; what is no number conducts nothing."""
    n, conducts = sigma.shape[0], sigma > 0
    index = numpy.where(conducts, numpy.cumsum(conducts).reshape(sigma.shape) - 1, -1)
    diagonal, load = numpy.zeros(conducts.sum()), numpy.zeros(conducts.sum())
    rows, columns, links = [], [], []
    for axis in range(3):
        a, b = (numpy.moveaxis(array, axis, 0) for array in (sigma, index))
        met = (a[:-1] > 0) & (a[1:] > 0)
        g, i, j = 2 / (1 / a[:-1][met] + 1 / a[1:][met]), b[:-1][met], b[1:][met]
        rows, columns, links = rows + [i, j], columns + [j, i], links + [g, g]
    rows, columns, links = map(numpy.concatenate, (rows, columns, links))
    numpy.add.at(diagonal, rows, links)
    for layer in (0, -1):
        diagonal[index[layer][conducts[layer]]] += 2 * sigma[layer][conducts[layer]]
    load[index[0][conducts[0]]] = 2 * sigma[0][conducts[0]]
    u, rest = numpy.zeros_like(load), load.copy()
    step = rest / diagonal
    product = rest @ step
    while numpy.linalg.norm(rest) > 1e-11 * numpy.linalg.norm(load):
        change = diagonal * step - numpy.bincount(rows, links * step[columns], len(step))
        u += product / (step @ change) * step
        rest -= product / (step @ change) * change
        step, product = rest / diagonal + rest @ (rest / diagonal) / product * step, rest @ (rest / diagonal)
    current = (2 * sigma[-1][conducts[-1]] * u[index[-1][conducts[-1]]]).sum()
    return current * n / inside[0].sum()


def test_transport_through_a_cylinder_is_that_of_plain_numpy(tauvox, tmp_path):
    labels = (numpy.random.default_rng(3).random((8, 8, 8)) < 0.45).repeat(3, 0).repeat(3, 1).repeat(3, 2)
    numpy.save(tmp_path / "v.npy", numpy.where(IN_CYLINDER, labels, 9).astype("u1"))
    sigma = numpy.where(IN_CYLINDER, numpy.where(labels, 0.05, 1.0), 0)
    report = report_of(tauvox("solve", "v.npy", "--outside", "9", "--conductivity", "0=1,1=0.05", "--tolerance", "1e-9",
                              "--precision", "double", "--json", "-", "--quiet"))
    with numpy.errstate(divide="ignore"):
        expected = effective_ratio(sigma, IN_CYLINDER)
    assert report["results"][0]["quantities"]["effective_ratio"]["value"] == pytest.approx(expected, rel=1e-8)


def test_what_a_mask_lacks_is_no_option_of_the_volume(tauvox, folder):
    refused = tauvox("solve", folder / "phases.npy", "--mask", folder / "nan.npy", "--phase", "0")
    assert_refused(refused, 4, "the mask cannot be used", "of a mask nothing but whole numbers is taken")
