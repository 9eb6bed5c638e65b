"""Memory of a running tauvox, for scripts that follow its peak."""

from pathlib import Path


def resident(process):
    """Of the program and of the process that reads for it, the codes, which both see, counted once; and how many of the
    latter there are."""
    def memory(of):
        lines = Path(f"/proc/{of}/status").read_text().splitlines()
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss")}
        return found["RssAnon"] + found["RssFile"], found["RssShmem"]

    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        seen = [memory(one) for one in [process, *children]]
        return sum(own for own, _ in seen) + max(shared for _, shared in seen), len(children)
    except (OSError, KeyError):
        return 0, 0
