"""What `tauvox export` writes is taken by PyBaMM and BPX: `cell_models.py TAUVOX_PROGRAM`, run by .ci/heavy.

Needs the packages pybamm and bpx of PyPI; without them it says so and passes.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import bpx
    import pybamm
except ImportError as missing:
    print(f"{missing.name} is not there: hand-over to cell models not tried")
    sys.exit(0)

SINGLE = {"Minimum stoichiometry": 0.2, "Maximum stoichiometry": 0.9, "Maximum concentration [mol.m-3]": 50000.0,
          "Particle radius [m]": 5e-6, "Surface area per unit volume [m-1]": 4e5, "Diffusivity [m2.s-1]": 1e-14,
          "Reaction rate constant [mol.m-2.s-1]": 1e-6, "Thickness [m]": 7e-5, "Porosity": 0.3, "Transport efficiency": 0.2,
          "Conductivity [S.m-1]": 0.2, "Entropic change coefficient [V.K-1]": 0.0}
CELL = {
    "Header": {"BPX": "1.1.1", "Title": "for a test", "Model": "DFN"},
    "Parameterisation": {
        "Cell": {"Electrode area [m2]": 0.1, "External surface area [m2]": 0.01, "Volume [m3]": 1e-5,
                 "Number of electrode pairs connected in parallel to make a cell": 1, "Lower voltage cut-off [V]": 2.5,
                 "Upper voltage cut-off [V]": 4.3, "Nominal cell capacity [A.h]": 1.0, "Reference temperature [K]": 298.15},
        "Electrolyte": {"Cation transference number": 0.3, "Diffusivity [m2.s-1]": 2e-10, "Conductivity [S.m-1]": 1.0},
        "Negative electrode": SINGLE | {"OCP [V]": "0.2 - 0.1 * x"},
        "Positive electrode": SINGLE | {"OCP [V]": "4.2 - 0.8 * x"},
        "Separator": {"Thickness [m]": 2e-5, "Porosity": 0.5, "Transport efficiency": 0.3}},
    "State": {"Initial conditions": {"Initial electrolyte concentration [mol.m-3]": 1000, "Initial temperature [K]": 298.15},
              "Thermal environment": {"Ambient temperature [K]": 298.15}}}


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-6)


def discharged(values, current):
    """A DFN model after five minutes; what it took for transport along the positive electrode."""
    values["Current function [A]"] = current
    solution = pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values).solve([0, 300])
    assert solution.t[-1] == 300, solution.termination
    voltage = solution["Voltage [V]"].entries
    assert voltage[0] > voltage[-1] > 2.5
    return [float(solution[f"Positive {what} transport efficiency"].entries.mean()) for what in ["electrolyte", "electrode"]], \
        float(voltage[-1])


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def tauvox(*arguments):
            subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)

        tauvox("generate", "electrode", "--size", "64", "--seed", "1", "--voxel-size", "1um", "-o", "e.h5")
        tauvox("evaluate", "e.h5", "--phases", "pore=0,active=1,binder=2", "--ionic", "pore", "--electronic",
               "active=0.01,binder=1", "-o", "r")
        results = json.loads((folder / "r/results.json").read_text())["results"]
        ions, electrons = [r["quantities"]["effective_ratio"]["value"] for r in results
                           if r["study"] == "effective_transport" and r["axis"] == "z"]

        tauvox("export", "pybamm", "r/results.json", "--solid-conductivity", "100", "--full-thickness", "--samples", "2",
               "-o", "pybamm.json")
        file = json.loads((folder / "pybamm.json").read_text())
        for parameters in [file["parameters"], *file["samples"]]:
            values = pybamm.ParameterValues("Chen2020")
            values.update(parameters, check_already_exists=False)
            taken, voltage = discharged(values, 1)
            if parameters is file["parameters"]:
                assert close(taken[0], ions) and close(taken[1], electrons), (taken, ions, electrons)
            print(f"PyBaMM {pybamm.__version__}: DFN, 5 min at 1 A, {voltage:.4f} V, transport {taken[0]:.5f}, {taken[1]:.6f}")

        (folder / "cell.json").write_text(json.dumps(CELL))
        tauvox("export", "bpx", "r/results.json", "--into", "cell.json", "--solid-conductivity", "100", "-o", "bpx.json")
        tauvox("export", "bpx", "r/results.json", "--electrode", "separator", "--full-thickness", "-o", "separator.json")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bpx.parse_bpx_file(str(folder / "separator.json"))
            parsed = bpx.parse_bpx_file(str(folder / "bpx.json"))
            assert parsed.parameterisation.positive_electrode.transport_efficiency == ions
            values = pybamm.ParameterValues.create_from_bpx(str(folder / "bpx.json"), target_soc=0.9)
            taken, voltage = discharged(values, 0.5)
        assert close(taken[0], ions) and close(values["Positive electrode conductivity [S.m-1]"], 100 * electrons)
        print(f"BPX: valid; PyBaMM's DFN from it, 5 min at 0.5 A, {voltage:.4f} V")


main()
