"""The converged value of the problem that a tool states, with its own boundary convention.

usage: reference.py VOLUME.npy PHASES CONVENTION     prints one line of JSON

All conventions share the voxels, faces of harmonic mean, no flux through the sides, transport along the first axis.
They differ in where the two plates are, and in the length L that D_eff is made of (n layers):

    half      half a voxel outside the first and last layer, L = n; the reference is tauvox, this file checks it
    ghost     a whole voxel outside, of the first and last layer's conductivity, L = n + 1  (TauFactor MultiPhaseSolver)
    pinned-1  the centres of the first and last layer, L = n - 1                            (PoreSpy, pumapy)
    pinned    the centres of the first and last layer, L = n                                (OpenImpala's HYPRE solvers)

Float64 conjugate gradients with Jacobi on an assembled matrix, independent of tauvox, until the energy stands still.
"""

import json
import sys

import numpy as np
import scipy.sparse as sparse
from scipy.ndimage import label as clusters_of

CONVENTIONS = ("half", "ghost", "pinned-1", "pinned")


def keep_spanning(sigma):
    """Insulates the clusters that do not touch both plates."""
    clusters, _ = clusters_of(sigma > 0)
    both = np.intersect1d(clusters[0], clusters[-1])
    sigma[~np.isin(clusters, both[both > 0])] = 0
    return sigma


def series(a, b):
    """Conductance of two half voxels in series; 0 where one of them insulates."""
    total = a + b
    return np.divide(2 * a * b, total, out=np.zeros_like(total), where=total > 0)


def assemble(sigma, convention):
    """Matrix, right-hand side (potential 1 on the first plate, 0 on the last) and each unknown's link to plate 1."""
    n = sigma.shape[0]
    inner = sigma[1:-1] if convention.startswith("pinned") else sigma
    if convention.startswith("pinned"):
        first, last = series(sigma[0], sigma[1]), series(sigma[-1], sigma[-2])
    else:
        factor = {"half": 2.0, "ghost": 1.0}[convention]
        first, last = factor * sigma[0], factor * sigma[-1]
    length = n + {"half": 0, "ghost": 1, "pinned-1": -1, "pinned": 0}[convention]

    number = np.cumsum(inner.ravel() > 0, dtype=np.int32).reshape(inner.shape) - 1
    unknowns = int(number.max()) + 1
    upper = sparse.csr_matrix((unknowns, unknowns))
    for axis in range(3):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        g = series(inner[low], inner[high])
        links = g > 0
        upper = upper + sparse.csr_matrix((g[links], (number[low][links], number[high][links])),
                                          shape=(unknowns, unknowns))
    to_first, to_last = np.zeros(unknowns), np.zeros(unknowns)
    to_first[number[0][inner[0] > 0]] = first[inner[0] > 0]
    to_last[number[-1][inner[-1] > 0]] = last[inner[-1] > 0]
    links = upper + upper.T
    degree = np.asarray(links.sum(axis=1)).ravel() + to_first + to_last
    return sparse.csr_matrix(sparse.diags(degree) - links), to_first, length


def converged_value(sigma, convention, tolerance=1e-10, most=50000):
    """(D_eff over the largest conductivity, iterations). D_eff = L / area x flux at potential difference 1."""
    sigma = keep_spanning(sigma / sigma.max())
    if not sigma.any():
        return 0.0, 0
    matrix, b, length = assemble(sigma, convention)
    inverse = np.divide(1.0, matrix.diagonal(), out=np.zeros(len(b)), where=matrix.diagonal() > 0)
    x, r = np.zeros(len(b)), b.copy()
    z = inverse * r
    p, rho, energies = z.copy(), r @ z, [0.0]
    for iteration in range(1, most + 1):
        q = matrix @ p
        alpha = rho / (p @ q)
        x += alpha * p
        r -= alpha * q
        energies.append(energies[-1] + alpha * rho)  # tends to b.x from below
        window = max(50, iteration // 5)
        flux = b.sum() - energies[-1]
        if iteration > 2 * window and energies[-1] - energies[-1 - window] < tolerance * flux:
            break
        z = inverse * r
        rho, before = r @ z, rho
        p *= rho / before
        p += z
    flux = b.sum() - b @ x
    return float(flux * length / (sigma.shape[1] * sigma.shape[2])), iteration


def main():
    path, phases, convention = sys.argv[1:]
    labels = np.load(path)
    sigma = np.zeros(labels.shape)
    for label, value in json.loads(phases).items():
        sigma[labels == int(label)] = float(value)
    value, iterations = converged_value(sigma, convention)
    print(json.dumps({"d_eff": value, "iterations": iterations}))


if __name__ == "__main__":
    main()
