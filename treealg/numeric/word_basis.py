"""The basis of words: lengths, words, Lyndon words.

Names and arguments are those of pySigLib.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from treealg import tables
from treealg.checks import check_flag, check_integer
from treealg.numeric.arguments.calls import checked_method, checked_weights
from treealg.numeric.arguments.transforms import Transform
from treealg.tables.sizes import check_entries
from treealg.typing import Word

__all__ = [
    "checked_sizes",
    "log_sig_length",
    "lyndon_words",
    "lyndon_words_of_length",
    "sig_length",
    "words",
    "words_of_length",
]


def sig_length(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the number of coefficients of a signature, ``d + d**2 + … + d**degree``.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed: twice as many channels, then one more.
    scalar_term : bool, default False
        Count the empty word too.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.

    Returns
    -------
    int
        The number of words.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or a flag no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if no array could have that length; or if
        `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    branched_sig_length : The same of trees.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig_length(2, 3), treealg.sig_length(2, 3, time_aug=True, scalar_term=True)
    (14, 40)
    """
    scalar = check_flag("scalar_term", scalar_term)
    labels, degree = checked_sizes(dimension, degree, time_aug, lead_lag)
    degree, light = checked_weights(weights, labels, degree, None)
    if light is not None:
        return tables.weighted_length(light, degree, planar=None) + scalar
    return tables.basis_length(labels, degree, planar=None) + scalar


def log_sig_length(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the number of coefficients of a log-signature on words.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed: twice as many channels, then one more.
    scalar_term : bool, default False
        Count the scalar 0 in front too; only of the expanded form.
    method : {0, 1, 2}, default 0
        The form, as in `log_sig`: 0 counts all words, 1 and 2 the Lyndon words.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.

    Returns
    -------
    int
        That of the signature for ``method=0``; for 1 and 2 the sum over lengths n of 1/n times the
        sum over divisors e of n of mu(n/e) d**e.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `method` is no integer, or a flag no boolean; or if `weights`
        are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `method` is none of these, or has no
        scalar and `scalar_term` asks for one; if no array could have the length of the expanded
        form; or if `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    log_sig_names : Their names.
    lyndon_words : The words that methods 1 and 2 are about.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), section 4.1; OEIS A001037
    for two channels.

    Examples
    --------
    >>> import treealg
    >>> treealg.log_sig_length(2, 5), treealg.log_sig_length(2, 2, scalar_term=True)
    (62, 7)
    >>> [treealg.log_sig_length(2, degree, method=1) for degree in range(1, 6)]
    [2, 3, 5, 8, 14]
    """
    labels, degree = checked_sizes(dimension, degree, time_aug, lead_lag)
    method, scalar = checked_method(method, None, scalar_term)
    degree, light = checked_weights(weights, labels, degree, None)
    if light is not None:
        return tables.weighted_log_length(light, degree, planar=None, method=method) + scalar
    return tables.log_length(labels, degree, planar=None, method=method) + scalar


def words(
    alphabet_size: int,
    max_length: int,
    *,
    weights: Sequence[int] | None = None,
    scalar_term: bool = True,
) -> list[Word]:
    """List the words up to a length, the empty word first.

    Parameters
    ----------
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    max_length : int
        Length of the longest word, at least 0.
    weights : sequence of int or None, default None
        The weight of each letter, at least 1. Then `max_length` bounds the weight of a word, the
        sum over its letters.
    scalar_term : bool, default True
        Begin with the empty word, whose coefficient is in front of results with
        ``scalar_term=True``. Those functions have it False by default: False here gives what the
        columns of their results stand for.

    Returns
    -------
    list of tuple of int
        The empty word, unless `scalar_term` is False, then words by length, then lexicographically:
        the order of coefficients.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer, or `scalar_term` no boolean.
    InvalidValueError
        If one is too small, there is no weight for each letter or they are too fine, or if the list
        does not fit in memory.

    See Also
    --------
    words_of_length : One length of it.
    idx_to_word : One word of it, without a list.
    sig_names : The same as names of columns.

    Examples
    --------
    >>> import treealg
    >>> treealg.words(2, 2)
    [(), (0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1)]
    >>> treealg.words(2, 1, scalar_term=False)
    [(0,), (1,)]
    >>> treealg.words(2, 2, weights=(1, 2))
    [(), (0,), (1,), (0, 0)]
    """
    alphabet_size, max_length = _bounds(alphabet_size, max_length, "max_length", 0)
    first = 0 if check_flag("scalar_term", scalar_term) else 1
    max_length, light = checked_weights(weights, alphabet_size, max_length, None)
    if light is not None:
        tables.require_weighted_fits(light, max_length, planar=None)
        from treealg.symbolic import weighted_words

        return [*[()][first:], *weighted_words(light, max_length)]
    _check_list(alphabet_size, range(1, max_length + 1))
    lengths = range(first, max_length + 1)
    return [word for length in lengths for word in product(range(alphabet_size), repeat=length)]


def words_of_length(alphabet_size: int, length: int) -> list[Word]:
    """List the words of a length.

    Parameters
    ----------
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    length : int
        Number of letters, at least 0.

    Returns
    -------
    list of tuple of int
        In lexicographic order.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is too small, or if the list does not fit in memory.

    Examples
    --------
    >>> import treealg
    >>> treealg.words_of_length(2, 2)
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    alphabet_size, length = _bounds(alphabet_size, length, "length", 0)
    _check_list(alphabet_size, range(length, length + 1))
    return list(product(range(alphabet_size), repeat=length))


def lyndon_words(alphabet_size: int, max_length: int) -> list[Word]:
    """List the Lyndon words up to a length, those smaller than all their proper suffixes.

    Parameters
    ----------
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    max_length : int
        Length of the longest word, at least 0.

    Returns
    -------
    list of tuple of int
        By length, then lexicographically: what the coefficients of `log_sig` by methods 1 and 2
        belong to.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is too small, or if the words of these lengths do not fit in memory.

    See Also
    --------
    log_sig_length : Their number, with ``method=1``.

    References
    ----------
    J.-P. Duval, *Factorizing words over an ordered alphabet*, J. Algorithms 4 (1983), 363-381.

    Examples
    --------
    >>> import treealg
    >>> treealg.lyndon_words(2, 3)
    [(0,), (1,), (0, 1), (0, 0, 1), (0, 1, 1)]
    """
    alphabet_size, max_length = _bounds(alphabet_size, max_length, "max_length", 0)
    # Of one letter there is one, and `max_length` may be anything.
    lengths = range(1, min(max_length, 1 if alphabet_size == 1 else max_length) + 1)
    _check_list(alphabet_size, lengths)
    return [word for n in lengths for word in lyndon_words_of_length(alphabet_size, n)]


def lyndon_words_of_length(alphabet_size: int, length: int) -> list[Word]:
    """List the Lyndon words of a length.

    Parameters
    ----------
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    length : int
        Number of letters, at least 1.

    Returns
    -------
    list of tuple of int
        In lexicographic order.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is too small, or if the words of this length do not fit in memory.

    Examples
    --------
    >>> import treealg
    >>> treealg.lyndon_words_of_length(2, 4)
    [(0, 0, 0, 1), (0, 0, 1, 1), (0, 1, 1, 1)]
    """
    from treealg import symbolic

    alphabet_size, length = _bounds(alphabet_size, length, "length", 1)
    _check_list(alphabet_size, range(length, length + 1))
    return list(symbolic.lyndon_words(length, alphabet_size))


def _check_list(alphabet_size: int, lengths: range) -> None:
    """Refuse a list of words with too many letters."""
    if lengths:
        tables.require_fits(alphabet_size, lengths[-1], planar=None)
        if alphabet_size == 1:  # of which there is a word of each length, and lengths are many
            letters = (lengths[0] + lengths[-1]) * len(lengths) // 2
        else:
            letters = sum(length * alphabet_size**length for length in lengths)
        check_entries(letters, "the list of words")


def _bounds(alphabet_size: Any, length: Any, name: str, least: int) -> tuple[int, int]:
    return check_integer("alphabet_size", alphabet_size, 1), check_integer(name, length, least)


def checked_sizes(dimension: Any, degree: Any, time_aug: Any, lead_lag: Any) -> tuple[int, int]:
    """Return the channels of the transformed path, and the degree."""
    transform = Transform(check_flag("time_aug", time_aug), check_flag("lead_lag", lead_lag))
    channels = transform.channels(check_integer("dimension", dimension, 1))
    return channels, check_integer("degree", degree, 0)
