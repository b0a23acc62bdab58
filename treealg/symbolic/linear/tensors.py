"""Finite linear combinations of tensor products, with any number of slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from treealg.checks import brief, check_callable, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.linear.combinations import LinearCombination, add_terms, terms_of
from treealg.symbolic.linear.elements import (
    Element,
    check_kind,
    check_letters,
    read_key,
    word_beside,
)
from treealg.symbolic.linear.sequences import entries_of
from treealg.symbolic.trees.meter import spend

__all__ = ["Tensor"]


class Tensor(LinearCombination[tuple[Any, ...]]):
    """A finite linear combination of tensor products of basis elements.

    Parameters
    ----------
    terms : mapping or iterable of pairs, default ()
        Keys are tuples of forests, ordered forests or words, all of one length; a tree stands
        for the forest of itself. Values are the coefficients.

    Raises
    ------
    InvalidTypeError
        If `terms` is neither a mapping nor pairs, a key is not a tuple of basis elements, or a
        slot has basis elements of several kinds.
    InvalidValueError
        If the keys have different lengths.

    Notes
    -----
    A coproduct has the pruned part in slot 0 and the trunk in slot 1.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> bck.coproduct(Tree([Tree()]))
    <Tensor (∅)⊗(0[0]) + (0)⊗(0) + (0[0])⊗(∅)>
    """

    __slots__ = ()

    _product_of = "bck.tensor_product"
    _multiple = "2 * bck.coproduct(bck.unit)"

    @classmethod
    def _family(cls) -> type[Tensor]:
        return Tensor

    @classmethod
    def _check_key(cls, key: Any) -> tuple[Any, ...]:
        if not isinstance(key, tuple):
            raise InvalidTypeError(
                f"a key of a tensor must be a tuple of basis elements, got {type(key).__name__}"
            )
        return tuple(Element._check_key(part) for part in key)

    @classmethod
    def _kind(cls, key: tuple[Any, ...]) -> Any:
        return tuple(map(type, key))

    @classmethod
    def _check_kinds(cls, keys: Iterable[tuple[Any, ...]]) -> None:
        keys = tuple(keys)
        lengths = set(map(len, keys))
        if len(lengths) > 1:
            raise InvalidValueError(
                f"keys of a tensor must have one number of slots, got {sorted(lengths)}"
            )
        super()._check_kinds(keys)

    def _find_key(self, key: Any) -> tuple[Any, ...]:
        if not isinstance(key, tuple):
            return self._check_key(key)
        if not self._terms:
            return tuple(read_key(part, ()) for part in key)
        if len(key) != self.slots:
            raise InvalidTypeError(
                f"a key of this tensor has {self.slots} slots, got {len(key)}: {brief(key)}"
            )
        found = tuple(map(read_key, key, next(iter(self._terms))))
        if found in self._terms:
            return found
        meant = list(found)
        for slot, part in enumerate(found):
            check_kind(part, self._in_slot(slot))
            if part.__class__ is tuple:
                meant[slot] = word_beside(part, self._in_slot(slot))
                check_letters(meant[slot], self._in_slot(slot))
        return tuple(meant)

    def _in_slot(self, slot: int) -> Iterator[Any]:
        return (key[slot] for key in self._terms)

    def _combine(self, other: Any, factor: int) -> Any:
        if isinstance(other, Tensor) and self and other and self.slots != other.slots:
            raise InvalidTypeError(
                f"tensors that are added must have one number of slots, got {self.slots} and "
                f"{other.slots}"
            )
        return super()._combine(other, factor)

    @property
    def slots(self) -> int:
        """The number of slots; 0 for the zero tensor."""
        return len(next(iter(self._terms), ()))

    def permute(self, order: Iterable[int]) -> Tensor:
        """Rearrange the slots.

        Parameters
        ----------
        order : iterable of int
            The old slot for each new slot, a permutation of all slots.

        Returns
        -------
        Tensor
            The tensor with slot ``order[i]`` of this one in slot ``i``.

        Raises
        ------
        InvalidTypeError
            If `order` is no sequence of integers.
        InvalidValueError
            If `order` is not a permutation of the slots.

        Examples
        --------
        >>> from treealg.symbolic import Forest, Tree
        >>> Tensor({(Forest(), Tree()): 1}).permute((1, 0))
        <Tensor (0)⊗(∅)>
        """
        chosen = tuple(check_integer("a slot", slot, 0) for slot in entries_of("order", order))
        if self and sorted(chosen) != list(range(self.slots)):
            raise InvalidValueError(
                f"order must be a permutation of the {self.slots} slots, got {chosen}"
            )
        return Tensor._wrap(
            {tuple(key[slot] for slot in chosen): value for key, value in self._terms.items()}
        )

    def apply(self, slot: int, function: Callable[[Any], Any]) -> Tensor:
        """Extend a map on the basis elements of one slot linearly and apply it there.

        Parameters
        ----------
        slot : int
            The slot, from 0.
        function : callable
            From a key to an `Element` (replaces the slot), or to a `Tensor` (replaces the slot
            by several).

        Returns
        -------
        Tensor
            The image.

        Raises
        ------
        InvalidTypeError
            If `slot` is no integer, `function` not callable, an image is neither an
            `Element` nor a `Tensor`, or images are over keys of several kinds.
        InvalidValueError
            If there is no such slot, or images differ in their numbers of slots.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> twice = bck.coproduct(Tree()).apply(0, bck.coproduct)
        >>> twice == bck.coproduct(Tree()).apply(1, bck.coproduct)
        True
        """
        check_callable("function", function, "key")
        slot = check_integer("slot", slot, 0)
        if self and slot >= self.slots:
            raise InvalidValueError(f"slot must be from 0 to {self.slots - 1}, got {slot}")
        total: dict[tuple[Any, ...], Any] = {}
        images: dict[Any, dict[tuple[Any, ...], Any]] = {}
        widths: set[int] = set()
        for key, value in self._terms.items():
            part = key[slot]
            if part not in images:
                image = function(part)
                terms = terms_of(image)
                images[part] = (
                    terms if isinstance(image, Tensor) else {(k,): v for k, v in terms.items()}
                )
                widths.update(map(len, islice(images[part], 1)))
                if len(widths) > 1:
                    raise InvalidValueError(
                        f"images must have one number of slots, got {sorted(widths)}"
                    )
            spend(1 + len(images[part]))
            add_terms(
                total,
                {key[:slot] + new + key[slot + 1 :]: v for new, v in images[part].items()},
                value,
            )
        self._check_kinds(total)
        return Tensor._collect(total)

    def _key_text(self, key: tuple[Any, ...]) -> str:
        return "⊗".join(map(super()._key_text, key))
