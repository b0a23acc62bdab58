"""How many columns results have, and what these are called: one entry for each kind of last axis.

A function of arrays names the axes of its result in the table of operations. What is here takes
those of its options that say which basis is meant (the transforms of a path, ``planar``,
``method``, ``scalar_term``, ``weights``), with the same defaults.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from treealg.numeric.basis import branched_log_sig_length, branched_sig_length
from treealg.numeric.names import branched_log_sig_names, branched_sig_names
from treealg.numeric.word_basis import log_sig_length, sig_length
from treealg.numeric.word_names import log_sig_names, sig_names

__all__ = ["COLUMNS", "Columns"]


class Columns(NamedTuple):
    """The functions that count and name the columns along an axis."""

    length: Callable[..., int]
    names: Callable[..., tuple[str, ...]]

    def options(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the options of a function that say which columns there are.

        Examples
        --------
        >>> COLUMNS["log_words"].options({"method": 1, "n_jobs": 2, "weights": None})
        {'method': 1, 'weights': None}
        """
        taken = inspect.signature(self.length).parameters.keys() - {"dimension", "degree"}
        return {name: value for name, value in values.items() if name in taken}


COLUMNS = {
    "coefficients": Columns(branched_sig_length, branched_sig_names),
    "log_coefficients": Columns(branched_log_sig_length, branched_log_sig_names),
    "words": Columns(sig_length, sig_names),
    "log_words": Columns(log_sig_length, log_sig_names),
}
"""By the name of the axis, as in `treealg.operations`."""
