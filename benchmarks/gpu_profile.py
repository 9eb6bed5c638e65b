"""What each kernel of a solve took on a GPU: a table of a file that `gpu_check.sh profile` leaves.

usage: python3 benchmarks/gpu_profile.py profile-512.csv.gz [LINES]

Of each kernel: share of the time of all, launches, microseconds in all and of the longest, and blocks and threads of that.
"""

import csv
import gzip
import re
import sys


def launches(path):
    """(kernel, microseconds, "blocks threads") of each launch."""
    with gzip.open(path, "rt", errors="replace") as file:
        rows = list(csv.reader(line for line in file if line.startswith('"')))
    columns = rows[0]
    name, time, grid, block = (columns.index(column) for column in
                               ("Kernel Name", "gpu__time_duration.sum", "Grid Size", "Block Size"))
    scale = {"ns": 1e-3, "us": 1, "usecond": 1, "nsecond": 1e-3, "ms": 1e3, "msecond": 1e3}[rows[1][time]]
    for row in rows[2:]:
        kernel = re.sub(r"tauvox::|detail::|<unnamed>::|^void ", "", row[name])
        yield kernel, scale * float(row[time].replace(",", "")), f"{row[grid]} {row[block]}"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[2])
    kernels = {}
    for kernel, time, shape in launches(sys.argv[1]):
        count, total, longest, of_longest = kernels.get(kernel, (0, 0.0, 0.0, ""))
        kernels[kernel] = (count + 1, total + time, max(longest, time), shape if time > longest else of_longest)
    whole = sum(total for _, total, _, _ in kernels.values())
    print(f"{sum(count for count, *_ in kernels.values())} launches, {whole:.0f} us")
    print("    %  launches         us    longest  blocks, threads of that; kernel")
    for kernel, (count, total, longest, shape) in sorted(kernels.items(), key=lambda k: -k[1][1])[:int((sys.argv + [40])[2])]:
        print(f"{100 * total / whole:5.1f} {count:9d} {total:10.1f} {longest:10.1f}  {shape}  {kernel[:100]}")


if __name__ == "__main__":
    main()
