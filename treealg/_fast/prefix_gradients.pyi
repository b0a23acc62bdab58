import numpy as np
import numpy.typing as npt

from treealg._fast.lines import Lines
from treealg._fast.programs import ConvolutionProgram, SparseMap, WordProgram

def span_prefixes_backward(
    path: npt.NDArray[np.floating] | Lines,
    spans: npt.NDArray[np.int64],
    correction: npt.NDArray[np.floating] | None,
    derivs: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating],
    out_correction: npt.NDArray[np.floating] | None,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None: ...
