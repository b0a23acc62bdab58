"""Names of coefficients on words: their letters, with the names of channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treealg.checks import check_flag
from treealg.numeric.arguments.calls import checked_method
from treealg.numeric.names import channel_texts
from treealg.numeric.word_basis import checked_sizes, lyndon_words, words
from treealg.numeric.word_indices import is_lyndon
from treealg.typing import Word

__all__ = ["log_sig_names", "sig_names", "word_texts"]


def sig_names(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
    channels: Iterable[str | int] | None = None,
    weights: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """Name the coefficients of a word signature, for instance as columns of a table.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    scalar_term : bool, default False
        Whether the signature has the empty word in front.
    channels : iterable of str or int, optional
        The names of the channels of the path, as for `branched_sig_names`.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.

    Returns
    -------
    tuple of str
        One name per coefficient, in the order of `words`, all different.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, a flag no boolean, or `channels` holds anything
        but strings and integers; or if `weights` are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `channels` are not `dimension` names that
        differ, also after the transforms; or if the words do not fit in memory; or if `weights` are
        not positive, one for each channel, or too fine.

    See Also
    --------
    words : The words themselves.
    log_sig_names : The same of a log-signature.

    Notes
    -----
    A name is that of the forest of single nodes that has the letters of the word: they are
    separated by spaces, and the empty word is ∅.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig_names(1, 2, time_aug=True, channels=["x"], scalar_term=True)
    ('∅', 'x', 'time', 'x x', 'x time', 'time x', 'time time')
    """
    labels, degree = checked_sizes(dimension, degree, time_aug, lead_lag)
    scalar = check_flag("scalar_term", scalar_term)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    return word_texts(words(labels, degree, weights=weights, scalar_term=scalar), texts)


def log_sig_names(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    channels: Iterable[str | int] | None = None,
    weights: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """Name the coefficients of a log-signature on words.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    scalar_term : bool, default False
        Whether there is a scalar 0 in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        The form, as in `log_sig`: 0 names all words, 1 and 2 the Lyndon words.
    channels : iterable of str or int, optional
        The names of the channels of the path, as for `branched_sig_names`.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.

    Returns
    -------
    tuple of str
        One name per coefficient, ``log_sig_length(...)`` of them, all different.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `method` is no integer, a flag no boolean, or `channels` holds
        anything but strings and integers; or if `weights` are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `method` is none of these, or has no
        scalar and `scalar_term` asks for one; if `channels` are not `dimension` names that differ,
        also after the transforms; or if the words do not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine.

    See Also
    --------
    lyndon_words : The words themselves.

    Notes
    -----
    With ``method=2`` the coefficient of the bracket of a Lyndon word has the name of the word.

    Examples
    --------
    >>> import treealg
    >>> treealg.log_sig_names(2, 2, channels=["x", "y"])
    ('x', 'y', 'x x', 'x y', 'y x', 'y y')
    >>> treealg.log_sig_names(2, 3, method=1, channels=["x", "y"])
    ('x', 'y', 'x y', 'x x y', 'x y y')
    """
    labels, degree = checked_sizes(dimension, degree, time_aug, lead_lag)
    method, scalar = checked_method(method, None, scalar_term)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    if method and weights is None:
        listed = lyndon_words(labels, degree)
    else:
        listed = words(labels, degree, weights=weights, scalar_term=scalar)
        listed = [word for word in listed if is_lyndon(word)] if method else listed
    return word_texts(listed, texts)


def word_texts(listed: list[Word], texts: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the names of some words, given those of their letters if these have some.

    Examples
    --------
    >>> word_texts([(0, 1), ()], ("x", "y")), word_texts([(1,)], None)
    (('x y', '∅'), ('1',))
    """
    from treealg.symbolic.trees.text import EMPTY

    text = str if texts is None else texts.__getitem__
    return tuple(" ".join(map(text, word)) or EMPTY for word in listed)
