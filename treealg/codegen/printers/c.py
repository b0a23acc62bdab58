"""C99 source of a map: one self-contained function, every coefficient a formula of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from treealg.codegen.maps import PATH_MAPS, MapSize, build_path_program, build_program
from treealg.codegen.printers.text import (
    REAL,
    Source,
    comment,
    fit,
    function_name,
    heading,
    layout_lines,
    sum_text,
    used,
    wrapped,
)
from treealg.codegen.program import Program, Vector

__all__ = ["c_source"]


def c_source(size: MapSize, backward: bool, dtype: str) -> Source:
    """Return the C99 source of a map."""
    name, real = function_name(size, backward, dtype), REAL[dtype]
    if size.name in PATH_MAPS:
        lines = [piece for line in _path_lines(size, backward, name, real) for piece in fit(line)]
    else:
        program = build_program(size, backward=backward)
        lines = comment(heading(size, backward) + _layout(program.inputs, program.outputs))
        lines += _function(program, name, real, static=False)
    return Source("\n".join(lines) + "\n", name, "c", dtype, size, backward)


def _layout(inputs: Sequence[Vector], outputs: Sequence[Vector]) -> list[str]:
    return [
        "",
        "Reads:",
        *(f"  {line}" for line in layout_lines(inputs)),
        "Writes:",
        *(f"  {line}" for line in layout_lines(outputs)),
        "No argument may overlap another.",
    ]


def _function(program: Program, name: str, real: str, *, static: bool) -> list[str]:
    """Write one program as a function of vectors."""
    parameters = [f"const {real} *restrict {vector.name}" for vector in program.inputs]
    parameters += [f"{real} *restrict {vector.name}" for vector in program.outputs]
    lines = list(wrapped(f"{'static ' if static else ''}void {name}({', '.join(parameters)})", ""))
    return [*lines, "{", *_body(program, real), "}"]


def _body(program: Program, real: str) -> Iterator[str]:
    names = [""]
    for vector in program.inputs:
        names += [f"{vector.name}[{index}]" for index in range(vector.size)]
    names += [f"t{row}" for row in range(program.levels[-1])]
    fractions: dict[Fraction, str] = {}

    def scaled(coefficient: Fraction, body: str) -> str:
        if coefficient.denominator == 1:
            return f"{coefficient.numerator} * {body}"
        text = fractions.setdefault(
            coefficient, f"c{coefficient.numerator}_{coefficient.denominator}"
        )
        return f"{text} * {body}"

    statements: list[str] = []
    for row in range(program.levels[-1]):
        if row in program.levels:
            statements.append(f"    /* level {program.levels.index(row) + 1} */")
        text = sum_text(program.rows[row], names.__getitem__, scaled)
        statements += wrapped(f"const {real} t{row} = {text};", "    ")
    row = program.levels[-1]
    for vector in program.outputs:
        for index, entry in enumerate(vector.entries):
            text = sum_text(program.rows[row], names.__getitem__, scaled)
            statements += wrapped(f"{vector.name}[{index}] = {text}; /* {entry} */", "    ")
            row += 1
    for value, text in sorted(fractions.items()):
        yield f"    const {real} {text} = ({real}){value.numerator} / {value.denominator};"
    read = used(program)
    start = 1
    for vector in program.inputs:
        if read.isdisjoint(range(start, start + vector.size)):
            yield f"    (void){vector.name};"
        start += vector.size
    for vector in program.outputs:
        if not vector.size:
            yield f"    (void){vector.name};"
    yield from statements


def _path_lines(size: MapSize, backward: bool, name: str, real: str) -> Iterator[str]:
    program = build_path_program(size)
    states, channels = program.state.size, size.dimension
    corrections = program.step.inputs[2].size if len(program.step.inputs) > 2 else None
    extra = "" if corrections is None else f", const {real} *restrict correction"
    notes = heading(size, backward)
    notes += ["", "Reads:", f"  path: length x {channels} numbers, points one after the other"]
    if corrections is not None:
        notes.append(f"  correction: (length - 1) x {corrections} numbers, one row per segment")
        notes += [f"    {line}" for line in layout_lines([program.step.inputs[2]])]
    if backward:
        notes += [f"  {line}" for line in layout_lines([program.readout.outputs[0]])]
        notes[-1] = notes[-1].replace("out:", "d_out:")
        notes += [f"Uses work: length x {states} numbers, for the states between segments."]
        notes += ["Writes:", f"  d_path: length x {channels} numbers"]
        if corrections is not None:
            notes.append(f"  d_correction: (length - 1) x {corrections} numbers")
    else:
        notes += ["Writes:", *(f"  {line}" for line in layout_lines(program.readout.outputs))]
    yield from comment([*notes, "length is at least 1. No argument may overlap another."])
    yield "#include <stddef.h>"
    yield ""
    yield from _function(program.step, f"{name}_step", real, static=True)
    yield ""
    if backward:
        adjoints = build_path_program(size, backward=True)
        yield from _function(adjoints.step, f"{name}_step_back", real, static=True)
        yield ""
        yield from _function(adjoints.readout, f"{name}_read_back", real, static=True)
        yield ""
        yield from _backward_loop(name, real, states, channels, corrections, extra)
        return
    yield from _function(program.readout, f"{name}_read", real, static=True)
    yield ""
    argument = "" if corrections is None else f", correction + (i - 1) * {corrections}"
    yield from wrapped(
        f"void {name}(const {real} *restrict path, size_t length{extra}, {real} *restrict out)", ""
    )
    yield from f"""{{
    {real} state[2][{states}];
    {real} dx[{channels}];
    int now = 0;
    for (int k = 0; k < {states}; ++k)
        state[0][k] = 0;
    for (size_t i = 1; i < length; ++i) {{
        for (int a = 0; a < {channels}; ++a)
            dx[a] = path[i * {channels} + a] - path[(i - 1) * {channels} + a];
        {name}_step(state[now], dx{argument}, state[1 - now]);
        now = 1 - now;
    }}
    {name}_read(state[now], out);
}}""".split("\n")


def _backward_loop(
    name: str, real: str, states: int, channels: int, corrections: int | None, extra: str
) -> Iterator[str]:
    row = "" if corrections is None else f", correction + (i - 1) * {corrections}"
    d_row = "" if corrections is None else f", d_correction + (i - 1) * {corrections}"
    d_extra = "" if corrections is None else f", {real} *restrict d_correction"
    yield from wrapped(
        f"void {name}(const {real} *restrict path, size_t length{extra}, "
        f"const {real} *restrict d_out, {real} *restrict work, {real} *restrict d_path{d_extra})",
        "",
    )
    yield from f"""{{
    {real} d_state[2][{states}];
    {real} dx[{channels}];
    {real} d_dx[{channels}];
    int now = 0;
    for (int k = 0; k < {states}; ++k)
        work[k] = 0;
    for (size_t i = 1; i < length; ++i) {{
        for (int a = 0; a < {channels}; ++a)
            dx[a] = path[i * {channels} + a] - path[(i - 1) * {channels} + a];
        {name}_step(work + (i - 1) * {states}, dx{row}, work + i * {states});
    }}
    for (size_t k = 0; k < length * {channels}; ++k)
        d_path[k] = 0;
    {name}_read_back(work + (length - 1) * {states}, d_out, d_state[0]);
    for (size_t i = length - 1; i > 0; --i) {{
        for (int a = 0; a < {channels}; ++a)
            dx[a] = path[i * {channels} + a] - path[(i - 1) * {channels} + a];
        {name}_step_back(work + (i - 1) * {states}, dx{row}, d_state[now],
            d_state[1 - now], d_dx{d_row});
        for (int a = 0; a < {channels}; ++a) {{
            d_path[i * {channels} + a] += d_dx[a];
            d_path[(i - 1) * {channels} + a] -= d_dx[a];
        }}
        now = 1 - now;
    }}
}}""".split("\n")
