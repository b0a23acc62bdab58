import numpy as np
import numpy.typing as npt

from treealg._fast.core import SparseMap

class TreeProgram:
    dimension: int
    outputs: int
    columns: int
    def __init__(
        self,
        dimension: int,
        label: npt.NDArray[np.int32],
        left: npt.NDArray[np.int32],
        right: npt.NDArray[np.int32],
        times: npt.NDArray[np.int32],
        column: npt.NDArray[np.int32],
        output: npt.NDArray[np.int32],
    ) -> None: ...

def path_coefficients(
    path: npt.NDArray[np.floating],
    correction: npt.NDArray[np.floating] | None,
    out: npt.NDArray[np.floating],
    column: int,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def path_coefficients_backward(
    path: npt.NDArray[np.floating],
    correction: npt.NDArray[np.floating] | None,
    derivs: npt.NDArray[np.floating],
    column: int,
    out: npt.NDArray[np.floating],
    out_correction: npt.NDArray[np.floating] | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def map_rows(
    rows: npt.NDArray[np.floating],
    in_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    linear_map: SparseMap,
    transposed: bool,
    n_threads: int,
) -> None: ...
