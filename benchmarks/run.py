"""Run all benchmarks one after the other, each in a process of its own, and write their results.

    python benchmarks/run.py                      all, about ten minutes on an idle machine
    python benchmarks/run.py --quick              all, with fewer repetitions
    python benchmarks/run.py signatures group     some

That of GPUs runs when it is named.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    """Run what the command line names; return 1 if one of these failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="measure less, for a first look")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    failed = []
    for name in options.names or [name for name in NAMES if name != "cuda"]:
        print(f"== {name}", flush=True)
        command = [sys.executable, str(HERE / f"bench_{name}.py"), *["--quick"] * options.quick]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
