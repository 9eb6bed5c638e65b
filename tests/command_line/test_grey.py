"""Grey volumes: seen as such, filtered, cut into labels, cleaned; against plain numpy."""

import itertools
import json

import h5py
import numpy
import pytest
import tifffile
import volumes
from conftest import assert_refused

LABELS = volumes.repeated(3)
GREY = numpy.random.default_rng(1).normal(numpy.array([60.0, 180.0, 120.0])[LABELS], 15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grey")
    bytes_ = GREY.clip(0, 255).astype("u1")
    tifffile.imwrite(folder / "u1.tif", bytes_, photometric="minisblack")
    numpy.save(folder / "u1.npy", bytes_)
    numpy.save(folder / "u2.npy", (GREY * 200).clip(0, 65535).astype("u2"))
    numpy.save(folder / "f4.npy", (GREY / 255).astype("f4"))
    numpy.save(folder / "f8.npy", GREY * 1e5 - 1e6)
    numpy.save(folder / "u4.npy", (GREY.clip(0) * 1e6).astype("u4"))
    return folder


def read(path):
    return numpy.load(path).astype(float)


def least_variance(values, thresholds):
    """By trying all cuts between neighbouring values."""
    levels = numpy.unique(values)
    cuts = (levels[1:] + levels[:-1]) / 2

    def variance(chosen):
        classes = numpy.digitize(values, chosen)
        return sum(((part := values[classes == c]) - part.mean()) @ (part - part.mean()) for c in numpy.unique(classes))

    return list(min(itertools.combinations(cuts, thresholds), key=variance))


def converted(tauvox, folder, tmp_path, name, *options):
    out = tmp_path / "out.npy"
    result = tauvox("convert", str(folder / name), str(out), "--overwrite", *options)
    assert result.returncode == 0, result.stderr
    return numpy.load(out), result


@pytest.mark.parametrize("option, thresholds", [("otsu", 1), ("otsu3", 2)])
def test_otsu_leaves_the_least_variance(tauvox, folder, tmp_path, option, thresholds):
    coarse = (read(folder / "u1.npy") // 8).astype("u1")
    numpy.save(tmp_path / "coarse.npy", coarse)
    labels, result = converted(tauvox, tmp_path, tmp_path, "coarse.npy", "--threshold", option)
    cuts = least_variance(coarse.ravel().astype(float), thresholds)
    assert (labels == numpy.digitize(coarse, cuts)).all()
    assert f"threshold by Otsu's method: {','.join(f'{cut:g}' for cut in cuts)}\n" in result.stderr


@pytest.mark.parametrize("name", ["u1.npy", "u2.npy", "f4.npy", "f8.npy", "u4.npy"])
def test_every_type_gives_nearly_the_same_labels(tauvox, folder, tmp_path, name):
    labels, _ = converted(tauvox, folder, tmp_path, name, "--threshold", "otsu3")
    expected, _ = converted(tauvox, folder, tmp_path, "u1.npy", "--threshold", "otsu3")
    assert (labels != expected).mean() < 0.01 and set(numpy.unique(labels)) == {0, 1, 2}


def windows(values, edge):
    """Of every voxel, the values within the cube around it; NaN beyond the sides."""
    padded = numpy.pad(values, edge // 2, constant_values=numpy.nan)
    return numpy.lib.stride_tricks.sliding_window_view(padded, (edge,) * 3).reshape(*values.shape, -1)


def smoothed(values, deviation):
    """Weights as far as 4 standard deviations, with a sum of 1 at the sides too."""
    for axis in range(3):
        places = numpy.arange(values.shape[axis])
        apart = places[:, None] - places
        weights = numpy.exp(-0.5 * (apart / deviation) ** 2) * (abs(apart) <= int(4 * deviation))
        weights /= weights.sum(1, keepdims=True)
        values = numpy.moveaxis(numpy.tensordot(weights, values, (1, axis)), 0, axis)
    return values


@pytest.mark.parametrize("filters, expected", [
    ("median", lambda v: numpy.nanmedian(windows(v, 3), -1)),
    ("median=5", lambda v: numpy.nanmedian(windows(v, 5), -1)),
    ("gaussian=1.5", lambda v: smoothed(v, 1.5)),
    ("median,gaussian=0.7", lambda v: smoothed(numpy.nanmedian(windows(v, 3), -1), 0.7)),
])
def test_filters_are_those_of_the_textbook(tauvox, folder, tmp_path, filters, expected):
    values = expected(read(folder / "u2.npy"))
    for threshold in [15000.5, 24000.5]:
        labels, _ = converted(tauvox, folder, tmp_path, "u2.npy", "--filter", filters, "--threshold", str(threshold))
        unsure = abs(values - threshold) < 0.01  # FP32
        assert (labels == (values >= threshold))[~unsure].all() and unsure.sum() < 10


def test_inspect_shows_a_grey_volume_as_such(tauvox, folder, tmp_path):
    for name, values in [("u1.tif", 200), ("f4.npy", 800)]:
        result = tauvox("inspect", str(folder / name), "--json", "report.json", "--histogram", "h.png", "--overwrite")
        assert result.returncode == 0, result.stderr
        lines = [line for line in result.stdout.splitlines() if "#" in line]
        assert 16 < len(lines) <= 32 and "percolates" not in result.stdout
        assert "--threshold otsu3 three classes, cut at" in result.stdout
        assert (tmp_path / "h.png").read_bytes().startswith(b"\x89PNG")
        report = json.loads((tmp_path / "report.json").read_text())
        grey = report["input"]["grey"]
        levels = numpy.array([grey["of_label_0"] + grey["step"] * phase["label"] for phase in report["phases"]])
        stored = GREY.clip(0, 255).astype("u1") if name == "u1.tif" else (GREY / 255).astype("f4")
        counts = numpy.array([phase["voxels"] for phase in report["phases"]])
        assert values < len(levels) <= 1024
        assert abs((levels * counts).sum() / counts.sum() - stored.mean()) <= grey["step"] / 2
        assert len(grey["otsu"]) == 1 and len(grey["otsu3"]) == 2 and report["results"] == []
        assert "look like those of a grey image" in report["warnings"][0]


def test_labels_are_no_grey_values(tauvox, tmp_path):
    many = numpy.arange(300).reshape(5, 6, 10).repeat(4, 0).repeat(4, 1).repeat(4, 2).astype("u2")  # watershed
    numpy.save(tmp_path / "many.npy", many)
    numpy.save(tmp_path / "few.npy", numpy.random.default_rng(1).integers(0, 16, (9, 9, 9)).astype("u1"))
    for name in ["many.npy", "few.npy"]:
        result = tauvox("inspect", name, "--json", "r.json", "--overwrite")
        assert result.returncode == 0 and "grey" not in result.stdout
        assert json.loads((tmp_path / "r.json").read_text())["input"]["grey"] is None


def test_a_grey_volume_solved_as_labels_is_warned_of(tauvox, folder):
    result = tauvox("solve", str(folder / "u1.npy"), "--phase", "60", "--axis", "z")
    assert "look like those of a grey image" in result.stdout + result.stderr
    assert_refused(tauvox("evaluate", str(folder / "u1.npy"), "-o", "r"), 2, "--threshold", "grey image")
    assert_refused(tauvox("solve", str(folder / "f4.npy"), "--phase", "0"), 4, "--threshold", "histogram")


def test_a_study_file_repeats_every_step(tauvox, folder, tmp_path):
    options = ["--filter", "median,gaussian=0.7", "--threshold", "otsu3", "--clean", "pore=27,binder=8",
               "--phases", "pore=0,binder=1,active=2", "--phase", "pore", "--axis", "z"]
    first = tauvox("solve", str(folder / "u1.npy"), *options, "--json", "a.json", "--quiet")
    assert first.returncode == 0, first.stderr
    again = tauvox("solve", "a.settings.toml", "--json", "b.json", "--quiet")
    assert again.returncode == 0, again.stderr
    a, b = [json.loads((tmp_path / name).read_text()) for name in ["a.json", "b.json"]]
    assert a["results"][0]["quantities"] == b["results"][0]["quantities"]
    assert a["notices"] == b["notices"] and sum("Otsu" in n or "clean:" in n for n in a["notices"]) == 3
    assert a["settings"]["filter"] == ["median=3", "gaussian=0.7"] and a["settings"]["threshold"] == "otsu3"
    (tmp_path / "numbers.toml").write_text(f'input = "{folder / "u1.npy"}"\nthreshold = [90, 150.5]\nphase = 0\n')
    assert tauvox("solve", "numbers.toml", "--json", "c.json", "--quiet").returncode == 0
    assert json.loads((tmp_path / "c.json").read_text())["settings"]["threshold"] == [90, 150.5]


def clusters_of(mask):
    """Number of the cluster of each voxel, -1 elsewhere."""
    number = numpy.full(mask.shape, -1)
    for count, start in enumerate(zip(*mask.nonzero())):
        ends = [start] if number[start] < 0 else []
        for end in ends:
            number[end] = count
            ends += [n for n in neighbours(end, mask.shape) if mask[n] and number[n] < 0 and n not in ends]
    return number


def neighbours(at, shape):
    for axis, step in itertools.product(range(3), [-1, 1]):
        n = list(at)
        n[axis] += step
        if 0 <= n[axis] < shape[axis]:
            yield tuple(n)


def cleaned(labels, sets):
    for members, least in sets:
        number = clusters_of(numpy.isin(labels, members))
        made = labels.copy()
        for cluster in set(number[number >= 0]):
            voxels = list(zip(*(number == cluster).nonzero()))
            around = [labels[n] for v in voxels for n in neighbours(v, labels.shape) if labels[n] not in members]
            if len(voxels) < least and around:
                made[number == cluster] = numpy.bincount(around).argmax()
        labels = made
    return labels


def test_clean_gives_islands_and_holes_to_what_surrounds_them(tauvox, tmp_path):
    random = numpy.random.default_rng(2)
    for options, sets in [("0=5,1=10,7=100", [([0], 5), ([1], 10), ([7], 100)]), ("2=3", [([2], 3)])]:
        labels = random.choice([0, 1, 2, 7], (7, 6, 9), p=[0.5, 0.3, 0.15, 0.05]).astype("u1")
        numpy.save(tmp_path / "noisy.npy", labels)
        result, said = converted(tauvox, tmp_path, tmp_path, "noisy.npy", "--clean", options)
        assert (result == cleaned(labels, sets)).all() and (result != labels).any()
        assert said.stderr.count("clean: ") == len(sets)
    phases = tauvox("inspect", "noisy.npy", "--phases", "pore=0,solid=1+2+7", "--clean", "solid=9,pore=3")
    assert phases.returncode == 0 and "of solid of fewer than 9" in phases.stdout
    numpy.save(tmp_path / "one.npy", numpy.full((3, 3, 3), 5, "u1"))  # nothing surrounds it
    assert (converted(tauvox, tmp_path, tmp_path, "one.npy", "--clean", "5=1000")[0] == 5).all()


def test_a_median_of_labels_is_refused(tauvox, tmp_path):
    """It would put label 1 where 0 and 2 meet; of two labels it takes the more frequent, and of an image it is what was asked for."""
    labels = numpy.zeros((9, 9, 9), "u1")
    labels[:, :, 4:] = 2
    labels[1, 1, 1] = 1
    for name in ["u1", "f4", "i4"]:
        numpy.save(tmp_path / f"{name}.npy", labels.astype(name))
        for command in [["solve", f"{name}.npy", "--phase", "0"], ["inspect", f"{name}.npy"], ["convert", f"{name}.npy", "o.npy"]]:
            assert_refused(tauvox(*command, "--filter", "median"), 2, "these are labels", f"{name}.npy", "--clean", "--threshold")
    assert tauvox("solve", "u1.npy", "--filter", "median", "--threshold", "1", "--phase", "0").returncode == 0


@pytest.mark.parametrize("kind, said", [("u1", None), ("f4", "filtered")])
def test_a_median_of_two_labels_is_the_more_frequent(tauvox, tmp_path, kind, said):
    labels = numpy.zeros((9, 9, 9), kind)
    labels[4:] = 1
    labels[1, 1, 1], labels[6, 6, 6] = 1, 0
    numpy.save(tmp_path / "two.npy", labels)
    result = tauvox("convert", "two.npy", "o.npy", "--filter", "median")
    assert result.returncode == 0, result.stderr
    labels[1, 1, 1], labels[6, 6, 6] = 0, 1
    assert (numpy.load(tmp_path / "o.npy") == labels).all()
    notices = [line for line in result.stderr.splitlines() if "taken as labels" in line]
    assert len(notices) == (said is not None) and all(said in line and "float32" not in line for line in notices)


@pytest.mark.parametrize("options, code, facts", [
    (["--threshold", "otsu4"], 2, ["'otsu4'", "otsu3"]),
    (["--threshold", "137,118"], 2, ["ascending"]),
    (["--filter", "median=4", "--threshold", "9"], 2, ["median=5"]),
    (["--filter", "median=17", "--threshold", "9"], 2, ["15"]),
    (["--filter", "gaussian", "--threshold", "9"], 2, ["gaussian=1.5"]),
    (["--filter", "bilateral=2", "--threshold", "9"], 2, ["median", "gaussian"]),
    (["--filter", "median"], 4, ["fractions", "--threshold"]),
    (["--threshold", "otsu", "--clean", "0=2.5"], 2, ["0", "2.5"]),
    (["--threshold", "otsu", "--clean", "7=3"], 4, ["7", "0, 1"]),
    (["--threshold", "otsu", "--clean", "pore=3"], 2, ["pore", "--phases"]),
    (["--threshold", "otsu", "--clean", "0=3,pore=3", "--phases", "pore=0,solid=1"], 2, ["label 0", "pore", "twice"]),
])
def test_what_is_refused(tauvox, folder, options, code, facts):
    name = "f4.npy" if options[0] == "--filter" else "u1.npy"
    assert_refused(tauvox("solve", str(folder / name), "--phase", "0", *options), code, *facts)


def cuts(tauvox, tmp_path, name, option):
    result = tauvox("inspect", name, "--threshold", option, "--json", "cuts.json", "--overwrite")
    assert result.returncode == 0, result.stderr
    return json.loads((tmp_path / "cuts.json").read_text())["input"]["thresholds"]


def noisy_floats():
    """More values than are counted each by itself."""
    return numpy.random.default_rng(7).normal(numpy.array([60.0, 180.0, 120.0])[volumes.repeated(6)], 15)


@pytest.mark.parametrize("scale, offset", [(1 / 255, 0), (1e-3, 1e6), (1e7, -1e9)])
@pytest.mark.parametrize("hot", [1e3, 1e30, -1e300])
def test_a_voxel_far_away_moves_no_threshold(tauvox, tmp_path, hot, scale, offset):
    grey = noisy_floats() * scale + offset
    assert len(numpy.unique(grey)) > 65536
    numpy.save(tmp_path / "grey.npy", grey)
    grey[3, 4, 5] = hot * scale + offset
    numpy.save(tmp_path / "hot.npy", grey)
    for option in ["otsu", "otsu3"]:
        expected = cuts(tauvox, tmp_path, "grey.npy", option)
        assert cuts(tauvox, tmp_path, "hot.npy", option) == pytest.approx(expected, abs=2e-3 * 180 * scale, rel=1e-14)
    said = tauvox("inspect", "hot.npy", "--threshold", "otsu").stdout
    assert "one voxel lies far away from all others" in said


@pytest.mark.parametrize("kind", ["f4", "u2", "u1", "i4"])
def test_it_moves_none_where_values_are_counted_each_by_itself(tauvox, tmp_path, kind):
    grey = (GREY / 8).clip(0).astype("u1").astype(kind)
    numpy.save(tmp_path / "grey.npy", grey)
    grey[3, 4, 5] = 255 if kind == "u1" else 60000
    numpy.save(tmp_path / "hot.npy", grey)
    for option in ["otsu", "otsu3"]:
        assert cuts(tauvox, tmp_path, "hot.npy", option) == cuts(tauvox, tmp_path, "grey.npy", option)


def test_two_thresholds_of_many_values_are_those_of_the_least_variance(tauvox, tmp_path):
    grey = noisy_floats()
    numpy.save(tmp_path / "grey.npy", grey)
    found = cuts(tauvox, tmp_path, "grey.npy", "otsu3")
    assert found == pytest.approx(least_variance((grey.ravel() / 2).round() * 2, 2), abs=1)
    assert cuts(tauvox, tmp_path, "grey.npy", "otsu") == pytest.approx(least_variance(grey.ravel().round(), 1), abs=0.5)


@pytest.mark.parametrize("option", ["otsu", "otsu3"])
@pytest.mark.parametrize("name", ["u1.npy", "f4.npy", "f8.npy"])
def test_the_threshold_found_is_a_number_that_repeats_the_labels(tauvox, folder, tmp_path, name, option):
    found = cuts(tauvox, tmp_path, str(folder / name), option)
    numbers = ",".join(map(repr, found))
    labels, said = converted(tauvox, folder, tmp_path, name, "--threshold", option)
    again, _ = converted(tauvox, folder, tmp_path, name, "--threshold", numbers)
    assert (labels == again).all()
    result = tauvox("convert", str(folder / name), "out.h5", "--threshold", option)
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "out.h5") as file:
        texts = {**file.attrs, **file["label"].attrs}
    stored = texts["read_threshold_found"]
    assert [float(n) for n in (stored.decode() if isinstance(stored, bytes) else stored).split(",")] == found
    in_words = said.stderr.split("Otsu's method: ")[1].splitlines()[0]
    assert [float(n) for n in in_words.split(",")] == found
    for given, expected in [("90.5", [90.5]), (None, None)]:
        tauvox("inspect", str(folder / "u1.npy"), *(["--threshold", given] if given else []), "--json", "r.json",
               "--overwrite")
        assert json.loads((tmp_path / "r.json").read_text())["input"]["thresholds"] == expected


def test_what_inspect_advises_is_what_otsu_finds(tauvox, folder, tmp_path):
    numpy.save(tmp_path / "many.npy", noisy_floats())
    for name, count in [(str(folder / "f4.npy"), len(numpy.unique(numpy.load(folder / "f4.npy")))),
                        ("many.npy", "more than 65536")]:
        result = tauvox("inspect", name, "--json", "r.json", "--overwrite")
        assert f"({count} of them, from" in result.stdout
        grey = json.loads((tmp_path / "r.json").read_text())["input"]["grey"]
        for option in ["otsu", "otsu3"]:
            assert grey[option] == cuts(tauvox, tmp_path, name, option)


@pytest.mark.parametrize("values", [2**40 + 7 * numpy.arange(1000), 1e9 + numpy.arange(1000.0) / 50], ids=["int", "float"])
def test_digits_that_a_filter_would_lose_are_said(tauvox, tmp_path, values):
    numpy.save(tmp_path / "wide.npy", values.reshape(10, 10, 10))
    assert_refused(tauvox("inspect", "wide.npy", "--filter", "median", "--threshold", "otsu"), 4, "more digits", "--filter")
    numpy.save(tmp_path / "near.npy", (values - values.min()).reshape(10, 10, 10))
    assert tauvox("inspect", "near.npy", "--filter", "median", "--threshold", "otsu").returncode == 0
    assert tauvox("inspect", "wide.npy", "--threshold", "otsu").returncode == 0


def test_a_report_of_many_grey_values_says_how_many_and_lists_a_thousand(tauvox, tmp_path):
    numpy.save(tmp_path / "many.npy", numpy.arange(47000, dtype="u2").reshape(47, 100, 10))
    result = tauvox("inspect", "many.npy", "--phases", "first=46999", "--json", "-")
    report = json.loads(result.stdout)
    assert len(result.stdout) < 1_000_000 and report["input"]["labels"] == 47000
    assert len(report["phases"]) == 1001 and report["phases"][-1]["name"] == "first"
    numpy.save(tmp_path / "few.npy", numpy.arange(900, dtype="u2").reshape(9, 10, 10))
    report = json.loads(tauvox("inspect", "few.npy", "--json", "-").stdout)
    assert [phase["label"] for phase in report["phases"]] == list(range(900)) and report["input"]["labels"] == 900


def test_integers_that_thresholds_cannot_tell_apart_are_refused(tauvox, tmp_path):
    far = GREY.astype("i8") + 2 ** 60
    numpy.save(tmp_path / "far.npy", far)
    numpy.save(tmp_path / "far_u8.npy", far.astype("u8"))
    numpy.save(tmp_path / "below.npy", -far)
    numpy.save(tmp_path / "edge.npy", GREY.astype("i8") + 2 ** 53 - 10 ** 6)
    for name in ["far.npy", "far_u8.npy", "below.npy"]:
        for threshold in ["otsu", str(2 ** 60 + 5)]:
            assert_refused(tauvox("inspect", name, "--threshold", threshold), 4, "2^53", "subtract")
        assert "grey image" not in tauvox("inspect", name).stdout  # exact as labels
    assert tauvox("inspect", "edge.npy", "--threshold", "otsu").returncode == 0


def test_values_that_cannot_be_cut(tauvox, tmp_path):
    grey = GREY.astype("f4")
    grey[3, 4, 5] = numpy.nan
    numpy.save(tmp_path / "nan.npy", grey)
    numpy.save(tmp_path / "flat.npy", numpy.full((3, 3, 3), 0.5, "f4"))
    numpy.save(tmp_path / "far.npy", GREY * 1e305 - 1.2e307)
    assert tauvox("inspect", "far.npy", "--threshold", "otsu").returncode == 0
    numpy.save(tmp_path / "too_far.npy", (GREY - 120).clip(-80, 80) * 2e306)
    assert_refused(tauvox("inspect", "too_far.npy"), 4, "too far apart")
    for option in ["otsu", "otsu3"]:
        assert_refused(tauvox("inspect", "nan.npy", "--threshold", option), 4, "NaN", "1 of")
        assert_refused(tauvox("inspect", "flat.npy", "--threshold", option), 4, "too few grey values")
    assert_refused(tauvox("inspect", "nan.npy"), 4, "NaN")
    assert_refused(tauvox("inspect", "flat.npy"), 4, "fractions")
    assert_refused(tauvox("inspect", "flat.npy", "--threshold", "1", "--histogram", "-"), 2, ".png")
    tifffile.imwrite(tmp_path / "flat.png", numpy.zeros((2, 5, 6), "u1"), photometric="minisblack")
    assert_refused(tauvox("inspect", "flat.png", "--histogram", "flat.png", "--overwrite"), 2, "is the input")


def test_a_threshold_that_parts_nothing_is_told(tauvox, tmp_path):
    numpy.save(tmp_path / "few.npy", numpy.arange(27, dtype="u1").reshape(3, 3, 3) % 3)
    beyond = tauvox("solve", "few.npy", "--threshold", "118", "--phase", "0")
    assert beyond.returncode == 0
    assert "warning: label 1 has no voxel, as no grey value is from 118 (--threshold)" in beyond.stderr + beyond.stdout
    between = tauvox("inspect", "few.npy", "--threshold", "0.5,0.7")
    assert "label 1 has no voxel, as no grey value is from 0.5 and below 0.7" in between.stderr + between.stdout
    assert "has no voxel" not in tauvox("inspect", "few.npy", "--threshold", "0.5,1.5").stderr


@pytest.mark.parametrize("options", [["--phase", "0"], ["--phase", "0", "--threshold", "1.5"], ["--law", "g"]])
@pytest.mark.parametrize("bad, what, outside", [([numpy.inf], "voxels are infinite", False), ([numpy.nan], "voxels are NaN (", True),
                                                ([numpy.nan, -numpy.inf], "NaN or infinite", True)])
def test_only_nan_may_be_what_lies_outside(tauvox, tmp_path, options, bad, what, outside):
    volume = volumes.LABELS.astype("f4")
    volume.flat[100 : 100 + len(bad)] = bad
    numpy.save(tmp_path / "v.npy", volume)
    result = tauvox("solve", "v.npy", *options, "--device", "cpu")
    assert_refused(result, 4, what, "replace what is infinite" if len(bad) == 2 else "replace them by")
    assert ("--outside nan" in result.stderr) == outside
