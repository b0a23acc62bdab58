"""NumPy source of a map: a function on arrays with any leading batch shape, in any dtype."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from treealg.codegen.maps import PATH_MAPS, MapSize, build_path_program, build_program
from treealg.codegen.printers.text import (
    Source,
    fit,
    function_name,
    heading,
    layout_lines,
    sum_text,
    wrapped,
)
from treealg.codegen.program import Program, Vector

__all__ = ["numpy_source"]


def numpy_source(size: MapSize, backward: bool, dtype: str) -> Source:
    """Return the NumPy source of a map."""
    name = function_name(size, backward, dtype)
    lines = ["import numpy as np", "", ""]
    if size.name in PATH_MAPS:
        lines += [piece for line in _path_lines(size, backward, name) for piece in fit(line)]
    else:
        program = build_program(size, backward=backward)
        lines += _function(program, name, heading(size, backward))
    return Source("\n".join(lines) + "\n", name, "numpy", dtype, size, backward)


def _scaled(coefficient: Fraction, body: str) -> str:
    # Division last, so that fractions stay fractions.
    text = body if coefficient.numerator == 1 else f"{coefficient.numerator} * {body}"
    return text if coefficient.denominator == 1 else f"{text} / {coefficient.denominator}"


def _docstring(lines: Sequence[str]) -> list[str]:
    first, *rest = lines
    return [f'    """{first}', *(f"    {line}".rstrip() for line in rest), '    """']


def _shapes(vectors: Sequence[Vector]) -> list[str]:
    return [
        f"  {line.replace(' numbers', ' numbers on the last axis', 1)}"
        for line in layout_lines(vectors)
    ]


def _function(program: Program, name: str, notes: Sequence[str]) -> list[str]:
    arguments = ", ".join(vector.name for vector in program.inputs)
    lines = [f"def {name}({arguments}):"]
    lines += _docstring(
        [*notes, "", "Reads:", *_shapes(program.inputs), "Returns:", *_shapes(program.outputs)]
    )
    return lines + list(_body(program))


def _body(program: Program) -> Iterator[str]:
    names = [""]
    for vector in program.inputs:
        names += [f"{vector.name}[..., {index}]" for index in range(vector.size)]
    names += [f"t{row}" for row in range(program.levels[-1])]
    inputs = [vector.name for vector in program.inputs]
    shapes = ", ".join(f"{text}.shape[:-1]" for text in inputs)
    yield f"    batch = np.broadcast_shapes({shapes})"
    yield f"    dtype = np.result_type({', '.join(inputs)})"
    for vector in program.outputs:
        yield f"    {vector.name} = np.zeros((*batch, {vector.size}), dtype)"

    def statement(target: str, row: int, comment: str = "") -> Iterator[str]:
        # Wrapped lines stand in parentheses.
        text = sum_text(program.rows[row], names.__getitem__, _scaled)
        single = f"    {target} = {text}{comment}"
        if len(single) <= 100:
            yield single
            return
        yield f"    {target} = ({comment}"
        yield from (line.replace("    ", "", 1) for line in wrapped(text, "            "))
        yield "    )"

    for row in range(program.levels[-1]):
        if row in program.levels:
            yield f"    # level {program.levels.index(row) + 1}"
        yield from statement(f"t{row}", row)
    row = program.levels[-1]
    for vector in program.outputs:
        for index, entry in enumerate(vector.entries):
            if program.rows[row]:
                yield from statement(f"{vector.name}[..., {index}]", row, f"  # {entry}")
            row += 1
    yield f"    return {', '.join(vector.name for vector in program.outputs)}"


def _path_lines(size: MapSize, backward: bool, name: str) -> Iterator[str]:
    program = build_path_program(size)
    corrected = len(program.step.inputs) > 2
    states = program.state.size
    argument = ", correction" if corrected else ""
    row = ", correction[..., i - 1, :]" if corrected else ""
    notes = [*heading(size, backward), "", "Reads:"]
    notes += [f"  path: (..., length, {size.dimension}), length at least 1"]
    if corrected:
        notes += [f"  correction: (..., length - 1, {program.step.inputs[2].size})"]
    yield from _function(program.step, f"_{name}_step", ["The state one segment later."])
    yield from ["", ""]
    # A difference is a zero of the right kind for objects such as fractions, too.
    zero = f"np.repeat(path[..., 0, :1] - path[..., 0, :1], {states}, axis=-1)"
    if not backward:
        yield from _function(program.readout, f"_{name}_read", ["The result, from the last state."])
        yield from ["", "", f"def {name}(path{argument}):"]
        yield from _docstring([*notes, "Returns:", *_shapes(program.readout.outputs)])
        yield f"    state = {zero}"
        yield "    for i in range(1, path.shape[-2]):"
        yield "        dx = path[..., i, :] - path[..., i - 1, :]"
        yield f"        state = _{name}_step(state, dx{row})"
        yield f"    return _{name}_read(state)"
        return
    adjoints = build_path_program(size, backward=True)
    yield from _function(adjoints.step, f"_{name}_step_back", ["The derivatives of one segment."])
    yield from ["", ""]
    yield from _function(adjoints.readout, f"_{name}_read_back", ["That of the last state."])
    yield from ["", "", f"def {name}(path{argument}, d_out):"]
    notes += _shapes(adjoints.readout.inputs[1:])
    returns = ["  d_path: the shape of path", *["  d_correction: that of correction"] * corrected]
    yield from _docstring([*notes, "Returns:", *returns])
    yield f"    states = [{zero}]"
    yield "    for i in range(1, path.shape[-2]):"
    yield "        dx = path[..., i, :] - path[..., i - 1, :]"
    yield f"        states.append(_{name}_step(states[-1], dx{row}))"
    yield "    d_path = np.zeros_like(path)"
    if corrected:
        yield "    d_correction = np.zeros_like(correction)"
    yield f"    d_state = _{name}_read_back(states[-1], d_out)"
    yield "    for i in range(path.shape[-2] - 1, 0, -1):"
    yield "        dx = path[..., i, :] - path[..., i - 1, :]"
    result = "d_state, d_dx" + ", d_correction[..., i - 1, :]" * corrected
    yield f"        {result} = ("
    yield f"            _{name}_step_back(states[i - 1], dx{row}, d_state)"
    yield "        )"
    yield "        d_path[..., i, :] += d_dx"
    yield "        d_path[..., i - 1, :] -= d_dx"
    yield f"    return d_path{', d_correction' if corrected else ''}"
