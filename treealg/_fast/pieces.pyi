import numpy as np
import numpy.typing as npt

def checked_spans(
    spans: npt.NDArray[np.integer], count: int, length: int
) -> npt.NDArray[np.int64]: ...
def cut_spans(
    spans: npt.NDArray[np.integer], per_step: int, lanes: int, n_threads: int
) -> list[npt.NDArray[np.int64]]: ...
