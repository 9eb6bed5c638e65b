"""The examples run as they stand and give the numbers that their first comment promises."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import value

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("[0-9]*.sh"))
# "#   pores.json   effective_ratio   z 0.1  y 0.2  x 0.3"
EXPECTED = re.compile(r"^#\s+(\S+\.json)\s+(\w+)\s+z (\S+)\s+y (\S+)\s+x (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_gives_the_numbers_in_its_comment(example, program, tmp_path):
    text = example.read_text()
    assert len(text.splitlines()) <= 80 and f"bash examples/{example.name}" in text
    promises = EXPECTED.findall(text)
    assert promises
    result = subprocess.run(["bash", str(example)], env=os.environ | {"TAUVOX": program, "OUT": str(tmp_path)},
                            capture_output=True, text=True, timeout=250)
    assert result.returncode == 0, result.stderr
    for file, quantity, *values in promises:
        results = json.loads((tmp_path / file).read_text())["results"]
        assert [r["axis"] for r in results] == ["z", "y", "x"]
        for r, expected in zip(results, values):
            assert value(r, quantity) == pytest.approx(float(expected), rel=1e-4), (file, quantity, r["axis"])


def test_there_are_examples():
    assert len(EXAMPLES) >= 2
