import numpy as np
import numpy.typing as npt

from treealg._fast.core import ConvolutionProgram, SparseMap

def path_signature_backward(
    path: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    degree: int,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
