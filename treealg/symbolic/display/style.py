"""How labels are written and coloured, in every picture alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treealg.cached import cached_property
from treealg.checks import brief, check_flag, is_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_sequence
from treealg.symbolic.display.numbers import TEXT
from treealg.symbolic.trees.labels import label_kind, shown_label
from treealg.symbolic.trees.terminal import printable

__all__ = [
    "COLOURS",
    "INK",
    "OTHER_COLOURS",
    "Names",
    "Style",
    "make_style",
    "plain_text",
]

Names = Mapping[Any, str] | Sequence[str] | None

COLOURS = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999",
)  # fmt: skip
"""Colours of integers, in this order again after the last: Okabe and Ito's palette, which
colour-blind readers can tell apart, with a grey for the eighth."""

OTHER_COLOURS = (
    "#CC6677", "#332288", "#DDCC77", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933",
    "#AA4499",
)  # fmt: skip
"""Colours of labels that are no integers, none of which is one of those: Tol's muted palette."""

INK = "#737373"
"""Lines, and vertices without labels: a grey that shows on white and on dark pages."""


@dataclass(frozen=True)
class Style:
    """What a picture writes at its vertices.

    Attributes
    ----------
    shown : bool
        Whether labels are written; plain dots otherwise.
    names : mapping, sequence or None
        Texts of the labels, or None for the labels themselves.
    found : tuple
        The labels of the picture, each once.
    """

    shown: bool
    names: Names
    found: tuple[Any, ...] = ()

    def text(self, label: Any) -> str:
        """Return the text of a label."""
        names = self.names
        if names is None:
            return printable(plain_text(label))
        if isinstance(names, Mapping):
            if label not in names:
                raise InvalidValueError(
                    f"label {brief(label)} has no name: names has the labels {brief(list(names))}"
                )
        elif not is_integer(label):
            raise InvalidTypeError(
                f"a label with a name must be an integer, got {brief(label)}; give names as a "
                f"mapping from label to text"
            )
        elif not 0 <= label < len(names):
            raise InvalidValueError(
                f"label {label} has no name: names has {len(names)} entries, for labels "
                f"0 to {len(names) - 1}"
            )
        name = names[label]
        if not isinstance(name, str):
            raise InvalidTypeError(
                f"the name of label {brief(label)} must be a str, got {brief(name)}"
            )
        return printable(name)

    def colour(self, label: Any) -> str:
        """Return the colour of a label.

        By value for integers; by the sum of its characters for any other, so that letters that
        follow each other differ: the same in every picture, and never that of an integer. Where two
        labels of a picture would share one, the first has it, and the other one that is free.
        """
        return self._colours.get(_identity(label)) or _usual_colour(label)

    @cached_property
    def _colours(self) -> dict[Any, str]:
        """The colours of the labels of the picture, in whatever order these came."""
        order = sorted(self.found, key=_place)
        taken: dict[str, Any] = {}
        for label in order:
            taken.setdefault(_usual_colour(label), label)
        colours = {_identity(label): colour for colour, label in taken.items()}
        for label in order:
            if _identity(label) in colours:
                continue
            own, others = (COLOURS, OTHER_COLOURS)[:: 1 if is_integer(label) else -1]
            free = next((colour for colour in own + others if colour not in taken), None)
            if free is None:
                break
            taken[free] = label
            colours[_identity(label)] = free
        return colours

    def text_colour(self, label: Any) -> str:
        """Return black or white, whichever is easier to read on the colour of a label."""
        colour = self.colour(label)
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = ((c + 0.055) / 1.055 for c in channels)
        # Relative luminance as in the Web Content Accessibility Guidelines; where it is 0.179,
        # black and white have equal contrast.
        luminance = 0.2126 * red**2.4 + 0.7152 * green**2.4 + 0.0722 * blue**2.4
        return "black" if luminance > 0.179 else "white"


def make_style(found: Iterable[Any], names: Any, labels: Any) -> Style:
    """Check the options that all pictures share, and decide whether labels are shown.

    By default they are if they have names, or any of those in `found` is not 0.
    """
    found = tuple({_identity(label): label for label in found}.values())
    if names is not None and not isinstance(names, (Mapping, Sequence)):
        if getattr(names, "ndim", None) != 1:  # no array or index
            raise InvalidTypeError(
                "names must be a mapping from label to text or a sequence of texts, got "
                f"{type(names).__name__}"
            )
        names = check_sequence("names", getattr(names, "values", names), "a sequence of texts")
    if labels is None:
        labels = names is not None or any(not is_integer(label) or label != 0 for label in found)
    else:
        labels = check_flag("labels", labels)
    return Style(labels, names, found)


def _usual_colour(label: Any) -> str:
    if is_integer(label):
        return COLOURS[label % len(COLOURS)]
    return OTHER_COLOURS[sum(map(ord, printable(plain_text(label)))) % len(OTHER_COLOURS)]


def _identity(label: Any) -> tuple[Any, Any]:
    """Return what one label has alone: 1, 1.0 and True are equal, and three labels."""
    return label, label_kind(label)


def _place(label: Any) -> tuple[bool, int, str, str]:
    """Return by what labels are sorted: integers by value, before others by text."""
    if is_integer(label):
        return (False, label, "", "")
    return (True, 0, plain_text(label), shown_label(label))


def plain_text(label: Any) -> str:
    """Return the text of a label in pictures: of a string itself, of all else what Python shows.

    Floats and complex numbers are written as in mathematics.

    Examples
    --------
    >>> plain_text("a"), plain_text(frozenset("ba"))
    ('a', "frozenset({'a', 'b'})")
    >>> plain_text(1e-05), plain_text(2j)
    ('10⁻⁵', '2i')
    """
    return shown_label(label) if isinstance(label, (tuple, frozenset)) else TEXT.number(label)
