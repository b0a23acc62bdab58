"""The parts of stubs that follow from others.

In `treealg.numeric` the signatures for arrays of other packages follow from those for arrays of
NumPy, and those of derivatives in a direction from all of them; those of `treealg.torch`, `jax`,
`xarray` and `dask` follow from those for arrays of NumPy and for lists. ``python -m tests.stubs``
writes them anew.
"""

import re
from pathlib import Path

import treealg
from treealg.xarray.dimensions import roles_of

PACKAGE = Path(treealg.__file__).parent
# What functions take and give in place of arrays.
TYPES = {
    "torch": ("Tensor", "Tensor"),
    "jax": ("ArrayLike", "Array"),
    "xarray": ("DataArray | ArrayLike", "DataArray"),
    "dask": ("Array | ArrayLike", "Array"),
}
# Those whose arrays are lazy, or have dimensions, take no lists of paths.
OF_ARRAYS = ("xarray", "dask")
# Arguments of functions of two batches of paths, with their tangents.
PAIRS = [f"{name}{end}" for name in ("path1", "path2", "x", "y") for end in ("", "_tangent")]
NUMBERS = PACKAGE / "numeric" / "__init__.pyi"
DIRECTIONS = "# treealg.numeric.operations.directions\n"


def is_of_lists(piece):
    """Tell whether a signature is one for lists of arrays of other packages."""
    return re.search(r"\(\s*\w+: Sequence\[OtherT\]", piece) is not None


def is_of_others(piece):
    """Tell whether a signature follows from one for arrays of NumPy."""
    return "OtherT" in piece and not is_of_lists(piece)


def of_others(piece):
    """Return the signature for arrays of other packages, which do not mix with lists of numbers."""
    text = re.sub(r"ArrayT \| Exact|ArrayT", "OtherT", piece.removeprefix("@overload\n"))
    if not is_of_pairs(text):
        return f"@overload\n{text}"
    text = with_lists(text)
    if not text.startswith("@overload\n"):
        return f"@overload\n{text}"
    listed, mark, text = text.rpartition("@overload\n")
    return re.sub(r"out: .+ = None,", "out: None = None,", listed) + mark + text


def is_of_pairs(piece):
    """Tell whether a signature is one of two batches of paths."""
    return re.search(rf"^    ({'|'.join(PAIRS)}): ", piece, flags=re.MULTILINE) is not None


def with_others(text):
    """Return the stub of the numbers with the signatures for arrays of other packages anew."""
    start = text.index("\n# treealg.numeric.")
    pieces = [piece for piece in pieces_in(text[start:]) if not is_of_others(piece)]
    found = [text[:start].rstrip(), ""]
    for place, piece in enumerate(pieces):
        if piece.startswith("#"):
            found += ["", piece, ""] if len(found) > 2 else [piece, ""]
            continue
        found.append(piece if piece.startswith("@overload") else f"@overload\n{piece}")
        following = pieces[place + 1] if place + 1 < len(pieces) else "#"
        if following.startswith("#") or name_of(following) != name_of(piece):
            own = [p for p in pieces if "def " in p and name_of(p) == name_of(piece)]
            found += [of_others(p) for p in own if not is_of_lists(p)]
    return "\n".join(found) + "\n"


def with_tangents(text, row):
    """Return a signature with the tangents of arguments behind these, for a row of the table."""
    names = dict(zip(row.jvp.tangents, tangent_names(row.jvp), strict=True))
    found = []
    text = on_several_lines(without_out(text))
    for line in text.replace(f"def {row.name}(", f"def {row.name}_jvp(").split("\n"):
        found.append(line)
        match = re.fullmatch(r"    (\w+): (.+?)(?: = .+)?,", line)
        if match and match[1] in names:
            kinds = [kind for kind in match[2].split(" | ") if kind not in ("bool", "None")]
            kind = " | ".join([*kinds, "None"])
            is_positional = "    *," not in found
            found.append(f"    {names[match[1]]}: {kind}{'' if is_positional else ' = None'},")
    return "\n".join(found)


def on_several_lines(text):
    """Return a signature with a line for each parameter."""
    inside = re.search(r"def \w+\(([^\n]+)\) -> ", text)
    if inside is None:
        return text
    parameters = "".join(f"    {x},\n" for x in inside[1].split(", "))
    return text[: inside.start(1)] + "\n" + parameters + text[inside.end(1) :]


def without_out(text):
    """Return a signature without the place of the result, which is an option of NumPy alone."""
    out = r"out: (?:(?:\w+|tuple\[[^\n]+?\]) \| )?None = None"
    text = re.sub(rf"    {out},\n", "", text)
    return re.sub(rf"(?:, \*)?, {out}", "", text).replace("    *,\n)", ")")


def tangent_names(row):
    """Return the names of the tangents of a derivative, in the order of its arguments."""
    return [argument.name for argument in row.arguments if argument.role == "tangent"]


def expected_numbers():
    """Return the stub of the numbers, from what is written there for lists and arrays of NumPy."""
    text = with_others(NUMBERS.read_text("utf-8").split(DIRECTIONS)[0])
    found = []
    for piece in functions_in(text):
        row = treealg.operations.get(name_of(piece))
        if row is not None and row.jvp is not None:
            found.append(with_tangents(piece, row))
    return "\n".join([text, DIRECTIONS, *found]) + "\n"


def head(framework):
    """Return the line above the functions."""
    return f"# treealg.{framework}.functions\n"


def stub(framework):
    """Return the place of a stub."""
    return PACKAGE / framework / "__init__.pyi"


def functions_in(text):
    """Return the functions of arrays as they stand in the stub of the numbers, one per entry."""
    start = text.index("\n# treealg.numeric.")
    return [piece for piece in pieces_in(text[start:]) if "def " in piece]


def pieces_in(body):
    """Return the signatures of a stub, and the lines above them, one per entry."""
    pieces = re.split(r"^(?=@overload\n|(?<!@overload\n)def |# treealg)", body, flags=re.MULTILINE)
    return [piece.strip() for piece in pieces if piece.strip()]


def with_types(text, framework):
    """Return a signature of arrays as one of a framework."""
    taken, given = TYPES[framework]
    text = without_out(text)
    parameters, arrow, result = text.rpartition(") -> ")
    times = "Sequence[ArrayLike]" if is_of_lists(parameters) else "ArrayLike"
    if framework in OF_ARRAYS:  # which take what functions of arrays take
        times = f"{given} | Times"
    if is_of_pairs(parameters):  # whose options are no arrays of a framework
        options = r"((?:lengths|windows|times)\d|basepoint): (bool \| )?(?:ArrayLike|Times)"
        parameters = re.sub(options, r"\1: \2Nested", parameters)
    parameters = parameters.replace("times: Times", f"times: {times}")
    parameters = re.sub(r"ArrayT \| Exact|ArrayLike|ArrayT|OtherT", taken, parameters)
    result = result.replace("Gradients", "list[ArrayT] | tuple[list[ArrayT] | ArrayT, ...]")
    if framework == "xarray":
        parameters = with_dimensions(parameters)
    return parameters + arrow + re.sub(r"ArrayT|OtherT", given, result)


def with_dimensions(parameters):
    """Return parameters with the names of dimensions after them."""
    roles = roles_of(treealg.operations[name_of(parameters)])
    if not parameters.endswith("\n") and roles:  # on one line
        head, _, inside = parameters.partition("(")
        parameters = f"{head}(\n" + "".join(f"    {x},\n" for x in inside.split(", "))
    mark = "" if "\n    *,\n" in parameters or not roles else "    *,\n"
    return parameters + mark + "".join(f'    {role}: str = "{role}",\n' for role in roles)


def with_lists(text):
    """Return the signatures of a function of pairs, whose paths may be lists, of a framework.

    Gradients in lists are lists.
    """
    inputs = rf"^    ({'|'.join(PAIRS)}): (\w+)( \| None)?,$"
    if "tuple[" not in text.rpartition(") -> ")[2]:
        return re.sub(inputs, r"    \1: \2 | Sequence[\2]\3,", text, flags=re.MULTILINE)
    listed = re.sub(inputs, r"    \1: Sequence[\2]\3,", text, flags=re.MULTILINE)
    parameters, arrow, result = listed.rpartition(") -> ")
    listed = parameters + arrow + re.sub(r"(\w+) \|", r"list[\1] |", result)
    return f"@overload\n{listed}\n@overload\n{text}"


def name_of(text):
    """Return the name of the function whose signature a text is."""
    return re.search(r"def (\w+)\(", text).group(1)


def pieces_of(framework):
    """Return the signatures of a framework."""
    found = [
        piece
        for piece in functions_in(NUMBERS.read_text("utf-8"))
        if name_of(piece) in treealg.operations
        and not is_of_others(piece)
        and not (framework in OF_ARRAYS and is_of_lists(piece))
    ]
    names = [name_of(piece) for piece in found]
    return [
        piece if names.count(name) > 1 else piece.removeprefix("@overload\n")
        for piece, name in zip(found, names, strict=True)
    ]


def expected(framework):
    """Return the functions that have to stand in the stub, in the order of the numbers."""
    found = []
    for piece in pieces_of(framework):
        text = with_types(piece, framework)
        is_listed = is_of_pairs(text) and framework not in OF_ARRAYS
        found.append(with_lists(text) if is_listed else text)
    return "\n".join(found)


def written(framework):
    """Return the functions that stand in the stub."""
    return stub(framework).read_text("utf-8").split(head(framework))[1].strip()


if __name__ == "__main__":
    NUMBERS.write_text(expected_numbers(), "utf-8")
    for name in TYPES:
        above = stub(name).read_text("utf-8").split(head(name))[0]
        stub(name).write_text(f"{above}{head(name)}\n{expected(name)}\n", "utf-8")
