"""Transforms of paths, lead-lag and time, and their adjoint, on arrays of any library."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["PLAIN", "Transform", "copy_columns"]


class Transform(NamedTuple):
    """What is done to a path before it is integrated: lead-lag first, then time.

    Attributes
    ----------
    time_aug : bool
        Append time as the last channel.
    lead_lag : bool
        Take the lead-lag path, in twice as many channels.
    end_time : float
        Last value of the time channel.
    """

    time_aug: bool = False
    lead_lag: bool = False
    end_time: float = 1.0

    def channels(self, channels: int) -> int:
        """Return the channels of the transformed path."""
        return channels * (2 if self.lead_lag else 1) + (1 if self.time_aug else 0)

    def points(self, points: int) -> int:
        """Return the points of the transformed path."""
        return 2 * points - 1 if self.lead_lag else points

    def write(self, path: Any, out: Any, xp: Any = np) -> None:
        """Write the transform of paths, shape ``(..., points, channels)``."""
        channels = path.shape[-1]
        if self.lead_lag:
            lag, lead = out[..., :channels], out[..., channels : 2 * channels]
            lag[..., ::2, :] = lead[..., ::2, :] = path
            lag[..., 1::2, :] = path[..., :-1, :]
            lead[..., 1::2, :] = path[..., 1:, :]
        else:
            copy_columns(path, out[..., :channels])
        if self.time_aug and 0 not in out.shape:
            out[..., -1] = xp.linspace(0.0, self.end_time, out.shape[-2], dtype=out.dtype)

    def write_adjoint(self, derivs: Any, out: Any) -> None:
        """Write derivatives in paths from those in their transforms."""
        channels = out.shape[-1]
        if not self.lead_lag:
            out[...] = derivs[..., :channels]
            return
        lag, lead = derivs[..., :channels], derivs[..., channels : 2 * channels]
        out[...] = lag[..., ::2, :] + lead[..., ::2, :]
        out[..., :-1, :] += lag[..., 1::2, :]
        out[..., 1:, :] += lead[..., 1::2, :]


def copy_columns(values: Any, out: Any) -> None:
    """Copy an array to part of another one; few columns go one by one, as NumPy's way is long."""
    if 1 < values.shape[-1] <= _FEW:
        for column in range(values.shape[-1]):
            out[..., column] = values[..., column]
    else:
        out[...] = values


_FEW = 8

PLAIN = Transform()
"""The transform that changes nothing."""
