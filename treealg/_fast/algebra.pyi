import numpy as np
import numpy.typing as npt

from treealg._fast.programs import ConvolutionProgram, SparseMap, WordProgram

def map_rows(
    rows: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    linear_map: SparseMap,
    transposed: bool,
    n_threads: int,
) -> None: ...
def map_words(
    words: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    n_threads: int,
) -> None: ...
def word_products(
    left: npt.NDArray[np.floating],
    right: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    words: WordProgram,
    n_threads: int,
) -> None: ...
def signature_to_log(
    bsig: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None: ...
def signature_to_log_backward(
    bsig: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None: ...
def log_to_signature(
    blogsig: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def log_to_signature_backward(
    blogsig: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_product(
    left: npt.NDArray[np.floating],
    right: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_product_backward(
    left: npt.NDArray[np.floating],
    right: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    d_left: npt.NDArray[np.floating],
    d_right: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_inverse(
    bsig: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def signature_inverse_backward(
    bsig: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def linear_signature(
    displacement: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
def linear_signature_backward(
    displacement: npt.NDArray[np.floating],
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    program: ConvolutionProgram,
    n_threads: int,
) -> None: ...
