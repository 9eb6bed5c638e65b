"""Markdown table of measured rows, and their file. usage: table.py FILE.jsonl"""

import json
import pathlib
import sys

NAMES = {"taufactor": "TauFactor", "taufactor-multiphase": "TauFactor MultiPhase", "porespy": "PoreSpy",
         "openimpala": "OpenImpala", "tauvox": "tauvox"}
AGAINST = ("tauvox", "1e-4, 1 thread")
HEAD = ["tool, setting", "iterations", "CPU s", "of it solve", "wall s", "peak MB", "D_eff", "true error", "CPU ratio",
        "solve ratio", "memory ratio"]


def key(row):
    return row["case"], row["tool"], row["setting"]


def read(path):
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def merge(path, rows):
    """Replaces rows of the same case, tool and setting in the file, keeps the others and their order."""
    merged = {key(row): row for row in read(path)}
    merged.update({key(row): row for row in rows})
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in merged.values()))


def number(value, form):
    return "-" if value is None else format(value, form)


def ratio(a, b):
    return "-" if not a or not b else f"{a / b:.3g}"


def cells(row, base):
    """One row of the table; ratios are to the row `base` of the same case."""
    name = f"{NAMES.get(row['tool'], row['tool'])} {row['setting']}"
    if row["d_eff"] is None:
        spent = [number(row["cpu_s"], ".3g"), "-", number(row["wall_s"], ".3g"), number(row["peak_mb"], ".0f")]
        return [name, "-", *spent, "**" + row["status"].replace("|", "/") + "**", "-", "-", "-", "-"]
    if row["status"] != "ok":
        name += f" ({row['status']})"
    solve = row["solve_cpu_s"]
    return [name, number(row["iterations"], "d"), number(row["cpu_s"], ".3g"), number(solve, ".3g"),
            number(row["wall_s"], ".3g"), number(row["peak_mb"], ".0f"), number(row["d_eff"], ".8f"),
            number(row["true_error"], "+.1e"), ratio(row["cpu_s"], base.get("cpu_s")),
            ratio(solve, base.get("cpu_s")), ratio(row["peak_mb"], base.get("peak_mb"))]


def markdown(rows):
    """All cases as one table: a line that names the case, then its rows. Pure: rows in, text out."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    order = {tool: i for i, tool in enumerate(["tauvox", *NAMES])}
    for case in dict.fromkeys(row["case"] for row in rows):
        mine = [row for row in rows if row["case"] == case]
        base = next((row for row in mine if (row["tool"], row["setting"]) == AGAINST), {})
        lines.append(f"| **{case}** |" + " |" * (len(HEAD) - 1))
        for row in sorted(mine, key=lambda r: 0 if r["tool"] == "tauvox" else order.get(r["tool"], 99)):
            lines.append("| " + " | ".join(cells(row, base)) + " |")
    return "\n".join(lines)


def summary(rows):
    """Where and with what the rows were measured, one line a fact."""
    versions = {}
    for row in rows:
        for name, version in row["versions"].items():
            versions.setdefault(name, set()).add(version)
    dates = sorted(row["date"] for row in rows)
    return "\n".join([
        "Machine: " + "; ".join(sorted({row["machine"] for row in rows})) + f". Measured {dates[0]} to {dates[-1]}, "
        f"load at the start of a case {min(r['load'] for r in rows):.1f} to {max(r['load'] for r in rows):.1f}.",
        "Versions: " + ", ".join(f"{name} {' and '.join(sorted(found))}" for name, found in sorted(versions.items()))
        + "; tauvox at " + ", ".join(sorted({r["commit"] for r in rows if r["tool"] == "tauvox"})) + "."])


def main():
    rows = read(sys.argv[1])
    if rows:
        print(summary(rows), "", markdown(rows), sep="\n")


if __name__ == "__main__":
    main()
