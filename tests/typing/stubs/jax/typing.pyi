"""Types."""

from typing import Any

import numpy as np
from jax import Array

ArrayLike = Array | np.ndarray[Any, Any] | float

def __getattr__(name: str) -> Any: ...
