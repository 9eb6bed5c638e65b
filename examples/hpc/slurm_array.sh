#!/usr/bin/env bash
# Many volumes on a cluster: an array of Slurm whose tasks share one lot.
#
#   sbatch examples/hpc/slurm_array.sh 'scans/*.tif' settings.toml lot
#
# Each task takes every 10th volume (--shard); the tasks need not all run at once, and a second sbatch of the same line
# goes on where the first ended. Two minutes before its time is over, and when it is pre-empted, a task keeps what it
# has finished (exit code 75) and is put into the queue again. The number of tasks stands in --array and in SHARDS.
#SBATCH --job-name=tauvox
#SBATCH --array=0-9
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
SHARDS=${SHARDS:-10}
volumes=$1 settings=$2 lot=$3
tauvox=${TAUVOX:-build/tauvox}

# B: in --signal gives the signal to this shell, which hands it on; `wait` returns early then.
told=no worker=
trap 'told=yes; [ -z "$worker" ] || kill -USR1 "$worker"' USR1 TERM
work() {
  "$tauvox" batch "$volumes" --settings "$settings" -o "$lot" --shard "${SLURM_ARRAY_TASK_ID:-0}/$SHARDS" --no-wait &
  worker=$! code=0
  wait "$worker" || code=$?
  while [ "$told" = yes ] && [ "$code" -gt 128 ]; do
    told=no code=0
    wait "$worker" || code=$?
  done
}

# Whoever was killed outright (by hand, for want of memory) is replaced by one that takes over what is left.
for attempt in 1 2 3; do
  work
  [ "$code" -gt 128 ] || break
  echo "worker $worker ended with code $code (attempt $attempt of 3)" >&2
done

if [ "$code" -eq 75 ] && [ -n "${SLURM_JOB_ID:-}" ]; then
  scontrol requeue "$SLURM_JOB_ID" || true # of a task that was pre-empted Slurm has done so already
fi
# When all tasks are done:
#   tauvox collect "$lot" -o all.csv
exit "$code"
