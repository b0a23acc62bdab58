"""Modules: signatures of paths as layers of a network, without parameters of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch.nn
from torch import Tensor

from treealg.checks import check_integer
from treealg.numeric.operations.table import operations
from treealg.torch import functions
from treealg.typing import ArrayLike

__all__ = ["BranchedLogSignature", "BranchedSignature", "LogSignature", "Signature"]


class _PathModule(torch.nn.Module):
    """A function of paths with its options."""

    function: str

    def __init__(self, degree: int, **options: Any) -> None:
        super().__init__()
        self.degree = degree
        self.options = options

    def forward(
        self,
        path: Tensor | Sequence[Tensor],
        *,
        correction: Tensor | Sequence[Tensor] | None = None,
        basepoint: bool | Tensor = False,
        lengths: Tensor | None = None,
        windows: Tensor | ArrayLike | None = None,
        times: Tensor | Sequence[Tensor] | None = None,
    ) -> Tensor:
        """Compute what the function of this module gives.

        Parameters
        ----------
        path : Tensor, shape (..., length, channels), or a list of tensors
            Points of the paths.
        correction, basepoint, lengths, windows, times
            As for the function.

        Returns
        -------
        Tensor, shape (..., coefficients)
            One row of coefficients for each path, or for each segment with ``stream=True``, or for
            each window.

        Raises
        ------
        InvalidTypeError, InvalidValueError
            As the function does.
        """
        found: Tensor = getattr(functions, self.function)(
            path, self.degree, correction=correction, basepoint=basepoint, lengths=lengths,
            windows=windows, times=times, **self.options,
        )  # fmt: skip
        return found

    def size(self, channels: int) -> int:
        """Return the number of coefficients for paths of so many channels.

        Parameters
        ----------
        channels : int
            Channels of the paths that are given, without time.

        Returns
        -------
        int
            The length of the last axis of what `forward` returns.

        Raises
        ------
        InvalidTypeError
            If `channels` is no integer, or an option is not what the function takes.
        InvalidValueError
            If `channels` is not positive, or there is no basis for these options.
        """
        path = np.broadcast_to(0.0, (2, min(check_integer("channels", channels, 1), 2**31)))
        found: Any = operations[self.function].result(path, self.degree, **self.options)
        return int(found.shape[-1])

    def extra_repr(self) -> str:
        """Return the options that are not at their defaults, for print."""
        parameters = operations[self.function].signature.parameters
        chosen = [
            f", {name}={value!r}"
            for name, value in self.options.items()
            if value != parameters[name].default
        ]
        return f"degree={self.degree}{''.join(chosen)}"


class BranchedSignature(_PathModule):
    """The branched signature of paths, as a layer.

    Parameters
    ----------
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    stream : bool, default False
        Return one row per segment, of the path up to its end.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in paths.
    n_jobs : int, default 1
        Threads of a call on the CPU.
    weights : sequence of int, optional
        The basis is what weighs at most `degree`: a weight for each channel, time among them.

    See Also
    --------
    treealg.torch.branched_sig : The function, which says what is wrong with arguments.

    Examples
    --------
    >>> import torch
    >>> layer = BranchedSignature(2, time_aug=True)
    >>> layer, layer.size(1)
    (BranchedSignature(degree=2, time_aug=True), 6)
    >>> layer(torch.tensor([[0.0], [2.0]]))
    tensor([2.0000, 1.0000, 2.0000, 1.0000, 1.0000, 0.5000])
    """

    function = "branched_sig"

    def __init__(
        self,
        degree: int,
        *,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        planar: bool = False,
        scalar_term: bool = False,
        stream: bool = False,
        missing: str = "propagate",
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, end_time=end_time, planar=planar,
            scalar_term=scalar_term, stream=stream, missing=missing, n_jobs=n_jobs,
            weights=weights,
        )  # fmt: skip


class BranchedLogSignature(_PathModule):
    """The branched log-signature of paths, as a layer.

    Parameters
    ----------
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 0 of the empty tree in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        The expanded form; if `planar`, 1 for the coordinates at Lyndon forests, 2 for the
        coefficients in the standard bracket basis.
    stream : bool, default False
        Return one row per segment, of the path up to its end.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in paths.
    n_jobs : int, default 1
        Threads of a call on the CPU.
    weights : sequence of int, optional
        The basis is what weighs at most `degree`: a weight for each channel, time among them.

    See Also
    --------
    treealg.torch.branched_log_sig : The function, which says what is wrong with arguments.

    Notes
    -----
    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    Examples
    --------
    >>> BranchedLogSignature(3, planar=True, method=1).size(2)
    33
    """

    function = "branched_log_sig"

    def __init__(
        self,
        degree: int,
        *,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        planar: bool = False,
        scalar_term: bool = False,
        method: int = 0,
        stream: bool = False,
        missing: str = "propagate",
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, end_time=end_time, planar=planar,
            scalar_term=scalar_term, method=method, stream=stream, missing=missing, n_jobs=n_jobs,
            weights=weights,
        )  # fmt: skip


class Signature(_PathModule):
    """The signature of paths, on words, as a layer.

    Parameters
    ----------
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 1 of the empty word in front.
    stream : bool, default False
        Return one row per segment, of the path up to its end.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in paths.
    n_jobs : int, default 1
        Threads of a call on the CPU.
    weights : sequence of int, optional
        The basis is what weighs at most `degree`: a weight for each channel, time among them.

    See Also
    --------
    treealg.torch.sig : The function, which says what is wrong with arguments.

    Examples
    --------
    >>> Signature(3, scalar_term=True).size(2)
    15
    """

    function = "sig"

    def __init__(
        self,
        degree: int,
        *,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        scalar_term: bool = False,
        stream: bool = False,
        missing: str = "propagate",
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, end_time=end_time,
            scalar_term=scalar_term, stream=stream, missing=missing, n_jobs=n_jobs,
            weights=weights,
        )  # fmt: skip


class LogSignature(_PathModule):
    """The log-signature of paths, on words, as a layer.

    Parameters
    ----------
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 0 of the empty word in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        The expanded form, 1 for the coordinates at Lyndon words, 2 for the coefficients in the
        standard bracket basis.
    stream : bool, default False
        Return one row per segment, of the path up to its end.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in paths.
    n_jobs : int, default 1
        Threads of a call on the CPU.
    weights : sequence of int, optional
        The basis is what weighs at most `degree`: a weight for each channel, time among them.

    See Also
    --------
    treealg.torch.log_sig : The function, which says what is wrong with arguments.

    Notes
    -----
    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    Examples
    --------
    >>> LogSignature(3, method=2).size(2)
    5
    """

    function = "log_sig"

    def __init__(
        self,
        degree: int,
        *,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        scalar_term: bool = False,
        method: int = 0,
        stream: bool = False,
        missing: str = "propagate",
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        super().__init__(
            degree, time_aug=time_aug, lead_lag=lead_lag, end_time=end_time,
            scalar_term=scalar_term, method=method, stream=stream, missing=missing, n_jobs=n_jobs,
            weights=weights,
        )  # fmt: skip
