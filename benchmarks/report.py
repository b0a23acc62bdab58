"""Write docs/benchmarks.md: the prose of page.md, with tables made from the stored results.

    python benchmarks/report.py            write the page
    python benchmarks/report.py --check    say whether the page is what the results give

A placeholder names what to show, a benchmark, and groups of it (by default all):
``{{summary signatures paths}}`` geometric means and least ratios, ``{{table group}}`` all cases,
``{{times gradients streams}}`` functions by sizes, ``{{ratios engines}}`` sizes by functions;
``{{mean threads}}`` and ``{{least threads}}`` within a sentence; ``{{runs}}`` what was measured
where.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import geometric_mean
from typing import Any

from harness import RESULTS, Case, load, summary

TEMPLATE = Path(__file__).parent / "page.md"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

UNITS = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)]

# By function and kind: the geometric mean that is aimed at, and perhaps the least ratio.
Aims = dict[str, list[float]]


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    lines = [list(header), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def time_text(seconds: float | None) -> str:
    """Return a time to three digits, in the unit that suits it."""
    if seconds is None:
        return ""
    unit, size = next((unit for unit in UNITS if seconds >= unit[1]), UNITS[-1])
    return f"{number(seconds / size)} {unit}"


def number(value: float) -> str:
    """Return a number to three digits, or all digits before the point."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:#.3g}"


def aim_text(aims: Aims, function: str, kind: str, mean: float, least: float) -> str:
    """Return what was aimed at, and whether it was missed."""
    aim = aims.get(f"{function}, {kind}", [])
    text = ", least ".join(f"{value:g}" for value in aim)
    missed = any(got < wanted for got, wanted in zip((mean, least), aim, strict=False))
    return f"{text} (missed)" if missed else text


def function_text(case_function: str) -> str:
    """Return a function's name as code, and what follows a comma as it is."""
    name, *more = case_function.split(", ")
    return ", ".join([f"`{name}`" if re.fullmatch(r"\w*(_|[a-z][A-Z])\w*", name) else name, *more])


def summary_table(cases: list[Case], aims: Aims) -> str:
    """Return geometric means and least ratios beside the aims."""
    found = summary(cases)
    rows = [
        [
            function_text(function),
            kind,
            number(mean),
            number(least),
            aim_text(aims, function, kind, mean, least),
        ]
        for function, kind, mean, least in found
    ]
    return without_empty(["what", "kind", "geometric mean", "least", "aim"], rows)


def case_table(cases: list[Case], aims: Aims) -> str:
    """Return a line per case; the aims where each function has one case."""
    single = len({(case.function, case.kind) for case in cases}) == len(cases)
    peers = {case.beside for case in cases} - {""}
    rows = [
        [
            function_text(case.function),
            case.kind,
            case.size,
            time_text(case.seconds),
            case.beside if len(peers) > 1 else "",
            time_text(case.beside_seconds),
            "" if case.ratio is None else number(case.ratio),
            aim_text(aims, case.function, case.kind, case.ratio, case.ratio)
            if single and case.ratio
            else "",
        ]
        for case in cases
    ]
    other = peers.pop() if len(peers) == 1 else "takes"
    return without_empty(
        ["what", "kind", "size", "treealg", "beside it", other, "ratio", "aim"], rows
    )


def without_empty(header: list[str], rows: list[list[str]]) -> str:
    """Return a table without columns that are empty, or say non-planar only."""
    kept = [
        column
        for column in range(len(header))
        if {row[column] for row in rows} - {"", "non-planar"}
    ]
    return table([header[c] for c in kept], [[row[c] for c in kept] for row in rows])


def times_table(cases: list[Case], aims: Aims) -> str:
    """Return functions by sizes, with times."""
    sizes = list(dict.fromkeys(case.size for case in cases))
    times = {(case.function, case.size): case.seconds for case in cases}
    return table(
        ["what", *sizes],
        [
            [function_text(function), *(time_text(times.get((function, size))) for size in sizes)]
            for function in dict.fromkeys(case.function for case in cases)
        ],
    )


def ratios_table(cases: list[Case], aims: Aims) -> str:
    """Return sizes by kinds and functions, with ratios."""
    columns = list(dict.fromkeys((case.kind, case.function) for case in cases))
    ratios = {(case.size, case.kind, case.function): case.ratio for case in cases}
    return table(
        ["size", *(", ".join(column) for column in columns)],
        [
            [size, *(number(ratios[size, *column] or 0) for column in columns)]
            for size in dict.fromkeys(case.size for case in cases)
        ],
    )


def ratios_of(cases: list[Case]) -> list[float]:
    """Return the ratios of all cases that stand beside something."""
    return [case.ratio for case in cases if case.ratio is not None]


def mean_text(cases: list[Case], aims: Aims) -> str:
    """Return the geometric mean of all ratios."""
    return number(geometric_mean(ratios_of(cases)))


def least_text(cases: list[Case], aims: Aims) -> str:
    """Return the least ratio."""
    return number(min(ratios_of(cases)))


SHOWN: dict[str, Callable[[list[Case], Aims], str]] = {
    "summary": summary_table,
    "table": case_table,
    "times": times_table,
    "ratios": ratios_table,
    "mean": mean_text,
    "least": least_text,
}


def runs(results: dict[str, tuple[dict[str, Any], list[Case]]]) -> str:
    """Return a line per machine, with its versions, dates and benchmarks."""
    names: dict[str, list[str]] = {}
    for name, (about, _) in results.items():
        machine, versions = about["machine"], about["versions"]
        text = (
            f"{machine['processor']}, {machine['cores']} logical cores, {machine['system']}, "
            f"kernels for {machine['instruction set']}; "
            + ", ".join(f"{package} {number}" for package, number in versions.items())
            + f"; {about['date']}{', a quick run' if about['quick'] else ''}"
        )
        names.setdefault(text, []).append(name)
    return "\n".join(
        f"- {', '.join(known) + ': ' if len(names) > 1 else ''}{text}"
        for text, known in names.items()
    )


def page() -> str:
    """Return the page that the stored results give."""
    results = {path.stem: load(path) for path in sorted(RESULTS.glob("*.json"))}

    def filled(match: re.Match[str]) -> str:
        what, *names = match.group(1).split()
        if what == "runs":
            return runs(results)
        about, cases = results[names[0]]
        chosen = [case for case in cases if case.group in (names[1:] or [case.group])]
        return SHOWN[what](chosen, about["aims"])

    return re.sub(r"\{\{(.*?)\}\}", filled, TEMPLATE.read_text("utf-8"))


def main() -> int:
    """Write the page, or compare it with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what differs")
    text = page()
    if parser.parse_args().check:
        if PAGE.read_text("utf-8") == text:
            return 0
        print(f"{PAGE.name} is not what benchmarks/report.py writes: run it", file=sys.stderr)
        return 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
