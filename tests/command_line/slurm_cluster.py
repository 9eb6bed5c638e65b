"""examples/hpc/slurm_array.sh on a Slurm of this machine alone: tasks that are pre-empted and a worker that is killed lose nothing.

usage: slurm_cluster.py TAUVOX [VOLUMES PREEMPTIONS [SEED]]      (12 4; needs slurmctld and slurmd, and root)
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

tauvox = Path(sys.argv[1]).resolve()
volumes, preemptions = (int(word) for word in (sys.argv[2:4] or ("12", "4")))
chance = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
script = Path(__file__).resolve().parents[2] / "examples/hpc/slurm_array.sh"
WORKERS = 2
LONG = 120 + 20 * volumes  # seconds until a lot is done at the latest
SETTINGS = """phases = { pore = 0, active = 1, binder = 2 }
device = "cpu"
ionic = ["pore"]
threads = 1
"""
# No munge and no accounts: nothing but this machine, on ports of its own. A task that was put
# back begins again after cred_expire (seconds, 5 at least).
CONF = """ClusterName=tauvox-test
SlurmctldHost=localhost
SlurmUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
SlurmctldPort={port}
SlurmdPort={next_port}
StateSaveLocation={at}/state
SlurmdSpoolDir={at}/spool
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/slurmd.pid
SlurmctldLogFile={at}/slurmctld.log
SlurmdLogFile={at}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
NodeName=localhost NodeHostname=localhost NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=4000 State=UNKNOWN
PartitionName=lot Nodes=localhost Default=YES PriorityTier=1 State=UP
PartitionName=urgent Nodes=localhost PriorityTier=10 PreemptMode=OFF State=UP
"""


def run(*words, code=0, **how):
    result = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=LONG, **how)
    assert result.returncode == code, f"{words}\n{result.stdout}{result.stderr}"
    return result.stdout


def wait_for(condition, what, seconds=LONG):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}\n{run('squeue', '-a')}"
        time.sleep(0.2)


class Cluster:
    """One node with a processor for each worker."""

    def __init__(self, at):
        for name in ("state", "spool"):
            (at / name).mkdir(parents=True)
        port = random.SystemRandom().randrange(20000, 30000, 2)
        (at / "slurm.conf").write_text(CONF.format(at=at, port=port, next_port=port + 1, cpus=WORKERS))
        os.environ["SLURM_CONF"] = str(at / "slurm.conf")
        self.daemons = [subprocess.Popen([name, "-D", *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                        for name, *more in (("slurmctld",), ("slurmd", "-N", "localhost"))]

    def __enter__(self):
        wait_for(lambda: subprocess.run(["sinfo", "-h", "-t", "idle", "-o", "%n"], capture_output=True, text=True).stdout.strip(),
                 "the node of Slurm", 60)
        return self

    def __exit__(self, *_):
        subprocess.run(["scancel", "--full", "--signal=KILL", "--user", "root"], capture_output=True)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(60)


def submit(lot, *more):
    """Pre-emptible tasks, one for each worker."""
    # TIMEs and memories of the script are those of a real cluster.
    words = ["sbatch", "--parsable", f"--array=0-{WORKERS - 1}", "--cpus-per-task=1", "--mem=100M", "--time=60", f"--output={lot}-%a.log",
             f"--export=ALL,SHARDS={WORKERS},TAUVOX={tauvox}", *more, script, "scans/*.h5", "settings.toml", lot]
    return run(*words, cwd=folder).strip()


def in_queue(job):
    return subprocess.run(["squeue", "-h", "-r", "-j", job, "-o", "%T"], capture_output=True, text=True).stdout.split()


def finished(lot):
    return {path.parent.name for path in (folder / lot / "volumes").glob("*/results.json")}


def workers():
    """Processes of `tauvox batch` for this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if words[:2] == [str(tauvox).encode(), b"batch"] and (path / "cwd").resolve() == folder:
                found.append(int(path.name))
        except OSError:
            pass
    return found


def answers(lot):
    """What does not depend on when and by whom it was computed."""
    found = {}
    for path in sorted((folder / lot / "volumes").glob("*/results.json")):
        report = json.loads(path.read_text())
        found[path.parent.name] = [{k: v for k, v in r.items() if k not in ("seconds", "stages")} for r in report["results"]]
    return found


def disturbed(lot):
    """A task of greater urgency takes a processor at random times; once, a worker is killed outright."""
    job, asked = submit(lot), 0
    kill_at = chance.randrange(preemptions)
    while asked < preemptions:
        pause = chance.uniform(0.5, 3)
        wait_for(lambda: "RUNNING" in in_queue(job) and workers() or not in_queue(job), "a task that runs")
        if not in_queue(job):
            break
        time.sleep(pause)
        if asked == kill_at and workers():
            os.kill(chance.choice(workers()), signal.SIGKILL)
        run("sbatch", "--wait", "--partition=urgent", "--cpus-per-task=1", "--mem=100M", "--output=/dev/null",
            f"--ntasks={chance.randint(1, WORKERS)}", "--wrap", "true", cwd=folder)
        asked += 1
    wait_for(lambda: not in_queue(job), "the end of the tasks")
    return asked


if not all(shutil.which(name) for name in ("slurmctld", "slurmd", "sbatch")) or os.geteuid() != 0:
    print("no Slurm, or not root: not tried")
    sys.exit(0)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name).resolve()
    (folder / "scans").mkdir()
    (folder / "settings.toml").write_text(SETTINGS)
    for i in range(volumes):
        run(tauvox, "generate", "electrode", "--size", 48 + 8 * (i % 3), "--seed", i, "--voxel-size", "0.4um", "-o", f"scans/{i:03}.h5",
            cwd=folder)
    with Cluster(folder / "slurm"):
        began = time.monotonic()
        quiet = submit("quiet")
        wait_for(lambda: not in_queue(quiet), "the end of the tasks")
        quiet_seconds, began = time.monotonic() - began, time.monotonic()
        asked = disturbed("disturbed")
        seconds = time.monotonic() - began
    for lot in ("quiet", "disturbed"):
        logs = "".join(log.read_text() for log in folder.glob(f"{lot}-*.log"))
        assert len(finished(lot)) == volumes, f"{lot}: {len(finished(lot))} of {volumes}\n{logs[-3000:]}"
        run(tauvox, "collect", lot, "-o", f"{lot}.json", cwd=folder)
    assert answers("quiet") == answers("disturbed")
    left = [p for p in (folder / "disturbed").rglob("*") if ".part" in p.name or "lock" in p.name or p.suffix == ".ckpt"]
    assert not left, left
    log = "".join(path.read_text() for path in folder.glob("disturbed-*.log"))
    told, replaced = log.count('"status":"interrupted"'), log.count("(attempt 1 of 3)")
    print(f"{volumes} volumes, {WORKERS} workers: {asked} times pre-empted at random, {told} workers said that they were; {replaced} killed; "
          f"no volume lost, the same numbers; {quiet_seconds:.0f} s undisturbed, {seconds:.0f} s disturbed")
