"""Coordinates of results: names of coefficients, and those of what went in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.columns import COLUMNS
from treealg.numeric.names import channel_texts, tree_to_name
from treealg.numeric.paths.coefficients import listed
from treealg.numeric.word_indices import listed_words
from treealg.numeric.word_names import word_texts
from treealg.xarray.dimensions import Names

__all__ = ["along", "with_coordinates"]

_WINDOWS = {
    "windows": ("path", "windows", ""),
    "windows_1": ("path1", "windows1", "_1"),
    "windows_2": ("path2", "windows2", "_2"),
}


def along(value: Any, dims: Sequence[str]) -> dict[str, Any]:
    """Return the coordinates of an array that lie along some of its dimensions and no other."""
    return {
        name: coordinate
        for name, coordinate in value.coords.items()
        if set(coordinate.dims) & set(dims) and set(coordinate.dims) <= set(dims)
    }


def with_coordinates(
    result: Any,
    axes: Sequence[str],
    arrays: Mapping[str, Any],
    values: Mapping[str, Any],
    names: Names,
) -> Any:
    """Return a result with coordinates along the dimensions of its items.

    Parameters
    ----------
    result : DataArray
        The result.
    axes : sequence of str
        The axes of its items.
    arrays : mapping of str
        The arguments that have coordinates.
    values : mapping of str
        All arguments.
    names : mapping of str
        What dimensions are called.
    """
    found: dict[str, Any] = {}
    for axis in axes:
        if axis in COLUMNS or axis == "elements":
            found |= _coefficients(result, axis, arrays, values, names)
        elif axis in _WINDOWS:
            found |= _ends(axis, arrays, values, names)
        elif axis in ("length", "segments"):
            found |= _times(result, arrays, names["time"])
        elif axis == "channels":
            found |= _channels(result, arrays, values, names["channel"])
    return result.assign_coords(found)


def _times(result: Any, arrays: Mapping[str, Any], dim: str) -> dict[str, Any]:
    """Return the times of points, or of those at which segments end."""
    for value in arrays.values():
        if dim in value.dims:
            before = value.sizes[dim] - result.sizes[dim]
            if before in (0, 1):
                part = {dim: slice(before, None)}
                return {name: x[part] for name, x in along(value, (dim,)).items()}
    return {}


def _ends(
    axis: str, arrays: Mapping[str, Any], values: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    """Return the times of the first and of the last point of each window of one path."""
    of, option, end = _WINDOWS[axis]
    path, dim, point = arrays.get(of), names["time"], values["basepoint"]
    if path is None or dim not in path.coords or not (point is None or point is False):
        return {}
    times, windows = path.coords[dim].to_numpy(), arrays.get(option, values[option])
    if option in arrays:
        windows = windows.transpose("windows", "ends")
    first, stop = np.asarray(windows).reshape(-1, 2).T
    return {f"{dim}_first{end}": (axis, times[first]), f"{dim}_last{end}": (axis, times[stop - 1])}


def _channels(
    result: Any, arrays: Mapping[str, Any], values: Mapping[str, Any], dim: str
) -> dict[str, Any]:
    """Return the names of the channels of a transformed path."""
    value = next((x for x in arrays.values() if dim in x.dims), None)
    if value is None or dim not in value.coords:
        return {}
    labels = [str(x) if isinstance(x, tuple) else x for x in value.coords[dim].to_numpy()]
    if values.get("lead_lag"):
        labels = [f"{label}_{block}" for block in ("lag", "lead") for label in labels]
    if values.get("time_aug"):
        labels.append("time")
    return {dim: labels} if len(labels) == result.sizes[dim] else {}


def _coefficients(
    result: Any, axis: str, arrays: Mapping[str, Any], values: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    """Return the names of coefficients: those of an argument that has the same, or new ones."""
    size = result.sizes[axis]
    for value in arrays.values():
        if value.sizes.get(axis) == size and axis in value.coords:
            return along(value, (axis,))
    known = _labels(arrays, values, names)
    if known is None:
        return {}
    dimension, labels, options = known
    if axis == "elements":
        return {axis: [*_elements(values, dimension, labels, options)]}
    form = COLUMNS[axis].options({x: values[x] for x in ("planar", "method") if x in values})
    options = options | form
    if values.get("weights") is not None:
        options["weights"] = tuple(values["weights"])
    given = (COLUMNS[axis].names, dimension, values["degree"], labels, tuple(options.items()))
    found = _names(*given, False)
    return {axis: found if len(found) == size else _names(*given, True)}


@lru_cache(maxsize=64)
def _names(
    function: Any, dimension: int, degree: int, labels: Any, options: Any, scalar: bool
) -> Any:
    options = dict(options)
    if scalar:
        options["scalar_term"] = True
    return np.array(function(dimension, degree, channels=labels, **options))


def _labels(
    arrays: Mapping[str, Any], values: Mapping[str, Any], names: Names
) -> tuple[int, tuple[str | int, ...] | None, dict[str, Any]] | None:
    """Return how many channels there are, their names if known, and what is still done to these."""
    dim = names.get("channel")
    moves = {x: bool(values.get(x)) for x in ("time_aug", "lead_lag")}
    for value in arrays.values():
        if dim in value.dims:
            count = value.sizes[dim]
            if dim not in value.coords:
                return count, None, moves
            given = value.coords[dim].to_numpy().tolist()
            labels = tuple(x if isinstance(x, (int, str)) else str(x) for x in given)
            return count, labels, moves
    dimension = values.get("dimension")
    if dimension is None:
        return None
    for axis in COLUMNS:
        for value in arrays.values():
            if axis in value.coords:
                if values.get("weights") is not None:
                    return None  # single nodes may be anywhere
                count = Transform(**moves).channels(dimension)
                given = [str(x) for x in value.coords[axis].to_numpy() if x != "∅"]
                return count, tuple(map(_label, given[:count])), {}
    return dimension, None, moves


def _label(text: str) -> str | int:
    """Return the channel that a name of one node stands for."""
    try:
        found: str | int = json.loads(text) if text[:1] == '"' or text.isdecimal() else text
    except ValueError:  # of names that are not those of treealg
        return text
    return found


def _elements(
    values: Mapping[str, Any], dimension: int, labels: Any, options: Mapping[str, bool]
) -> Iterator[str]:
    """Yield the names of chosen coefficients."""
    if "trees" in values:
        for tree in listed(values["trees"]):
            yield tree_to_name(tree, dimension, planar=values["planar"], channels=labels, **options)
        return
    moves = {"time_aug": False, "lead_lag": False, **options}
    texts = channel_texts(dimension, labels, **moves)
    yield from word_texts(listed_words(values["words"], values.get("prefixes", False)), texts)
