import numpy as np
import numpy.typing as npt

from treealg._fast.core import ChainProgram, ConvolutionProgram, SparseMap

def corrected_path_signature_backward(
    path: npt.NDArray[np.floating],
    correction: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    out_correction: npt.NDArray[np.floating],
    chains: ChainProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
