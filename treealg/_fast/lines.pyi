from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

class Lines:
    arrays: tuple[npt.NDArray[np.floating], ...]
    spans: npt.NDArray[np.int64]
    dtype: np.dtype[Any]
    shape: tuple[int, int, int]
    @staticmethod
    def of(paths: Iterable[object]) -> Lines | None: ...
    def whole(self) -> npt.NDArray[np.floating]: ...
