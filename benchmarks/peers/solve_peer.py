"""Runs one peer on one volume inside the peers' environment and prints one line of JSON.

usage: solve_peer.py TOOL SETTING VOLUME.npy PHASES

PHASES is a JSON object, label -> conductivity; labels left out insulate. Transport is along the first array axis.
`solve_cpu_s` and `solve_wall_s` are the tool's own work from the array to D_eff, without imports and without reading.
Whatever the tool prints goes to standard error. Called by measure.py, once a process.
"""

import json
import os
import sys
import time
from importlib.metadata import version

import numpy as np


def timed(work):
    """The result of work() with the CPU and wall seconds of this process that it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    result["solve_cpu_s"] = time.process_time() - cpu
    result["solve_wall_s"] = time.perf_counter() - wall
    return result


def conducting(labels, phases):
    """Boolean volume of a problem with one conductivity, 1."""
    if set(phases.values()) != {1.0}:
        raise ValueError("this tool solves one conducting phase only")
    return np.isin(labels, list(phases))


def taufactor(labels, phases, setting, device="cpu"):
    """TauFactor's Solver; FP32; `setting` is its conv_crit, the spread of the flux over the layers."""
    import taufactor
    import torch

    torch.set_num_threads(1)

    def work():
        image = conducting(labels, phases).astype(np.uint8)
        solver = taufactor.Solver(image, device=device)
        solver.solve(verbose=False, conv_crit=float(setting))
        return {"d_eff": float(solver.D_eff[0]), "iterations": int(solver.iter), "converged": bool(solver.converged)}

    return timed(work)


def taufactor_multiphase(labels, phases, setting):
    """TauFactor's MultiPhaseSolver; label 0 insulates there, so labels are moved."""
    import taufactor
    import torch

    torch.set_num_threads(1)

    def work():
        image = np.zeros(labels.shape, np.uint8)
        conductivities = {}
        for i, (label, value) in enumerate(sorted(phases.items()), 1):
            image[labels == label] = i
            conductivities[i] = value
        solver = taufactor.MultiPhaseSolver(image, cond=conductivities, device="cpu")
        solver.solve(verbose=False, conv_crit=float(setting))
        return {"d_eff": float(solver.D_eff[0]), "iterations": int(solver.iter), "converged": bool(solver.converged)}

    return timed(work)


def porespy(labels, phases, setting):
    """PoreSpy's tortuosity_fd: OpenPNM's network, PyAMG; `setting` is ftol or, as tol=..., the residual."""
    import openpnm  # noqa: F401  imported here so that it is not timed
    import porespy
    import pyamg  # noqa: F401

    name, _, value = setting.partition("=")

    def work():
        result = porespy.simulations.tortuosity_fd(conducting(labels, phases), axis=0, **{name: float(value)})
        return {"d_eff": 1 / float(result.formation_factor), "converged": bool(result.converged)}

    return timed(work)


def openimpala(labels, phases, setting):
    """OpenImpala through its Python facade; `setting` is a solver, or solver+preconditioner."""
    import openimpala

    solver, _, preconditioner = setting.partition("+")
    extra = {"preconditioner": preconditioner} if preconditioner else {}
    image = conducting(labels, phases).astype(np.int32)
    with openimpala.Session():
        def work():
            r = openimpala.tortuosity(image, phase=1, direction="z", solver=solver, max_grid_size="auto",
                                      results_path=os.environ.get("TMPDIR", "/tmp"), **extra)
            return {"d_eff": r.active_volume_fraction / r.tortuosity, "iterations": int(r.iterations),
                    "converged": bool(r.solver_converged)}

        return timed(work)


TOOLS = {
    "taufactor": (taufactor, ("taufactor", "torch", "numpy")),
    "taufactor-multiphase": (taufactor_multiphase, ("taufactor", "torch", "numpy")),
    "porespy": (porespy, ("porespy", "openpnm", "pyamg", "numpy")),
    "openimpala": (openimpala, ("openimpala", "numpy")),
}


def main():
    tool, setting, path, phases = sys.argv[1:]
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run, packages = TOOLS[tool]
    result = run(np.load(path), {int(k): float(v) for k, v in json.loads(phases).items()}, setting)
    result["versions"] = {p: version(p) for p in packages}
    print(json.dumps(result), file=answer, flush=True)


if __name__ == "__main__":
    main()
