"""What pictures start from: numbers, and the trees that their names stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.foreign import is_of
from treealg.numeric.arguments.kinds import read_array
from treealg.numeric.arguments.rows import memory_for
from treealg.sequences import check_names
from treealg.symbolic import OrderedForest
from treealg.symbolic.display.style import Style, make_style
from treealg.symbolic.trees.text import parse_trees

__all__ = ["Elements", "read_elements", "read_values"]

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Elements:
    """What numbers belong to.

    Attributes
    ----------
    names : tuple of str
        Their names.
    forests : tuple of OrderedForest
        What the names stand for, with the numbers of channels as labels; a word is a forest of
        single nodes.
    channels : tuple of str
        The channels, in the order of their colours.
    """

    names: tuple[str, ...]
    forests: tuple[OrderedForest, ...]
    channels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, places: Iterable[int]) -> Elements:
        kept = [int(place) for place in places]
        names = tuple(self.names[place] for place in kept)
        return Elements(names, tuple(self.forests[place] for place in kept), self.channels)

    @property
    def style(self) -> Style:
        """How labels are drawn: one channel needs no colours."""
        count = len(self.channels)
        return make_style(range(count), self.channels, count > 1)

    @property
    def orders(self) -> npt.NDArray[np.int64]:
        """The number of nodes of each."""
        return np.array([forest.order for forest in self.forests], np.int64)


_LARGEST = 1e300  # sums and differences of such numbers are finite


def read_elements(names: Iterable[Any], channels: Sequence[str] | None) -> Elements:
    """Read names as those of `branched_sig_names` and `sig_names`."""
    texts = tuple(map(str, check_names("names", names)))
    given = [] if channels is None else check_names("channels", channels)
    known = {str(name): n for n, name in enumerate(given)}
    is_open = channels is None

    def build(children: tuple[Any, ...], label: Any) -> tuple[Any, ...]:
        text = str(label)
        if text not in known:
            if not is_open:
                raise InvalidValueError(
                    f"names must be made of the channels {', '.join(list(known)[:20])}, got "
                    f"{text:.60}"
                )
            known[text] = len(known)
        return (*children, known[text])

    read = [parse_trees(text, build) for text in texts]
    # Labels without names are numbers, and have the colours of these.
    if is_open and all(text.isdigit() for text in known):
        order = {known[text]: n for n, text in enumerate(sorted(known, key=int))}
        read = [tuple(_relabelled(tree, order) for tree in trees) for trees in read]
        known = {text: order[n] for text, n in known.items()}
    forests = tuple(OrderedForest.from_tuple(trees) for trees in read)
    return Elements(texts, forests, tuple(sorted(known, key=known.__getitem__)))


def _relabelled(tree: tuple[Any, ...], order: dict[int, int]) -> tuple[Any, ...]:
    return (*(_relabelled(child, order) for child in tree[:-1]), order[tree[-1]])


def read_numbers(value: Any, name: str) -> Floats:
    """Read an array of any kind, with named axes or not computed yet, too, as float64."""
    if is_of(value, "xarray", "dask"):
        value = read_array(value, name, "numbers")
    with memory_for(name):
        found = np.asarray(as_rows(value, name, 0).array, np.float64)
        is_small = (np.abs(found) < _LARGEST).all(where=~np.isnan(found))
    if not is_small:
        raise InvalidValueError(
            f"{name} must be below {_LARGEST:g} in size to be drawn; leave out or scale down what "
            f"is larger"
        )
    return found


def read_values(values: Any, names: Any, channels: Any, ndim: int) -> tuple[Floats, Elements]:
    """Read numbers with their names, which a table or row of pandas has itself."""
    if names is None:
        names = getattr(values, "columns", getattr(values, "index", None))
        if names is None or callable(names):
            raise InvalidTypeError(
                "names must be given, as branched_sig_names makes them, unless values is a row or "
                "table of pandas, which has names of its own"
            )
    elements = read_elements(names, channels)
    found = read_numbers(values, "values")
    if found.ndim != ndim or found.shape[-1] != len(elements) or not len(elements):
        axes = ("coefficients",) if ndim == 1 else ("windows", "coefficients")
        raise InvalidValueError(
            f"values must have shape ({', '.join(axes)}{',' * (ndim == 1)}) with a name for each "
            f"coefficient, got shape {found.shape} and {len(elements)} names"
        )
    return found, elements
