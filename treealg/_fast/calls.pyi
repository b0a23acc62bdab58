from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._fast.programs import ConvolutionProgram, SparseMap, WordProgram

def is_kept(number: int) -> bool: ...
def keep_call(
    number: int,
    is_backward: bool,
    like: npt.NDArray[np.floating[Any]],
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
    scalar: float | None = None,
) -> None: ...
def address_of_calls() -> int: ...
