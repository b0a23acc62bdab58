import numpy as np
import numpy.typing as npt

from treealg._fast.core import ConvolutionProgram

def log_to_signature(
    blogsig: npt.NDArray[np.floating],
    in_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def log_to_signature_backward(
    blogsig: npt.NDArray[np.floating],
    in_column: int,
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_product(
    left: npt.NDArray[np.floating],
    left_column: int,
    right: npt.NDArray[np.floating],
    right_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_product_backward(
    left: npt.NDArray[np.floating],
    left_column: int,
    right: npt.NDArray[np.floating],
    right_column: int,
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    d_left: npt.NDArray[np.floating],
    d_left_column: int,
    d_right: npt.NDArray[np.floating],
    d_right_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_inverse(
    bsig: npt.NDArray[np.floating],
    in_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_inverse_backward(
    bsig: npt.NDArray[np.floating],
    in_column: int,
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def linear_signature(
    displacement: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def linear_signature_backward(
    displacement: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    derivs_column: int,
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
