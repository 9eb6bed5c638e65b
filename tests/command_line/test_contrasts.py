"""Conductivities so far apart that FP64 cannot tell what flows: no failure of the program, but of what it was asked."""

import numpy
import pytest
from conftest import assert_refused, contents

FLAT = ["--voxel-size", "1000um,1um,1um"]
TENSOR = ["--study", "tensor", "--precision", "double"]
ELECTRODE = ["--study", "electrode", "--reactive", "1", "--impedance", *FLAT]
LAW = "g < 1 ? 1 : g < 2 ? 1e-20 : 0"
# Seed of the volume and what is asked of it: each ended in a self-check, whose message named none of these.
BROKEN = {"better by 1e29": (1, ["solve", "--conductivity", "0=1,1=1e29,2=0", "--precision", "double"], ["1 (label 0)", "1e+29 (label 1)"]),
          "worse by 1e29": (3, ["solve", "--conductivity", "0=1,1=1e-29,2=0", "--precision", "double"], ["1e-29 (label 1)", "1 (label 0)"]),
          "electrode": (3, ["solve", "--conductivity", "0=1,1=0,2=1e-16", *ELECTRODE], ["1e-16 (label 2)", "factor of 1000"]),
          "tensor": (7, ["solve", "--conductivity", "0=1,1=1e29,2=0", *TENSOR], ["1e+29 (label 1)"]),
          "flat voxels": (8, ["solve", "--conductivity", "0=1,1=1e-20,2=0", *FLAT], ["1e-20 (label 1)", "factor of 1000"]),
          "law": (8, ["solve", "--law", LAW, *FLAT], ["1e-20 (label 1)"]),
          "evaluate": (8, ["evaluate", "--phases", "a=0,b=1,c=2", "--electronic", "a=1,b=1e-20", *FLAT], ["1e-20 (label 1, b)", "1 (label 0, a)"])}


def test_what_rounding_breaks_is_said_with_the_conductivities(tauvox, tmp_path, without_gnuplot):
    said = []
    for name, (seed, words, facts) in BROKEN.items():
        numpy.save(tmp_path / "a.npy", numpy.random.default_rng(seed).integers(0, 3, (8, 8, 8)).astype("u1"))
        result = tauvox(words[0], "a.npy", *words[1:], "--device", "cpu", *(["--max-iterations", "300"] if words[0] == "solve" else []))
        assert result.returncode in (0, 4, 6), (name, result.stderr)  # where a machine rounds otherwise it may hold
        if result.returncode == 4:
            assert_refused(result, 4, "a.npy", "conduct too differently", *facts, "give the least as 0, an insulator")
            said.append(name)
    assert said


@pytest.mark.parametrize("value", ["1e-301", "4.9e-324", "2.3e-308", "1.1e300"])
@pytest.mark.parametrize("words", [["solve", "--conductivity", "0={},1=0,2=0"], ["solve", "--law", "g < 1 ? {} : 0"],
                                   ["solve", "--study", "tensor", "--conductivity", "0={},1=0,2=0"],
                                   ["evaluate", "--phases", "a=0,b=1,c=2", "--electronic", "a={}", "--voxel-size", "1um", "-o", "r"]])
def test_conductivities_at_the_ends_of_fp64_are_refused(tauvox, tmp_path, value, words):
    numpy.save(tmp_path / "a.npy", numpy.random.default_rng(1).integers(0, 3, (8, 8, 8)).astype("u1"))
    before = contents(tmp_path)
    result = tauvox(words[0], "a.npy", *(word.format(value) for word in words[1:]), "--device", "cpu")
    assert_refused(result, 4, "out of range", "of label 0", "give 0, an insulator, or a value from 1e-300 to 1e+300")
    assert contents(tmp_path) == before
