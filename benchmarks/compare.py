"""Compare two results of benchmarks, files or folders of them.

    python benchmarks/compare.py OLD.json NEW.json
    python benchmarks/compare.py OLD NEW --threshold 0.2
    python benchmarks/compare.py v0.1.0          what is stored now beside a release, or any commit

For each case of both: the ratio to what it stands beside, before and now, and their quotient,
which is above 1 where treealg became faster. Cases beside nothing are compared by time, which only
says something on an idle machine. The exit status is 1 if a case became slower by more than the
threshold, or if a case is gone.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import RESULTS, Case, load

Results = dict[tuple[str, ...], Case]


def read(given: str) -> Results:
    """Return the cases of a file, a folder of files, or a commit, by benchmark and name."""
    path = Path(given)
    if path.exists():
        return read_path(path)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "results.tar")
        command = ["git", "archive", f"--output={archive}", f"{given}:benchmarks/results"]
        done = subprocess.run(
            command, cwd=RESULTS.parents[1], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{given} is no file, no folder and no commit: {done.stderr.strip()}")
        shutil.unpack_archive(archive, folder, filter="data")
        return read_path(Path(folder))


def read_path(path: Path) -> Results:
    """Return the cases of a file, or of all files of a folder."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        sys.exit(f"{path}: no results")
    found = {}
    for file in files:
        about, cases = load(file)
        found |= {(about["benchmark"], *case.name): case for case in cases}
    return found


def gain(old: Case, new: Case) -> float:
    """Return how much faster the new one is, by ratios where both have one."""
    if old.ratio is None or new.ratio is None or old.beside != new.beside:
        return old.seconds / new.seconds
    return new.ratio / old.ratio


def shown(case: Case) -> str:
    """Return the ratio of a case, or its time."""
    return f"{case.seconds * 1e3:9.4f} ms" if case.ratio is None else f"{case.ratio:11.2f}x"


def main() -> int:
    """Print a line per case, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", help="a file, a folder, or a commit")
    parser.add_argument("new", nargs="?", default=str(RESULTS), help="default: what is stored")
    parser.add_argument("--threshold", type=float, default=0.1, help="loss allowed (default 0.1)")
    options = parser.parse_args()
    old, new = read(options.old), read(options.new)
    slower = 0
    for key in sorted(old.keys() & new.keys()):
        change = gain(old[key], new[key])
        mark = "slower" if change < 1 - options.threshold else ""
        slower += bool(mark)
        name = " ".join(part for part in (key[0], *key[2:]) if part)
        print(f"{name:78} {shown(old[key])} {shown(new[key])} {change:6.2f} {mark}".rstrip())
    for key in sorted(new.keys() - old.keys()):
        print(f"new:  {' '.join(key)}")
    gone = sorted(old.keys() - new.keys())
    for key in gone:
        print(f"gone: {' '.join(key)}")
    print(f"{slower} of {len(old.keys() & new.keys())} slower, {len(gone)} gone")
    return 1 if slower or gone else 0


if __name__ == "__main__":
    sys.exit(main())
