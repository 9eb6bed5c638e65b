"""Measures tauvox and its peers in turns, one process a run, and merges the medians into a file of JSON lines.

Called by run.sh, which has the usage. Standard library only, and small: a child's peak memory starts with its parent's.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import platform
import re
import resource
import signal
import statistics
import subprocess
import tempfile
import threading
import time

import cases
import table

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                     "NUMBA_NUM_THREADS")}


def measured(command, variables, timeout, memory_gb):
    """Runs a command: CPU s (user and system), wall s and peak MB of it and its children, exit status, output."""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (int(memory_gb * 2**30),) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, cwd=work, env={**os.environ, "TMPDIR": work, **variables},
                                 start_new_session=True, preexec_fn=limit)
        late = threading.Event()

        def stop():
            late.set()
            os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, stop)
        timer.start()
        _, status, used = os.wait4(child.pid, 0)
        timer.cancel()
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    return {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall, "peak_mb": used.ru_maxrss / 1024,
            "exit": child.returncode, "late": late.is_set(), "out": texts[0], "err": texts[1]}


def why(run, timeout):
    """One line on why a run gave no number."""
    if run["late"]:
        return f"stopped after {timeout:g} s"
    lines = [line.strip() for line in (run["err"] + "\n" + run["out"]).splitlines() if line.strip()]
    name = f"signal {-run['exit']}" if run["exit"] < 0 else f"exit {run['exit']}"
    for pattern in (r"Abort::", r"^\w*(Error|Exception)\b|bad_alloc", r"error|cannot|memory", r""):
        telling = [line for line in lines if re.search(pattern, line)]
        if telling:
            return f"{name}: {telling[-1]}"[:200]
    return name


def answer_of(tool, run, report):
    """D_eff and what else a successful run tells."""
    if tool != "tauvox":
        return json.loads(run["out"].splitlines()[-1])
    with open(report) as file:
        content = json.load(file)
    result = content["results"][0]
    return {"d_eff": result["quantities"]["effective_ratio"]["value"], "iterations": result["solver"]["iterations"],
            "solve_wall_s": content["timings_s"]["solve"], "converged": result["status"] == "converged",
            "versions": {"tauvox": content["tool"]["version"]}}


def reference(case, convention, options, known):
    """Converged value of a case in a convention: tauvox in double for `half`, reference.py for the others."""
    content = hashlib.sha256(pathlib.Path(case["file"]).read_bytes()).hexdigest()[:16]
    key = f"{content} {json.dumps(case['phases'])} {convention}"
    if key not in known:
        print(f"  reference, {convention}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            if convention == "half":
                command = cases.tauvox_command(case, options.tauvox, report) + [
                    "--precision", "double", "--tolerance", "1e-9"]
            else:
                command = [str(options.build / "others/bin/python"), str(cases.HERE / "reference.py"), case["labels"],
                           json.dumps(case["phases"]), convention]
            run = measured(command, {**ONE_THREAD}, options.reference_timeout, options.memory_gb)
            if run["exit"] != 0:
                print("  none: " + why(run, options.reference_timeout), flush=True)
                return None
            tool = "tauvox" if convention == "half" else "reference"
            known[key] = answer_of(tool, run, report)["d_eff"]
        (options.build / "references.json").write_text(json.dumps(known, indent=1))
    return known[key]


def measure_case(case, options, known, common):
    """Rows of one case, all tools in turns."""
    runs = [run for run in case["runs"] if (not options.tools or run[0] in options.tools)
            and re.search(options.settings, run[1])]
    samples, answers, failed = {run[:2]: [] for run in runs}, {}, {}
    for _ in range(options.repeats):
        for run in runs:
            key = run[:2]
            if key in failed or any(s["wall_s"] > options.long for s in samples[key]):
                continue
            with tempfile.TemporaryDirectory() as folder:
                report = pathlib.Path(folder) / "report.json"
                threads = {} if run[0] == "tauvox" else ONE_THREAD
                done = measured(cases.command(case, run, options.tauvox, options.build, report), {**threads, **run[4]},
                                options.timeout, options.memory_gb)
                samples[key].append(done)
                if done["exit"] == 0:
                    answers[key] = answer_of(run[0], done, report)
                    samples[key][-1]["solve_cpu_s"] = answers[key].get("solve_cpu_s")
                else:
                    failed[key] = why(done, options.timeout)
            print(f"  {run[0]} {run[1]}: {done['cpu_s']:.2f} s CPU, {done['peak_mb']:.0f} MB "
                  f"{failed.get(key, '')}", flush=True)
    for run in runs:
        key, answer = run[:2], answers.get(run[:2], {})
        row = {**common, "case": case["name"], "tool": run[0], "setting": run[1], "convention": run[3],
               "repeats": len(samples[key]), "status": failed.get(key, "ok" if answer.get("converged") else "not converged"),
               "iterations": answer.get("iterations"), "d_eff": answer.get("d_eff"), "true_error": None,
               "versions": answer.get("versions", {})}
        for name in ("cpu_s", "wall_s", "peak_mb", "solve_cpu_s"):
            values = [s[name] for s in samples[key] if s.get(name) is not None]
            row[name] = round(statistics.median(values), 3) if values else None
        if row["d_eff"] is not None:
            exact = reference(case, run[3], options, known)
            if exact:
                row["reference"], row["true_error"] = exact, row["d_eff"] / exact - 1
        yield row


def parsed():
    p = argparse.ArgumentParser(prog="benchmarks/peers/run.sh")
    p.add_argument("--data", help="folder of further volumes: every .tif, .h5, .hdf5; label 0, first axis")
    p.add_argument("--sizes", type=int, nargs="*", default=[100, 200], help="edges of generated electrodes")
    p.add_argument("--porosities", type=float, nargs="+", default=[0.4, 0.2])
    p.add_argument("--tools", "--only", nargs="+", help="tauvox taufactor taufactor-multiphase porespy openimpala; "
                   "rows of other tools stay as they are in the file of results")
    p.add_argument("--settings", default="", help="regular expression: only settings that it finds, e.g. '^1e-2$'")
    p.add_argument("--cases", help="regular expression: only cases whose name it finds")
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--long", type=float, default=120, help="a run above this many s is not repeated")
    p.add_argument("--timeout", type=float, default=900, help="s a run may take")
    p.add_argument("--reference-timeout", type=float, default=3600)
    p.add_argument("--memory-gb", type=float, default=round(0.6 * os.sysconf("SC_PHYS_PAGES")
                                                            * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
                   help="address space a run may take (default: 0.6 of the memory)")
    p.add_argument("--output", type=pathlib.Path, default=pathlib.Path("benchmarks/results/peers.jsonl"))
    p.add_argument("--tauvox", required=True, help=argparse.SUPPRESS)
    p.add_argument("--commit", default="unknown", help=argparse.SUPPRESS)
    p.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    return p.parse_args()


def main():
    options = parsed()
    options.build = options.build.resolve()
    saved = options.build / "references.json"
    known = json.loads(saved.read_text()) if saved.exists() else {}
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    common = {"machine": f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores",
              "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ"), "commit": options.commit}
    for case in cases.all_cases(options.tauvox, options.build, options.sizes, options.porosities, options.data):
        if options.cases and not re.search(options.cases, case["name"]):
            continue
        print(case["name"], flush=True)
        common["load"] = os.getloadavg()[0]
        table.merge(options.output, list(measure_case(case, options, known, common)))


if __name__ == "__main__":
    main()
