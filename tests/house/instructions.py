"""Counts the instructions of the solver's CUDA kernels in their machine code, and those that use local memory: registers
that are spilled, and arrays of a thread that are indexed at run time.

usage: instructions.py BUILD_FOLDER NVCC_VERSION [--write]

Kernels of kernels/transport, kernels/bound and kernels/multigrid, compiled for sm_90 and nothing else. A kernel that has more than
5 % (and 16) more instructions than instructions.txt beside this file says, or more of local memory, is an error; so is one
that is not in it. --write makes the file anew. Exit 77 (skipped) without cuobjdump and nvdisasm, which the toolkit and PyPI
(nvidia-cuda-cuobjdump, nvidia-cuda-nvdisasm) have, and with another nvcc than that of the file: its code is another.
"""

import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import sys

FOLDERS = ("transport", "bound", "multigrid")
LIMITS = pathlib.Path(__file__).with_name("instructions.txt")
SKIPPED = 77


def short(names):
    """As a reader of the source knows them: without our name space, what nvcc adds to unnamed ones, and arguments."""
    plain = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout.splitlines()
    for name in plain:
        name = re.sub(r"_GLOBAL__N__\w+?::|\(anonymous namespace\)::", "", name)
        name = re.sub(r"\b(tauvox|detail)::", "", name)
        yield re.sub(r"^void ", "", re.sub(r"\([^()]*\)$", "", name)).replace(", ", ",").replace(" ", "")


def kernels_of(object_file):
    """Instructions, and those that use local memory, of each kernel; not the padding behind its end."""
    code = subprocess.run(["cuobjdump", "-sass", object_file], capture_output=True, text=True, check=True).stdout
    found, at = {}, None
    for line in code.splitlines():
        if start := re.match(r"\s*Function : (\S+)", line):
            at = found.setdefault(start[1], [0, 0])
        elif instruction := re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(.*?);", line):
            words = re.sub(r"^@!?U?P\w+ ", "", instruction[1]).split()
            if words[0] != "NOP":
                at[0] += 1
                at[1] += words[0].startswith(("STL", "LDL"))
    return dict(zip(short(found), found.values()))


def counted(build):
    """By source and kernel. Kernels of one name, of different unnamed namespaces, are told apart by the source."""
    found = collections.OrderedDict()
    for folder in FOLDERS:
        for path in sorted((build / "CMakeFiles/tauvox_kernels.dir/kernels" / folder).glob("*.cpp.o")):
            if path.name.endswith(("_cpu.cpp.o", "_vectors.cpp.o")):
                continue
            for name, numbers in kernels_of(path).items():
                if name.startswith("cub::"):  # Thrust's own
                    continue
                found[f"{folder}/{path.name.removesuffix('.o')} {name}"] = numbers
    return found


def limits():
    lines = LIMITS.read_text().splitlines()
    rows = [line.rsplit(" ", 2) for line in lines[1:]]
    return lines[0].split()[-1], {name: (int(count), int(local)) for name, count, local in rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("nvcc")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    missing = [tool for tool in ("cuobjdump", "nvdisasm", "c++filt") if shutil.which(tool) is None]
    if missing:
        print("skipped: no", " and no ".join(missing), "on PATH")
        return SKIPPED
    found = counted(options.build)
    if not found:
        print(f"no object files of kernels in {options.build}: build target tauvox_kernels")
        return 1
    if options.write:
        rows = [f"{name} {count} {local}" for name, (count, local) in found.items()]
        LIMITS.write_text("\n".join([f"instructions, and those of local memory, sm_90, nvcc {options.nvcc}", *rows]) + "\n")
        return 0
    made_by, most = limits()
    if made_by != options.nvcc:
        print(f"skipped: {LIMITS.name} is of nvcc {made_by}, this is {options.nvcc}")
        return SKIPPED
    wrong = []
    for name, (count, local) in found.items():
        allowed, may_use = most.get(name, (None, 0))
        if allowed is None:
            wrong.append(f"{name}: {count} instructions, not in {LIMITS.name}")
        elif count > max(1.05 * allowed, allowed + 16):
            wrong.append(f"{name}: {count} instructions, {allowed} before")
        if local > may_use:
            wrong.append(f"{name}: {local} instructions use local memory, {may_use} before")
    wrong += [f"{name}: in {LIMITS.name}, but nowhere else" for name in most.keys() - found.keys()]
    print(*wrong, sep="\n")
    print(f"{len(found)} kernels, {sum(count for count, _ in found.values())} instructions, {len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
