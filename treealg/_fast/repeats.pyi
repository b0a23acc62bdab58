from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

class Repeats:
    def find(self, key: tuple[Any, ...], *arrays: object) -> Any: ...
    def keep(
        self,
        key: tuple[Any, ...],
        arrays: tuple[npt.NDArray[np.floating], ...],
        results: tuple[npt.NDArray[np.floating], ...],
        function: Callable[..., Any],
        places: tuple[int, ...],
        rest: tuple[Any, ...],
        scalar: float | None = None,
        axes: int = 0,
        result_axes: int | None = None,
        integers: int | None = None,
    ) -> None: ...
    def clear(self) -> None: ...
