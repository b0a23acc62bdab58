"""What pictures start from: numbers, and the trees that their names stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
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


def read_elements(names: Iterable[Any], channels: Sequence[str] | None) -> Elements:
    """Read names as those of `branched_sig_names` and `sig_names`."""
    if isinstance(names, (str, bytes)):
        raise InvalidTypeError(f"names must be an iterable of names, got the text {names!r:.80}")
    texts = tuple(map(str, names))
    if isinstance(channels, (str, bytes)):
        raise InvalidTypeError(f"channels must be a list of names, got the text {channels!r:.80}")
    known = {} if channels is None else {str(name): n for n, name in enumerate(channels)}
    is_open = channels is None

    def build(children: tuple[Any, ...], label: Any) -> tuple[Any, ...]:
        text = str(label)
        if text not in known:
            if not is_open:
                raise InvalidValueError(
                    f"names must be made of the channels {', '.join(known)}, got {text}"
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
    try:
        found: Floats = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(f"values must be real numbers: {error}") from None
    if found.ndim != ndim or found.shape[-1] != len(elements) or not len(elements):
        axes = ("coefficients",) if ndim == 1 else ("windows", "coefficients")
        raise InvalidValueError(
            f"values must have shape ({', '.join(axes)}{',' * (ndim == 1)}) with a name for each "
            f"coefficient, got shape {found.shape} and {len(elements)} names"
        )
    return found, elements
