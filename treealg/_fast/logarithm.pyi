import numpy as np
import numpy.typing as npt

from treealg._fast.core import ConvolutionProgram, SparseMap

def signature_to_log(
    bsig: npt.NDArray[np.floating],
    in_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None: ...
def signature_to_log_backward(
    bsig: npt.NDArray[np.floating],
    in_column: int,
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None: ...
