import numpy as np
import numpy.typing as npt

def sig_kernel(
    path1: npt.NDArray[np.floating],
    path2: npt.NDArray[np.floating],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    out: npt.NDArray[np.floating],
    depth: int,
    order1: int,
    order2: int,
    rbf: bool,
    parameter: float,
    grid: bool,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def sig_kernel_backward(
    path1: npt.NDArray[np.floating],
    path2: npt.NDArray[np.floating],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    derivs: npt.NDArray[np.floating],
    grad1: npt.NDArray[np.floating],
    grad2: npt.NDArray[np.floating],
    depth: int,
    order1: int,
    order2: int,
    rbf: bool,
    parameter: float,
    grid: bool,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
