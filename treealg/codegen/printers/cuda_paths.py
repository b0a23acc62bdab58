"""CUDA kernels that go along a path with tables of terms: a step for each segment."""

from __future__ import annotations

from math import isqrt

from treealg.codegen.maps import MapSize, PathProgram, build_path_program
from treealg.codegen.printers.cuda_text import (
    Block,
    batched,
    block_of,
    finished,
    levels,
    opening,
    outputs,
    prelude,
    rows_call,
)
from treealg.codegen.printers.cuda_words import words_kernel
from treealg.codegen.printers.cuda_words_back import words_back_kernel
from treealg.codegen.printers.text import heading, wrapped
from treealg.codegen.program import Program

__all__ = ["path_kernel", "path_work"]


def path_work(states: int, channels: int, length: int) -> int:
    """Return how many numbers of ``work`` the backward kernel needs for an item."""
    every = isqrt(length - 1) + 1
    return ((length - 1) // every + 1 + every) * states + channels


def path_kernel(
    size: MapSize, backward: bool, name: str, real: str, shared_bytes: int
) -> tuple[Block, list[str], int]:
    """Return the lines of a kernel that goes along a path."""
    if size.name in ("sig", "logsig"):
        kernel = words_back_kernel if backward else words_kernel
        found = kernel(size, name, real, shared_bytes)
        if found is not None:
            return found
    program = build_path_program(size)
    adjoints = build_path_program(size, backward=True) if backward else None
    states, channels = program.state.size, size.dimension
    corrections = program.step.inputs[2].size if len(program.step.inputs) > 2 else None
    programs = {"step": program.step}
    if adjoints is None:
        programs["read"] = program.readout
    else:
        programs |= {"step_back": adjoints.step, "read_back": adjoints.readout}
    # Behind the numbers of each program there is room for the next state.
    following = max(p.first + p.levels[-1] for p in programs.values())
    block = block_of(following + states, real, shared_bytes)
    notes = [*heading(size, backward), "", "Reads:", f"  path: batch x length x {channels} numbers"]
    parameters = [f"const {real} *__restrict__ path"]
    if corrections is not None:
        notes.append(f"  correction: batch x (length - 1) x {corrections} numbers")
        parameters.append(f"const {real} *__restrict__ correction")
    if adjoints is None:
        notes += ["Writes:", *batched(program.readout.outputs)]
        parameters.append(f"{real} *__restrict__ out")
        body = _forward_body(program, states, channels, corrections, following)
    else:
        notes += batched([adjoints.readout.inputs[1]])
        notes += [
            f"Uses work: batch x ((kept + every) x {states} + {channels}) numbers, where every is",
            "  the least number whose square is not below length, and kept = (length - 1) / every",
            "  + 1: the states at each every-th point, and those between two of these.",
            "Writes:",
            f"  d_path: batch x length x {channels} numbers",
        ]
        parameters += [f"const {real} *__restrict__ d_out", f"{real} *work", f"{real} *d_path"]
        if corrections is not None:
            notes.append(f"  d_correction: batch x (length - 1) x {corrections} numbers")
            parameters.append(f"{real} *d_correction")
        body = _backward_body(adjoints, program.step, states, channels, corrections)
    lines = prelude([*notes, "length is at least 1."], programs, block)
    if backward:
        place = "(i) % every ? kept - 1 + (i) % every : (i) / every"
        lines += ["/* Where the state after segment i is kept. */"]
        lines += [f"#define STATE(i) (own + ({place}) * {states})", ""]
    lines += opening(name, parameters, ("batch", "length"), block)
    return block, finished([*lines, *body, "    }", "}"], real), states


def _load_step(channels: int, states: int, corrections: int | None) -> list[str]:
    """Load increment and correction of segment i behind the state."""
    lines = f"""\
            for (int j = (int)threadIdx.x; j < LANES * {channels}; j += (int)blockDim.x) {{
                const int k = j / {channels}, a = j % {channels};
                const REAL *point = path
                    + ((base + (k < lanes ? k : lanes - 1)) * length + i) * {channels} + a;
                memory[k * STRIDE + {1 + states} + a] = point[0] - point[-{channels}];
            }}""".split("\n")
    if corrections:
        lines += [
            f"            load(memory + {1 + states + channels}, correction + "
            f"(base * (length - 1) + i - 1) * {corrections},",
            f"                (length - 1) * {corrections}, {corrections}, lanes);",
        ]
    return lines


def _forward_body(
    program: PathProgram, states: int, channels: int, corrections: int | None, following: int
) -> list[str]:
    lines = f"""\
        for (int j = (int)threadIdx.x; j < LANES * {states}; j += (int)blockDim.x)
            memory[j / {states} * STRIDE + 1 + j % {states}] = 0;
        for (long long i = 1; i < length; ++i) {{""".split("\n")
    lines += _load_step(channels, states, corrections)
    lines.append("            __syncthreads();")
    lines += levels(program.step, "step", " " * 12)
    start = program.step.output_start(0)
    lines += wrapped(
        rows_call(program.step, "step", start, f"memory + {following}", "STRIDE", "LANES"),
        " " * 12,
    )
    lines += f"""\
            __syncthreads();
            load(memory + 1, memory + {following}, STRIDE, {states}, LANES);
        }}
        __syncthreads();""".split("\n")
    lines += levels(program.readout, "read", " " * 8)
    size = program.readout.outputs[0].size
    lines += outputs(program.readout, "read", [(f"out + base * {size}", str(size))], " " * 8)
    return [*lines, "        __syncthreads();"]


def _advance(
    step: Program, states: int, channels: int, corrections: int | None, indent: str
) -> list[str]:
    """Compute state i from the one before, both in global memory."""
    lines = [f"{indent}load(memory + 1, STATE(i - 1), room, {states}, lanes);"]
    lines += [f"    {line}" for line in _load_step(channels, states, corrections)]
    lines.append(f"{indent}__syncthreads();")
    lines += levels(step, "step", indent)
    lines += outputs(step, "step", [("STATE(i)", "room")], indent)
    return [*lines, f"{indent}__syncthreads();"]


def _backward_body(
    adjoints: PathProgram, step: Program, states: int, channels: int, corrections: int | None
) -> list[str]:
    """Go forward and keep some states, then backward, computing those between again."""
    size = adjoints.readout.inputs[1].size
    behind = 1 + states + channels + (corrections or 0)
    lines = f"""\
        long long every = 1;
        while (every * every < length)
            ++every;
        const long long kept = (length - 1) / every + 1;
        const long long room = (kept + every) * {states} + {channels};
        REAL *own = work + base * room;
        REAL *d_state = own + (kept + every - 1) * {states};
        for (int j = (int)threadIdx.x; j < lanes * {states}; j += (int)blockDim.x)
            own[j / {states} * room + j % {states}] = 0;
        for (long long j = threadIdx.x; j < lanes * length * {channels}; j += blockDim.x)
            d_path[base * length * {channels} + j] = 0;
        __syncthreads();
        for (long long first = 0, last = length - 1;;) {{
            for (long long i = first + 1; i <= last; ++i) {{""".split("\n")
    lines += _advance(step, states, channels, corrections, " " * 16)
    lines += f"""\
            }}
            if (last == length - 1) {{
                load(memory + 1, STATE(last), room, {states}, lanes);
                load(memory + {1 + states}, d_out + base * {size}, {size}, {size}, lanes);
                __syncthreads();""".split("\n")
    lines += levels(adjoints.readout, "read_back", " " * 16)
    lines += outputs(adjoints.readout, "read_back", [("d_state", "room")], " " * 16)
    lines += f"""\
                __syncthreads();
            }}
            if (last == 0)
                break;
            first = (last - 1) / every * every;
            for (long long i = last; i > first; --i) {{
                load(memory + 1, STATE(i - 1), room, {states}, lanes);""".split("\n")
    lines += [f"    {line}" for line in _load_step(channels, states, corrections)]
    lines += f"""\
                load(memory + {behind}, d_state, room, {states}, lanes);
                __syncthreads();""".split("\n")
    lines += levels(adjoints.step, "step_back", " " * 16)
    targets = [("d_state", "room"), (f"d_state + {states}", "room")]
    if corrections is not None:
        target = f"d_correction + (base * (length - 1) + i - 1) * {corrections}"
        targets.append((target, f"(length - 1) * {corrections}"))
    lines += outputs(adjoints.step, "step_back", targets, " " * 16)
    lines += f"""\
                __syncthreads();
                for (int j = (int)threadIdx.x; j < lanes * {channels}; j += (int)blockDim.x) {{
                    const REAL d_dx = d_state[j / {channels} * room + {states} + j % {channels}];
                    REAL *d_point = d_path
                        + ((base + j / {channels}) * length + i) * {channels} + j % {channels};
                    d_point[0] += d_dx;
                    d_point[-{channels}] -= d_dx;
                }}
            }}
            last = first;
            first = last - every;
            if (last == 0)
                break;
        }}""".split("\n")
    return lines
