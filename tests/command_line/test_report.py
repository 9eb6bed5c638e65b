"""report.html and figures of `tauvox evaluate`: whole, self-contained, and deaf to what names try to say."""

import html.parser
import json
import os
import re
import shutil
import struct
import tomllib

import numpy
import pytest
import volumes
from conftest import contents

VOID = {"meta", "img", "br", "hr", "link", "input"}
HOSTILE = "p<script>alert(1)</script>"


class Page(html.parser.HTMLParser):
    """The tags of a page, each closed where it must be; addresses, scripts and text by the way."""

    def __init__(self, text):
        super().__init__()
        self.open, self.addresses, self.tags, self.words = [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attributes)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "srcset", "data", "action")]
        if tag == "img":
            assert dict(attributes)["alt"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def evaluated(tauvox, tmp_path):
    """Folder of an evaluation of a small generated electrode."""

    def run(phases="pore=0,active=1,binder=2", *arguments, **options):
        if not (tmp_path / "electrode.h5").exists():
            assert tauvox("generate", "electrode", "--size", "24,28,32", "-o", "electrode.h5").returncode == 0
        result = tauvox("evaluate", "electrode.h5", "--phases", phases, "--device", "cpu", "-o", "report", *arguments,
                        **options)
        assert result.returncode == 0, result.stderr
        assert ("notice: figures are left out" in result.stderr) == ("env" in options and not
                                                                     (tmp_path / "bin" / "gnuplot").exists())
        return tmp_path / "report"

    return run


def without_gnuplot(tmp_path):
    """A PATH that has none."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    return os.environ | {"PATH": str(tmp_path / "bin")}


needs_gnuplot = pytest.mark.skipif(shutil.which("gnuplot") is None, reason="no gnuplot")


def distances_to_curves(svg):
    """Of each mark from the nearest line that is drawn, in pixels."""
    marks = re.findall(r"<use xlink:href='#gpPt[56]' transform='translate\(([\d.]+),([\d.]+)\)", svg)
    ways = [numpy.array(re.findall(r"([\d.]+),([\d.]+)", way), float)
            for line, way in re.findall(r"<path ([^>]*) d='([^']*)'", svg) if "rgb(" in line and "gridline" not in line]
    ways = [way for way in ways if len(way) > 2]

    def distance(point, way):
        first, step = way[:-1], numpy.diff(way, axis=0)
        along = ((point - first) * step).sum(1) / numpy.maximum((step * step).sum(1), 1e-12)
        return numpy.hypot(*(first + numpy.clip(along, 0, 1)[:, None] * step - point).T).min()

    return [min(distance(numpy.array(mark, float), way) for way in ways) for mark in marks]


def test_the_page_is_whole_and_needs_nothing_else(evaluated):
    text = (evaluated("pore=0,active=1,binder=2", "--ionic", "pore", "--electrolyte", "nyman2008") / "report.html").read_text()
    page = Page(text)
    assert '<td class="n">&lt;0.' in text and "0: exact" not in page.words  # what is tiny is not 0
    assert "effective ionic conductivity" in page.words.split("What limits")[0]
    assert len(text) < 1_000_000
    assert "script" not in page.tags and "link" not in page.tags and "iframe" not in page.tags
    assert page.addresses and all(address.startswith("data:image/") for address in page.addresses)
    assert "url(" not in text and "@import" not in text and "default-src 'none'" in text
    for words in ["tortuosity factor", "volume fraction", "SHA-256", "± sampling", "no limits were given",
                  "What limits the numbers", "separator", "thickness_d50"]:
        assert words in page.words, words
    assert page.tags.count("img") >= 7  # six faces and a slice


def test_names_are_words_and_nothing_more(tauvox, tmp_path, evaluated):
    evaluated()
    os.rename(tmp_path / "electrode.h5", tmp_path / "<img src=x onerror=alert(1)>.h5")
    result = tauvox("evaluate", "<img src=x onerror=alert(1)>.h5", "--phases", f"{HOSTILE}=0,a&b`id`$(id)=1,b=2",
                    "--device", "cpu", "-o", "hostile")
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "hostile" / "report.html").read_text()
    page = Page(text)
    assert "script" not in page.tags and "x" not in page.addresses
    assert "alert(1)" in page.words and "a&b`id`$(id)" in page.words
    for svg in (tmp_path / "hostile" / "figures").glob("*.svg"):
        drawn = svg.read_text()
        assert "<script" not in drawn and "uid=" not in drawn


@needs_gnuplot
def test_figures_have_three_forms(evaluated):
    folder = evaluated("pore=0,active=1,binder=2", "--slice-at", "z=3,x=100")
    figures = contents(folder / "figures")
    names = {"slices", "profile", "surface_profile", "sizes", "correlation", "sizes_pore", "sizes_active", "sizes_binder"}
    assert set(figures) == {f"{name}.{ending}" for name in names for ending in ("svg", "png", "pdf")}
    for name, picture in figures.items():
        if name.endswith("svg"):
            assert "<svg" in picture.decode() and "href='http" not in picture.decode()
        elif name.endswith("pdf"):
            assert picture.startswith(b"%PDF")
        else:
            width, _ = struct.unpack(">II", picture[16:24])
            assert picture.startswith(b"\x89PNG") and width >= 3.5 * 300 - 1
    assert "--slice-at x=100: the last layer of axis x is 31, which is shown" in (folder / "results.json").read_text()
    drawn = figures["slices.svg"].decode()
    for words in ["z = 1.4 µm", "x = 12.6 µm", "separator → collector", "pore 40.0 %", "x (µm)"]:
        assert words in drawn, words
    assert re.search(r">\d+ µm<", drawn)  # the scale bar
    assert tomllib.loads((folder / "settings.toml").read_text())["slice-at"] == {"z": 3, "x": 100}
    for name in "sizes.svg", "sizes_active.svg":
        distances = distances_to_curves(figures[name].decode())
        assert len(distances) >= 2 and max(distances) < 0.5
    assert "d50 = " in figures["sizes_pore.svg"].decode() and "r50,min" in figures["sizes_pore.svg"].decode()


@needs_gnuplot
def test_figures_of_the_run_before_go(evaluated):
    folder = evaluated()
    (folder / "figures" / "mine.svg").write_text("1")
    evaluated("void=0,active=1,binder=2", "--overwrite")
    names = set(contents(folder / "figures"))
    assert "sizes_void.pdf" in names and "mine.svg" in names and not any("pore" in name for name in names)


def test_without_gnuplot_the_figures_are_left_out(evaluated, tmp_path):
    folder = evaluated(env=without_gnuplot(tmp_path))
    assert not (folder / "figures").exists()
    page = Page((folder / "report.html").read_text())
    assert "no program gnuplot is on the PATH" in page.words
    assert "gnuplot" in (folder / "results.json").read_text()


@needs_gnuplot
def test_a_plotter_that_fails_costs_the_figures_alone(evaluated, tmp_path):
    environment = without_gnuplot(tmp_path)
    (tmp_path / "bin" / "gnuplot").write_text("#!/bin/sh\necho 'broken <b>' >&2\nexit 3\n")
    (tmp_path / "bin" / "gnuplot").chmod(0o755)
    folder = evaluated(env=environment)
    assert not (folder / "figures").exists()
    assert "gnuplot ended with 3: broken <b>" in Page((folder / "report.html").read_text()).words


@needs_gnuplot
def test_signals_to_all_processes_of_a_run_leave_its_figures_alone(evaluated, tmp_path):
    """As Slurm and terminals send them: the run hears them, and has its figures."""
    environment = without_gnuplot(tmp_path)
    kills = "".join(f"kill -{signal} $$\n" for signal in ["TERM", "INT", "USR1", "USR2", "XCPU", "HUP"])
    (tmp_path / "bin" / "gnuplot").write_text(f'#!/bin/sh\n{kills}exec {shutil.which("gnuplot")} "$@"\n')
    (tmp_path / "bin" / "gnuplot").chmod(0o755)
    assert len(list((evaluated(env=environment) / "figures").iterdir())) > 10


def test_flat_and_strange_volumes_have_a_page(tauvox, tmp_path):
    for name, size in [("flat", "1,24,30"), ("long", "90,4,4"), ("one", "2,2,2")]:
        shape = ["layers-series"] if name == "one" else ["site-percolation", "--fraction", "0.5"]
        assert tauvox("generate", *shape, "--size", size, "-o", f"{name}.h5").returncode == 0
        result = tauvox("evaluate", f"{name}.h5", "--phases", "pore=0,active=1", "--allow-absent", "--device", "cpu", "-o",
                        name)
        assert result.returncode == 0, result.stderr
        Page((tmp_path / name / "report.html").read_text())


def test_nothing_is_advised_where_an_uncertainty_is_not_known(tauvox, tmp_path, without_gnuplot):
    """Wires of a voxel that every copy with larger voxels misses: what they conduct has no uncertainty of resolution."""
    there = numpy.zeros((48, 48), bool)
    there[::2, 1::2] = numpy.random.default_rng(5).random((24, 24)) < 0.3
    wires = numpy.array(numpy.broadcast_to(there, (48, 48, 48)))
    for y, x in [(0, 0), (0, 24), (24, 0), (24, 24)]:  # one ends in each upper octant: no octant is a copy of another
        wires[40, y:y + 24, x:x + 24][tuple(numpy.argwhere(there[y:y + 24, x:x + 24])[0])] = False
    volumes.hdf5(tmp_path / "wires.h5", volume=wires.astype("u1"))
    result = tauvox("evaluate", "wires.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--electronic", "active=1",
                    "--axis", "z", "--device", "cpu", "-o", "report")
    assert result.returncode == 0, result.stderr
    words = Page((tmp_path / "report/report.html").read_text()).words
    limits = words[words.index("What limits the numbers"):words.index("Notices")]
    assert "1 voxel wide" in limits and "smaller voxels would help" in limits
    assert "would not" not in limits
    line, = [line for line in limits.splitlines() if line.startswith("relative electrical conductivity of active")]
    assert "most of it sampling; that of resolution is not known; so what limits it cannot be said" in line
    assert not [line for line in limits.splitlines() if "limits most" in line and "conductivity" in line]


def test_a_narrow_place_is_called_the_same_beside_a_number_and_its_verdict(tauvox, tmp_path, without_gnuplot):
    """The uncertainty of resolution is there, and U counts it: nowhere is it said not to be known."""
    blocks = numpy.random.default_rng(1).random((12, 12, 12)) > 0.6  # of four voxels: copies are the same, octants differ
    labels = blocks.repeat(4, 0).repeat(4, 1).repeat(4, 2).astype("u1")
    volumes.hdf5(tmp_path / "narrow.h5", volume=labels)
    (tmp_path / "limits.toml").write_text("tortuosity_factor.ions.max = 1e6\n")
    result = tauvox("evaluate", "narrow.h5", "--phases", "pore=0,active=1", "--voxel-size", "1um", "--ionic", "pore",
                    "--limits", "limits.toml", "--device", "cpu", "-o", "report")
    report = json.loads((tmp_path / "report/results.json").read_text())
    judgement, = report["judgements"]
    tau = next(r["quantities"] for r in report["results"] if r["study"] == "effective_transport" and r["axis"] == "z")
    assert tau["tortuosity_factor"]["uncertainty"]["resolution"]["half_width"] > 0
    assert tau["throat_voxels"]["value"] < 5 and judgement["half_width"] > 0
    said = f"its uncertainty of resolution is less reliable: the narrowest place is {tau['throat_voxels']['value']:.0f} voxel"
    assert judgement["reason"].startswith(said) and said in result.stdout
    words = Page((tmp_path / "report/report.html").read_text()).words
    assert said in words and "not known" not in words.split("What limits the numbers")[0]


def test_the_interval_of_all_uncertainties_has_a_column(evaluated):
    folder = evaluated("pore=0,active=1,binder=2", "--ionic", "pore", "--no-sampling")
    text = (folder / "report.html").read_text()
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.S) for row in re.findall(r"<tr>(.*?)</tr>", text, flags=re.S)]
    heads = [row for row in rows if "± segment." in row]
    assert len(heads) > 5 and all("± all" in row for row in heads)
    kinds = json.loads((folder / "results.json").read_text())["results"]
    known = sum("combined" in q for r in kinds for q in r["quantities"].values())
    at = heads[1].index("± all")
    shown = sum(len(row) == len(heads[1]) and row[at] not in ("–", "± all") for row in rows)
    assert shown >= known >= 3
