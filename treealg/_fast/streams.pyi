import numpy as np
import numpy.typing as npt

from treealg._fast.core import ChainProgram, ConvolutionProgram, SparseMap

def word_products(
    left: npt.NDArray[np.floating],
    right: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    chains: ChainProgram,
    n_threads: int,
) -> None: ...
def map_words(
    words: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    column: int,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    n_threads: int,
) -> None: ...
def path_prefixes(
    path: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    column: int,
    degree: int,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
def corrected_path_prefixes(
    path: npt.NDArray[np.floating],
    correction: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    column: int,
    chains: ChainProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
