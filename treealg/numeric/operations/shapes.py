"""What an item of a result looks like: the lengths of its axes, by name, counted and not built."""

from __future__ import annotations

from typing import Any

from treealg import tables
from treealg.checks import check_integer, check_method, is_flag
from treealg.numeric.arguments.calls import checked_weights, coefficients
from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.operations.operation import (
    ArrayType,
    Call,
    Item,
    Results,
    Shape,
    axes_of_windows,
)
from treealg.numeric.paths.coefficients import listed
from treealg.numeric.vectors.geometric import geometric_sig_length
from treealg.numeric.word_basis import sig_length
from treealg.numeric.word_indices import as_words

__all__ = [
    "corrections",
    "cumulants",
    "elements",
    "elements_along_path",
    "geometric_of_signature",
    "gradients",
    "gradients_of_pairs",
    "kernels",
    "like",
    "logarithm",
    "logarithm_along_path",
    "logarithm_of_signature",
    "numbers",
    "signature",
    "signature_along_path",
    "signature_of_geometric",
    "signature_of_logarithm",
    "signature_of_words",
    "transformed",
    "with_brackets",
    "words_of_signature",
]


def like(name: str) -> Shape:
    """Return the shape function of a result that has the items of an argument."""

    def shape(call: Call) -> Item:
        return {axis: call.sizes[axis] for axis in call[name].axes}

    return shape


def gradients(*names: str) -> Shape:
    """Return the shape function of gradients in some arguments; what is no array has none."""

    def shape(call: Call) -> Results:
        found = tuple(call[name] for name in names if isinstance(call[name], ArrayType))
        return found if len(found) > 1 else found[0]

    return shape


def signature(call: Call) -> Item:
    """Return the item of a signature."""
    return {_axis(call): _elements(call) + _flag(call, "scalar_term")}


def signature_along_path(call: Call) -> Item:
    """Return the item of a signature, or of those of prefixes or windows of a path."""
    return _prefixes(call) | signature(call)


def logarithm_along_path(call: Call) -> Item:
    """Return the item of a log-signature, or of those of prefixes or windows of a path."""
    return _prefixes(call) | logarithm(call)


def logarithm(call: Call) -> Item:
    """Return the item of a log-signature."""
    return {_log_axis(call): _logarithms(call) + _flag(call, "scalar_term")}


def cumulants(call: Call) -> Item:
    """Return the item of the logarithm of an expected signature, which has the expanded form."""
    return {"log_coefficients": _elements(call) + _flag(call, "scalar_term")}


def logarithm_of_signature(call: Call) -> Item:
    """Return the item of a logarithm, with a scalar if the signature has one, and the form too."""
    size = _logarithms(call) if call["method"] else call.sizes[_axis(call)]
    return {_log_axis(call): size}


def signature_of_logarithm(call: Call) -> Item:
    """Return the item of an exponential."""
    return {_axis(call): _elements(call) if call["method"] else call.sizes[_log_axis(call)]}


def signature_of_words(call: Call) -> Item:
    """Return the item on trees that belongs to one on words, with a scalar if that has one."""
    return {"coefficients": call.sizes["words"] - _words(call) + _elements(call)}


def words_of_signature(call: Call) -> Item:
    """Return the item on words that belongs to one on trees, with a scalar if that has one."""
    return {"words": call.sizes["coefficients"] - _elements(call) + _words(call)}


def geometric_of_signature(call: Call) -> Item:
    """Return the item on words of trees that belongs to one on trees, with a scalar likewise."""
    return {"geometric_words": call.sizes["coefficients"] - _elements(call) + _tree_words(call)}


def signature_of_geometric(call: Call) -> Item:
    """Return the item on trees that belongs to one on words of trees, with a scalar likewise."""
    return {"coefficients": call.sizes["geometric_words"] - _tree_words(call) + _elements(call)}


def elements(call: Call) -> Item:
    """Return the item of chosen coefficients."""
    if _planar(call) is not None:
        return {"elements": len(listed(call["trees"]))}
    found = as_words(call["words"])
    if _flag(call, "prefixes"):
        return {"elements": sum(max(len(word), 1) for word in found)}
    return {"elements": len(found)}


def elements_along_path(call: Call) -> Item:
    """Return the item of chosen coefficients, or of those of prefixes or windows of a path."""
    return _prefixes(call) | elements(call)


def transformed(call: Call) -> Item:
    """Return the item of a transformed path."""
    length = call.sizes["length"] + _has_front(call)
    return {"length": 2 * length - 1 if call["lead_lag"] else length, "channels": _dimension(call)}


def with_brackets(call: Call) -> Item:
    """Return the item of a path with its brackets as channels."""
    channels = call.sizes["channels"]
    labels = channels + channels * (channels + 1) // 2
    return {"length": call.sizes["length"], "labels": labels}


def corrections(call: Call) -> Item:
    """Return the item of a correction of level 2, one for each segment if a path is given."""
    columns = {"columns": call.sizes["channels"] ** 2}
    return {"segments": call.sizes["length"] - 1} | columns if "length" in call.sizes else columns


def kernels(of_windows: tuple[tuple[str, str], ...]) -> Shape:
    """Return the shape function of signature kernels, a number or a grid, or those of windows."""

    def shape(call: Call) -> Item:
        if not call["return_grid"]:
            return dict(axes_of_windows(of_windows, call.values))
        order = call["dyadic_order"]
        orders = order if isinstance(order, (tuple, list)) else (order, order)
        return {
            f"nodes_{i}": (_points(call, f"length_{i}") - 1) * 2 ** orders[i - 1] + 1
            for i in (1, 2)
        }

    return shape


def numbers(*of_windows: tuple[str, str]) -> Shape:
    """Return the shape function of a number, or of one for each window."""

    def shape(call: Call) -> Item:
        return dict(axes_of_windows(of_windows, call.values))

    return shape


def gradients_of_pairs(first: str, second: str) -> Shape:
    """Return the shape function of the gradients in two arguments, None for one not asked for."""

    def shape(call: Call) -> Results:
        return (
            call[first] if call["left_deriv"] else None,
            call[second] if call["right_deriv"] else None,
        )

    return shape


def _flag(call: Call, name: str) -> int:
    """Return 1 for a flag that is set, 0 for one that is not, or that the function has not."""
    return int(bool(call.values.get(name, False)))


def _dimension(call: Call) -> int:
    """Return the channels of the transformed path."""
    channels = call.values.get("dimension", call.sizes.get("channels"))
    time_aug, lead_lag = bool(_flag(call, "time_aug")), bool(_flag(call, "lead_lag"))
    return Transform(time_aug, lead_lag).channels(channels)


def _points(call: Call, axis: str) -> Any:
    """Return the points of a transformed path."""
    length = call.sizes[axis] + _has_front(call)
    return 2 * length - 1 if call["lead_lag"] else length


def _prefixes(call: Call) -> Item:
    """Return the axis of the prefixes or windows of a path, if they are asked for."""
    if call["windows"] is not None:
        return {"windows": call.sizes["windows"]}
    if not call["stream"]:
        return {}
    return {"segments": call.sizes["length"] - 1 + _has_front(call)}


def _has_front(call: Call) -> bool:
    """Tell whether there is a base point."""
    in_front = call["basepoint"]
    return bool(in_front) if is_flag(in_front) else in_front is not None


def _planar(call: Call) -> bool | None:
    """Return which basis is meant; a function that is not told by a flag is one of words."""
    return bool(call["planar"]) if "planar" in call.values else None


def _axis(call: Call) -> str:
    return "words" if _planar(call) is None else "coefficients"


def _log_axis(call: Call) -> str:
    return f"log_{_axis(call)}"


def _elements(call: Call) -> int:
    if call.values.get("weights") is not None:
        return _weighted(call, 0)
    return tables.basis_length(_dimension(call), call["degree"], planar=_planar(call))


def _weighted(call: Call, method: int) -> int:
    """Count what is light enough; a degree of 0 counts nothing."""
    degree = check_integer("degree", call["degree"], 0)
    degree, weights = checked_weights(call["weights"], _dimension(call), degree, _planar(call))
    return coefficients(_dimension(call), degree, _planar(call), method, weights)


def _tree_words(call: Call) -> int:
    return geometric_sig_length(
        _dimension(call), call["degree"], planar=bool(call["planar"]), weights=call["weights"]
    )


def _words(call: Call) -> int:
    if call.values.get("weights") is not None:
        return sig_length(_dimension(call), call["degree"], weights=call["weights"])
    return tables.word_length(_dimension(call), call["degree"])


def _logarithms(call: Call) -> int:
    if call.values.get("weights") is not None:
        return _weighted(call, check_method(call["method"], _planar(call) is not False))
    return tables.log_length(
        _dimension(call), call["degree"], planar=_planar(call), method=call["method"]
    )
