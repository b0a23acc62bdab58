import numpy as np
import numpy.typing as npt

from treealg._fast.lines import Lines
from treealg._fast.programs import TreeProgram

def path_coefficients(
    path: npt.NDArray[np.floating],
    correction: npt.NDArray[np.floating] | None,
    out: npt.NDArray[np.floating],
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
    out: npt.NDArray[np.floating],
    out_correction: npt.NDArray[np.floating] | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def span_coefficients(
    path: npt.NDArray[np.floating] | Lines,
    spans: npt.NDArray[np.int64],
    correction: npt.NDArray[np.floating] | None,
    out: npt.NDArray[np.floating],
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def span_coefficients_backward(
    path: npt.NDArray[np.floating] | Lines,
    spans: npt.NDArray[np.int64],
    correction: npt.NDArray[np.floating] | None,
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    out_correction: npt.NDArray[np.floating] | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
