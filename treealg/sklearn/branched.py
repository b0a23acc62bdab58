"""Transformers from paths to coefficients of trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from treealg.checks import check_flag
from treealg.numeric import (
    branched_log_sig,
    branched_log_sig_names,
    branched_sig,
    branched_sig_names,
    log_sig,
    sig,
)
from treealg.sklearn.base import PathTransformer

__all__ = [
    "BranchedLogSignatureTransformer",
    "BranchedSignatureTransformer",
]


class BranchedSignatureTransformer(PathTransformer):
    """Branched signatures of paths, with the names of their trees.

    Parameters
    ----------
    degree : int, default 3
        Largest number of nodes of a tree.
    planar : bool, default False
        Ordered forests of planar trees rather than non-planar trees.
    time_aug : bool, default True
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before time is appended.
    basepoint : bool, default False
        Begin each path at zero, so that features tell where it begins.
    invisibility : bool, default False
        Append a channel that falls to zero at the end, and then lead the path to zero, so that
        features tell where it ends.
    cumsum : bool, default False
        Take the sums of all points up to each, as of increments or of sales.
    end_time : float, default 1.0
        Last value of the time channel.
    windows : tuple or array of int, shape (windows, 2), optional
        Pieces of each path, with features of their own: ``("sliding", size, step)``,
        ``("expanding", first, step)`` or ``("dyadic", depth)``, by the functions of these names; or
        the first point of each and the one after its last. Points that `basepoint` and
        `invisibility` add count. Time runs as along the whole path.
    weights : sequence of int, optional
        The weight of each channel after the transforms. Then `degree` bounds the sum of the weights
        of a tree or ordered forest.
    missing : {"refuse", "forward-fill", "linear", "propagate"}, default "refuse"
        What is done to NaN in paths: an error; the last value of the channel before it; the
        straight line from that to the next value; or nothing, so that features are NaN.
    drop_dependent : bool, default False
        Keep only coefficients on which all others of a path without correction depend: those of
        trees without branches, whose leaf is not uniform time or a lead. All others, but for a
        constant, are their linear combinations. A lead-lag path has more relations, which this does
        not use.
    scale_paths : bool, default False
        Standardise each channel by the mean and deviation of all points that were fitted.
    rescale : {"root", "factorial"} or None, default None
        Bring coefficients of all orders to one scale: of a tree or ordered forest of n nodes
        take the n-th root of the absolute value, with its sign, or multiply by n!. With `weights` n
        is the weight.
    scale_features : bool, default False
        Standardise each coefficient by its mean and deviation over the paths that were fitted.
    channels : list of str, optional
        The names of the channels; by default those of a frame, or else numbers. With `id` these
        columns are taken, and by default all others.
    id : str or list of str, optional
        The columns of a table of pandas, polars or PyArrow that tell paths apart, of which it has a
        row for each point. Features have the order of `id`, sorted.
    time : str, optional
        The column of such a table by which points are sorted; without it they stay in their order.
    times : bool, default False
        The time channel has the values of the column `time`, dates and times in seconds.
    dtype : {"float64", "float32"} or None, default None
        In which precision to compute; by default that of the paths.
    n_jobs : int or None, default None
        Threads; None is 1, -1 all processors.

    Attributes
    ----------
    n_channels_in_ : int
        Channels of the paths that were fitted.
    n_windows_ : int
        Number of windows of each path.
    n_features_out_ : int
        Number of features.
    n_features_in_ : int
        Columns of the table that was fitted, if it was one.

    See Also
    --------
    treealg.branched_sig : The function that computes.
    SignatureTransformer : The same, of words.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sklearn import BranchedSignatureTransformer
    >>> transformer = BranchedSignatureTransformer(degree=2, channels=["x"])
    >>> transformer.fit_transform(np.array([[[0.0], [1.0], [3.0]]]))
    array([[3.  , 1.  , 4.5 , 1.25, 1.75, 0.5 ]])
    >>> transformer.get_feature_names_out().tolist()
    ['x', 'time', 'x[x]', 'time[x]', 'x[time]', 'time[time]']

    Of the paths in a table, in two windows:

    >>> import pandas as pd
    >>> trades = pd.DataFrame({"day": [1, 1, 1, 2, 2, 2], "price": [0.0, 1, 3, 2, 2, 1]})
    >>> transformer = BranchedSignatureTransformer(
    ...     1, id="day", windows=("sliding", 2, 1), time_aug=False
    ... ).set_output(transform="pandas")
    >>> transformer.fit_transform(trades)
         price@0  price@1
    day
    1        1.0      2.0
    2        0.0     -1.0
    """

    def __init__(
        self,
        degree: int = 3,
        *,
        planar: bool = False,
        time_aug: bool = True,
        lead_lag: bool = False,
        basepoint: bool = False,
        invisibility: bool = False,
        cumsum: bool = False,
        end_time: float = 1.0,
        windows: Any = None,
        weights: Any = None,
        missing: str = "refuse",
        drop_dependent: bool = False,
        scale_paths: bool = False,
        rescale: str | None = None,
        scale_features: bool = False,
        channels: Iterable[str] | None = None,
        id: str | Iterable[str] | None = None,
        time: str | None = None,
        times: bool = False,
        dtype: str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, basepoint=basepoint,
            invisibility=invisibility, cumsum=cumsum, end_time=end_time, windows=windows,
            weights=weights, missing=missing, drop_dependent=drop_dependent,
            scale_paths=scale_paths, rescale=rescale, scale_features=scale_features,
            channels=channels, id=id, time=time, times=times, dtype=dtype, n_jobs=n_jobs,
        )  # fmt: skip
        self.planar = planar

    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        if self.drop_dependent:
            return sig(paths, self.degree, **options)[..., self._kept(False).columns]
        return branched_sig(paths, self.degree, planar=self.planar, **options)

    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        if self.drop_dependent:
            return self._kept(False).trees(count, options)
        return branched_sig_names(count, self.degree, planar=self.planar, **options)


class BranchedLogSignatureTransformer(PathTransformer):
    """Branched log-signatures of paths, with the names of their trees.

    Parameters
    ----------
    degree : int, default 3
        Largest number of nodes of a tree.
    planar : bool, default False
        Ordered forests of planar trees rather than non-planar trees.
    method : {0, 1, 2} or None, default None
        Form of a planar log-signature: 0 expanded, 1 coordinates at Lyndon forests, 2 coefficients
        of brackets; None is 1 if `planar`, and 0 otherwise.
    time_aug, lead_lag, basepoint, invisibility, cumsum : bool
        As for `BranchedSignatureTransformer`, with the same defaults.
    end_time : float, default 1.0
        Last value of the time channel.
    windows : tuple or array of int, shape (windows, 2), optional
        Pieces of each path, as for `BranchedSignatureTransformer`.
    weights : sequence of int, optional
        The weight of each channel after the transforms. Then `degree` bounds the sum of the weights
        of a tree or ordered forest.
    missing : {"refuse", "forward-fill", "linear", "propagate"}, default "refuse"
        What is done to NaN in paths, as for `BranchedSignatureTransformer`.
    drop_dependent : bool, default False
        Keep only coefficients on which all others of a path without correction depend: those of
        trees without branches that are Lyndon words, but not of a lead or of uniform time alone.
        All others are their linear combinations, but for a constant.
    scale_paths, scale_features : bool, default False
        Standardise paths, or features, as for `BranchedSignatureTransformer`.
    rescale : {"root", "factorial"} or None, default None
        Bring coefficients of all orders to one scale, as for `BranchedSignatureTransformer`.
    channels : list of str, optional
        The names of the channels; by default those of a frame, or else numbers.
    id, time : str, optional
        The columns of a table of one row per point that tell paths apart, and by which points are
        sorted.
    times : bool, default False
        The time channel has the values of the column `time`.
    dtype : {"float64", "float32"} or None, default None
        In which precision to compute; by default that of the paths.
    n_jobs : int or None, default None
        Threads; None is 1, -1 all processors.

    Attributes
    ----------
    n_channels_in_, n_windows_, n_features_out_, n_features_in_ : int
        As for `BranchedSignatureTransformer`.

    See Also
    --------
    treealg.branched_log_sig : The function that computes.
    LogSignatureTransformer : The same, of words.

    Notes
    -----
    On a path without correction trees know no more than words. With 7 channels and degree 3 there
    are 595 trees, whose coefficients have rank 140, and so many does `drop_dependent` keep.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sklearn import BranchedLogSignatureTransformer
    >>> transformer = BranchedLogSignatureTransformer(
    ...     degree=2, channels=["x"], drop_dependent=True
    ... )
    >>> transformer.fit_transform(np.array([[[0.0], [1.0], [3.0]]]))
    array([[ 3.  , -0.25]])
    >>> transformer.get_feature_names_out().tolist()
    ['x', 'time[x]']
    """

    def __init__(
        self,
        degree: int = 3,
        *,
        planar: bool = False,
        method: int | None = None,
        time_aug: bool = True,
        lead_lag: bool = False,
        basepoint: bool = False,
        invisibility: bool = False,
        cumsum: bool = False,
        end_time: float = 1.0,
        windows: Any = None,
        weights: Any = None,
        missing: str = "refuse",
        drop_dependent: bool = False,
        scale_paths: bool = False,
        rescale: str | None = None,
        scale_features: bool = False,
        channels: Iterable[str] | None = None,
        id: str | Iterable[str] | None = None,
        time: str | None = None,
        times: bool = False,
        dtype: str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, basepoint=basepoint,
            invisibility=invisibility, cumsum=cumsum, end_time=end_time, windows=windows,
            weights=weights, missing=missing, drop_dependent=drop_dependent,
            scale_paths=scale_paths, rescale=rescale, scale_features=scale_features,
            channels=channels, id=id, time=time, times=times, dtype=dtype, n_jobs=n_jobs,
        )  # fmt: skip
        self.planar = planar
        self.method = method

    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        if self.drop_dependent:
            return log_sig(paths, self.degree, method=1, **options)[..., self._kept(True).columns]
        return branched_log_sig(
            paths, self.degree, planar=self.planar, method=self._form, **options
        )

    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        if self.drop_dependent:
            return self._kept(True).trees(count, options)
        return branched_log_sig_names(
            count, self.degree, planar=self.planar, method=self._form, **options
        )

    @property
    def _form(self) -> Any:
        """The method; None is that of coefficients of which no other basis is smaller."""
        return int(check_flag("planar", self.planar)) if self.method is None else self.method
