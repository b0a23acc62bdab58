from typing import Any

import numpy as np
import numpy.typing as npt

def join_tangents(
    values: npt.NDArray[np.floating],
    tangents: npt.NDArray[np.floating] | None,
    out: npt.NDArray[Any],
) -> None: ...
def take_tangents(duals: npt.NDArray[Any], out: npt.NDArray[np.floating]) -> None: ...
