"""CUDA C++ source of a map: tables of terms, and a kernel in which a block computes a few items.

A block holds the numbers of `LANES` items of the batch in shared memory; its threads share the
rows of a level, so that a term is read once for all lanes, and output rows go straight to global
memory, neighbouring threads to neighbouring places. Levels are separated by barriers. The same
text compiles as C++ for the host when blocks and threads are emulated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treealg.codegen.maps import PATH_MAPS, MapSize, PathProgram, build_path_program, build_program
from treealg.codegen.program import Program, Vector
from treealg.codegen.text import Source, function_name, heading, layout_lines, wrapped
from treealg.errors import InvalidValueError

__all__ = ["MAX_SHARED_BYTES", "cuda_source"]

MAX_SHARED_BYTES = 163 * 1024
"""Shared memory that a block may have on compute capability 8.0."""

_REAL = {"float64": "double", "float32": "float"}
_LANES = 4

_HELPERS = """\
/* Rows begin to end, for all lanes; row begin goes to target. */
static __device__ void rows(const int *ptr, const {real} *coef, const {index} *left,
    const {index} *right, int begin, int end, const {real} *memory, {real} *target,
    long long stride, int lanes)
{{
    for (int r = begin + (int)threadIdx.x; r < end; r += (int)blockDim.x) {{
        {real} sum[LANES];
        for (int k = 0; k < LANES; ++k)
            sum[k] = 0;
        for (int e = ptr[r]; e < ptr[r + 1]; ++e) {{
            const {real} c = coef[e];
            const {real} *a = memory + left[e];
            const {real} *b = memory + right[e];
            for (int k = 0; k < LANES; ++k)
                sum[k] += c * a[k * STRIDE] * b[k * STRIDE];
        }}
        for (int k = 0; k < lanes; ++k)
            target[k * stride + (r - begin)] = sum[k];
    }}
}}

/* Copies a vector of each lane to shared memory; lanes without an item repeat the last one. */
static __device__ void load({real} *memory, const {real} *source, long long stride, int size,
    int lanes)
{{
    for (int i = (int)threadIdx.x; i < LANES * size; i += (int)blockDim.x) {{
        const int k = i / size;
        memory[k * STRIDE + i % size] = source[(k < lanes ? k : lanes - 1) * stride + i % size];
    }}
}}
"""

_OPENING = """\
{
    extern __shared__ REAL memory[];
    for (long long base = (long long)blockIdx.x * LANES; base < batch;
         base += (long long)gridDim.x * LANES) {
        const int lanes = batch - base < LANES ? (int)(batch - base) : LANES;
        for (int k = (int)threadIdx.x; k < LANES; k += (int)blockDim.x)
            memory[k * STRIDE] = 1;"""


def cuda_source(size: MapSize, backward: bool, dtype: str) -> Source:
    """Return the CUDA C++ source of a map.

    Parameters
    ----------
    size : MapSize
        The map.
    backward : bool
        The adjoint of the derivative.
    dtype : {"float64", "float32"}
        ``double`` or ``float``.

    Returns
    -------
    Source
        Tables and one ``extern "C"`` kernel, for any numbers of blocks and threads; it needs
        `Source.memory` numbers of dynamic shared memory.

    Raises
    ------
    InvalidValueError
        If the map has too many terms, or needs more than `MAX_SHARED_BYTES` of shared memory.
    """
    name, real = function_name(size, backward, dtype), _REAL[dtype]
    if size.name in PATH_MAPS:
        stride, lines = _path_kernel(size, backward, name, real)
    else:
        stride, lines = _vector_kernel(size, backward, name, real)
    lanes = _lanes(stride, real, size)
    text = "\n".join(lines).replace("@LANES@", str(lanes)).replace("REAL", real) + "\n"
    return Source(text, name, "cuda", dtype, size, backward, stride * lanes, lanes)


def _lanes(stride: int, real: str, size: MapSize) -> int:
    """Return how many items a block holds: fewer where they are large."""
    item = 8 if real == "double" else 4
    # Three blocks of 32 KiB at least find room on one multiprocessor.
    lanes = _LANES
    while lanes > 1 and lanes * stride * item > 32 * 1024:
        lanes //= 2
    if stride * item > MAX_SHARED_BYTES:
        raise InvalidValueError(
            f"the CUDA kernel of {size} needs {stride * item:,} bytes of shared memory, more than "
            f"the {MAX_SHARED_BYTES:,} of a multiprocessor; lower the degree or the dimension"
        )
    return lanes


def _comment(lines: Sequence[str]) -> list[str]:
    return ["/*", *(f" * {line}".rstrip() for line in lines), " */"]


def _array(kind: str, name: str, values: Sequence[str]) -> Iterator[str]:
    yield f"static __device__ const {kind} {name}[] = {{"
    yield from (line for line in wrapped(", ".join(values) or "0", "    "))
    yield "};"


def _index_type(programs: Sequence[Program]) -> str:
    most = max(program.first + program.levels[-1] for program in programs)
    return "unsigned short" if most <= 2**16 else "int"


def _tables(program: Program, prefix: str, real: str, index: str) -> Iterator[str]:
    ptr = [0]
    for row in program.rows:
        ptr.append(ptr[-1] + len(row))
    terms = [term for row in program.rows for term in row]
    yield f"/* {prefix}: row r is the sum of coef * left * right over ptr[r] <= e < ptr[r + 1]; */"
    yield "/* address 0 holds 1, then come the inputs, then the rows. */"
    yield from _array("int", f"{prefix}_ptr", list(map(str, ptr)))
    coefs = [
        str(c.numerator) if c.denominator == 1 else f"({real}){c.numerator}/{c.denominator}"
        for c, _, _ in terms
    ]
    yield from _array(real, f"{prefix}_coef", coefs)
    yield from _array(index, f"{prefix}_left", [str(left) for _, left, _ in terms])
    yield from _array(index, f"{prefix}_right", [str(right) for _, _, right in terms])
    yield ""


def _prelude(
    notes: Sequence[str], programs: dict[str, Program], stride: int, real: str
) -> list[str]:
    index = _index_type(list(programs.values()))
    lines = [*_comment(notes), "#define LANES @LANES@", f"#define STRIDE {stride}", ""]
    for prefix, program in programs.items():
        lines += _tables(program, prefix, real, index)
    return [*lines, *_HELPERS.format(real=real, index=index).split("\n")]


def _rows_call(prefix: str, begin: int, end: int, target: str, stride: str, lanes: str) -> str:
    return (
        f"rows({prefix}_ptr, {prefix}_coef, {prefix}_left, {prefix}_right, {begin}, {end}, "
        f"memory, {target}, {stride}, {lanes});"
    )


def _levels(program: Program, prefix: str, indent: str) -> Iterator[str]:
    """Compute the rows of all levels, a barrier after each."""
    for begin, end in zip(program.levels, program.levels[1:], strict=False):
        target = f"memory + {program.first + begin}"
        yield from wrapped(_rows_call(prefix, begin, end, target, "STRIDE", "LANES"), indent)
        yield f"{indent}__syncthreads();"


def _outputs(
    program: Program, prefix: str, targets: Sequence[tuple[str, str]], indent: str
) -> Iterator[str]:
    for number, ((target, stride), vector) in enumerate(zip(targets, program.outputs, strict=True)):
        begin = program.output_start(number)
        end = begin + vector.size
        yield from wrapped(_rows_call(prefix, begin, end, target, stride, "lanes"), indent)


def _signature(name: str, parameters: Sequence[str]) -> list[str]:
    return list(wrapped(f'extern "C" __global__ void {name}({", ".join(parameters)})', ""))


def _batched(vectors: Sequence[Vector]) -> list[str]:
    return [f"  batch x {line}" for line in layout_lines(vectors)]


def _vector_kernel(size: MapSize, backward: bool, name: str, real: str) -> tuple[int, list[str]]:
    program = build_program(size, backward=backward)
    stride = program.first + program.levels[-1]
    notes = heading(size, backward)
    notes += ["", "Reads:", *_batched(program.inputs), "Writes:", *_batched(program.outputs)]
    lines = _prelude(notes, {"map": program}, stride, real)
    parameters = [f"const {real} *__restrict__ {vector.name}" for vector in program.inputs]
    parameters += [f"{real} *__restrict__ {vector.name}" for vector in program.outputs]
    lines += _signature(name, [*parameters, "long long batch"])
    lines += _OPENING.split("\n")
    indent, start = " " * 8, 1
    for vector in program.inputs:
        if vector.size:
            lines.append(
                f"{indent}load(memory + {start}, {vector.name} + base * {vector.size}, "
                f"{vector.size}, {vector.size}, lanes);"
            )
        start += vector.size
    lines.append(f"{indent}__syncthreads();")
    lines += _levels(program, "map", indent)
    targets = [(f"{v.name} + base * {v.size}", str(v.size)) for v in program.outputs]
    lines += _outputs(program, "map", targets, indent)
    return stride, [*lines, f"{indent}__syncthreads();", "    }", "}"]


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


def _path_kernel(size: MapSize, backward: bool, name: str, real: str) -> tuple[int, list[str]]:
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
    stride = following + states
    notes = [*heading(size, backward), "", "Reads:", f"  path: batch x length x {channels} numbers"]
    parameters = [f"const {real} *__restrict__ path"]
    if corrections is not None:
        notes.append(f"  correction: batch x (length - 1) x {corrections} numbers")
        parameters.append(f"const {real} *__restrict__ correction")
    end = program.readout.outputs[0]
    if adjoints is None:
        notes += ["Writes:", *_batched([end])]
        parameters.append(f"{real} *__restrict__ out")
        body = _forward_body(program, states, channels, corrections, following)
    else:
        notes += _batched([adjoints.readout.inputs[1]])
        notes.append(f"Uses work: batch x ((length + 1) x {states} + {channels}) numbers.")
        notes += ["Writes:", f"  d_path: batch x length x {channels} numbers"]
        parameters += [f"const {real} *__restrict__ d_out", f"{real} *work"]
        parameters.append(f"{real} *d_path")
        if corrections is not None:
            notes.append(f"  d_correction: batch x (length - 1) x {corrections} numbers")
            parameters.append(f"{real} *d_correction")
        body = _backward_body(adjoints, program.step, states, channels, corrections)
    lines = _prelude([*notes, "length is at least 1."], programs, stride, real)
    lines += _signature(name, [*parameters, "long long batch", "long long length"])
    return stride, [*lines, *_OPENING.split("\n"), *body, "    }", "}"]


def _forward_body(
    program: PathProgram, states: int, channels: int, corrections: int | None, following: int
) -> list[str]:
    lines = f"""\
        for (int j = (int)threadIdx.x; j < LANES * {states}; j += (int)blockDim.x)
            memory[j / {states} * STRIDE + 1 + j % {states}] = 0;
        for (long long i = 1; i < length; ++i) {{""".split("\n")
    lines += _load_step(channels, states, corrections)
    lines.append("            __syncthreads();")
    lines += _levels(program.step, "step", " " * 12)
    start = program.step.output_start(0)
    lines += wrapped(
        _rows_call("step", start, start + states, f"memory + {following}", "STRIDE", "LANES"),
        " " * 12,
    )
    lines += f"""\
            __syncthreads();
            load(memory + 1, memory + {following}, STRIDE, {states}, LANES);
        }}
        __syncthreads();""".split("\n")
    lines += _levels(program.readout, "read", " " * 8)
    size = program.readout.outputs[0].size
    lines += _outputs(program.readout, "read", [(f"out + base * {size}", str(size))], " " * 8)
    return [*lines, "        __syncthreads();"]


def _backward_body(
    adjoints: PathProgram, step: Program, states: int, channels: int, corrections: int | None
) -> list[str]:
    """Go forward, keeping every state in global memory, then backward."""
    size = adjoints.readout.inputs[1].size
    behind = 1 + states + channels + (corrections or 0)
    lines = f"""\
        const long long room = (length + 1) * {states} + {channels};
        REAL *own = work + base * room;
        REAL *d_state = own + length * {states};
        for (int j = (int)threadIdx.x; j < lanes * {states}; j += (int)blockDim.x)
            own[j / {states} * room + j % {states}] = 0;
        for (long long j = threadIdx.x; j < lanes * length * {channels}; j += blockDim.x)
            d_path[base * length * {channels} + j] = 0;
        __syncthreads();
        for (long long i = 1; i < length; ++i) {{
            load(memory + 1, own + (i - 1) * {states}, room, {states}, lanes);""".split("\n")
    lines += _load_step(channels, states, corrections)
    lines.append("            __syncthreads();")
    lines += _levels(step, "step", " " * 12)
    lines += _outputs(step, "step", [(f"own + i * {states}", "room")], " " * 12)
    lines += f"""\
            __syncthreads();
        }}
        load(memory + 1, own + (length - 1) * {states}, room, {states}, lanes);
        load(memory + {1 + states}, d_out + base * {size}, {size}, {size}, lanes);
        __syncthreads();""".split("\n")
    lines += _levels(adjoints.readout, "read_back", " " * 8)
    lines += _outputs(adjoints.readout, "read_back", [("d_state", "room")], " " * 8)
    lines += f"""\
        __syncthreads();
        for (long long i = length - 1; i > 0; --i) {{
            load(memory + 1, own + (i - 1) * {states}, room, {states}, lanes);""".split("\n")
    lines += _load_step(channels, states, corrections)
    lines += f"""\
            load(memory + {behind}, d_state, room, {states}, lanes);
            __syncthreads();""".split("\n")
    lines += _levels(adjoints.step, "step_back", " " * 12)
    targets = [("d_state", "room"), (f"d_state + {states}", "room")]
    if corrections is not None:
        target = f"d_correction + (base * (length - 1) + i - 1) * {corrections}"
        targets.append((target, f"(length - 1) * {corrections}"))
    lines += _outputs(adjoints.step, "step_back", targets, " " * 12)
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
        __syncthreads();""".split("\n")
    return lines
