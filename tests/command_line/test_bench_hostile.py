"""`tauvox bench --compare` on files that strangers sent: whatever stands in them is data, never a command."""

import json
import re
import xml.etree.ElementTree

import pytest

# A line break that ends a string of gnuplot; quotes of every kind; what a shell, Markdown, HTML, XML, a spreadsheet
# or a terminal would act on; directions of writing; and length.
HOSTILE = {
    "line break": "x'\n!touch TOUCHED\n'",
    "carriage return": "x\r!touch TOUCHED\r",
    "backticks": "x`touch TOUCHED`$(touch TOUCHED)",
    "double quotes": 'x"; system("touch TOUCHED"); "',
    "gnuplot": "@x $x {/Symbol a} \\n %s ^2_3",
    "written line break": "x\\n!touch TOUCHED",
    "markup": "</text></svg><script>alert(1)</script><img src=x onerror=alert(1)>&amp;]]>",
    "markdown": "a|b|[click](javascript:alert(1))![](http://x/y.png)**b** <b>c</b> `d`",
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\x08",
    "directions": "abc\u202efdp.exe\u2066\u2028\u2029\ufeff",
    "formula": "=HYPERLINK(\"http://x\",\"y\")",
    "long": "long " * 20000,
}
ALLOWED = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]*")


def row(name, **more):
    return {"case": name, "size": [100, 100, 100], "valid": True, "reason": None, "repeats": 1,
            "seconds": {"transfer": 0.1, "setup": 0.1, "solve": 0.3, "total": 0.5}, "spread": 0.0,
            "voxels_per_second": 2e6, "iterations": 4, "operator_applications": 6, "effective_ratio": 0.25,
            "error": {"value": 1e-5, "kind": "bound"}, "judged_by": "bound", "bytes_per_voxel_peak": 10.0,
            "bytes_counted": 10, "gb_per_second": 1.0, "triad_fraction": 0.5, "peak_fraction": None, "energy_joule": None,
            "sm_clock_mhz": None} | more


def hostile_file(text):
    return {"schema_version": "1.0", "kind": "tauvox bench", "date": text, "finished": True,
            "tool": {"version": text, "commit": text},
            "hardware": {"load_average": 9.5, "cpu": {"processors": 2},
                         "device": {"name": text, "kind": "cpu", "threads": 2}},
            "settings": {"precision": text, "tolerance": 1e-4},
            "rows": [row(text), row("broken" + text, valid=False, reason=text)],
            "skipped": [{"case": text, "size": None, "reason": text}]}


@pytest.mark.parametrize("kind", HOSTILE)
def test_text_of_a_file_is_data(tauvox, tmp_path, kind):
    text = HOSTILE[kind]
    (tmp_path / "a.json").write_text(json.dumps(hostile_file(text)))
    (tmp_path / "b.json").write_text(json.dumps(hostile_file(text)))
    result = tauvox("bench", "--compare", "a.json", "b.json", "-o", "c", "--csv", "c.csv")
    assert result.returncode == 0, result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.json", "c.csv", "c.md", "c.svg"]
    outputs = {name: (tmp_path / name).read_bytes().decode() for name in ("c.md", "c.svg", "c.csv")}
    outputs |= {"standard output": result.stdout, "standard error": result.stderr}
    for name, output in outputs.items():
        assert ALLOWED.fullmatch(output), f"{name} has a control character"
        assert "!touch" not in [line[:6] for line in output.splitlines()], name
        assert max(map(len, output.splitlines()), default=0) < 2000, name
    tree = xml.etree.ElementTree.fromstring(outputs["c.svg"])  # well-formed, and nothing but what a picture is of
    assert {e.tag.split("}")[1] for e in tree.iter()} <= {"svg", "title", "rect", "line", "polyline", "path", "circle", "text", "g"}
    assert not [name for e in tree.iter() for name in e.attrib if name.startswith("on") or "href" in name]
    table = [line for line in outputs["c.md"].splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1, table
    for mark in ("<", "](", "`d`", "**b**"):
        assert mark not in outputs["c.md"].replace(r"\`", "").replace(r"\*", "").replace(r"\]", ""), mark
    assert not re.search(r"(^|,)\"?[=+@-][A-Z]", outputs["c.csv"], re.M)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("spoil", [lambda f, text: f["rows"].append(f["rows"][0]),
                                   lambda f, text: f.update(schema_version=text),
                                   lambda f, text: f["rows"][0].update(effective_ratio=2.0),
                                   lambda f, text: f["rows"][0].update(effective_ratio=0.2),
                                   lambda f, text: f["rows"][0].update(size=text),
                                   lambda f, text: f["rows"][0].update(size=[100, -100, -100]),
                                   lambda f, text: f["rows"][0].update(triad_fraction=1e300),
                                   lambda f, text: f["settings"].update(tolerance=1e-2)])
def test_a_refusal_does_not_pass_it_on(tauvox, tmp_path, kind, spoil):
    text = HOSTILE[kind]
    (tmp_path / "a.json").write_text(json.dumps(hostile_file(text)))
    file = hostile_file(text)
    spoil(file, text)
    (tmp_path / "b.json").write_text(json.dumps(file))
    result = tauvox("bench", "--compare", "a.json", "b.json")
    assert result.returncode in (3, 4), result.stderr
    assert ALLOWED.fullmatch(result.stderr) and result.stdout == ""
    assert [line[:7] for line in result.stderr.splitlines()] == ["error: ", '{"statu']
    assert max(map(len, result.stderr.splitlines())) < 2000
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_the_name_of_a_file_is_data_too(tauvox, tmp_path):
    name = "a\n!touch TOUCHED\n\x1b[2J|`<b>.json"
    (tmp_path / name).write_text(json.dumps(hostile_file("a CPU")))
    result = tauvox("bench", "--compare", name, "-o", "c")
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "TOUCHED").exists()
    for output in (result.stdout, (tmp_path / "c.md").read_text(), (tmp_path / "c.svg").read_text()):
        assert ALLOWED.fullmatch(output) and "\n!touch" not in output
