import numpy as np
import numpy.typing as npt

class SparseMap:
    width: int
    rows: int
    columns: int
    def __init__(
        self,
        width: int,
        n_cols: int,
        ptr: npt.NDArray[np.int64],
        col: npt.NDArray[np.int32],
        coef: npt.NDArray[np.float64],
    ) -> None: ...

class ConvolutionProgram:
    columns: int
    def __init__(
        self,
        width: int,
        block_start: npt.NDArray[np.int64],
        slot_start: npt.NDArray[np.int64],
        factor: npt.NDArray[np.float64],
        head: npt.NDArray[np.int32],
        tail: npt.NDArray[np.int32],
        term_ptr: npt.NDArray[np.int64],
        term_slot: npt.NDArray[np.int32],
        term_trunk: npt.NDArray[np.int32],
        nodes: npt.NDArray[np.float64],
        weights: npt.NDArray[np.float64],
        integration: npt.NDArray[np.float64],
    ) -> None: ...

class ChainProgram:
    columns: int
    largest_column: int
    def __init__(
        self,
        dimension: int,
        degree: int,
        letters: npt.NDArray[np.int64],
        start: npt.NDArray[np.int64],
        weight: npt.NDArray[np.int64],
        child: npt.NDArray[np.int32],
        cut_ptr: npt.NDArray[np.int64],
        cut_left: npt.NDArray[np.int32],
        cut_right: npt.NDArray[np.int32],
        letter_column: npt.NDArray[np.int32],
    ) -> None: ...

def instruction_set_name() -> str: ...
def use_instruction_set(name: str | None) -> None: ...
def has_openmp() -> bool: ...
