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

def straight_number(program: ConvolutionProgram) -> int: ...

class WordProgram:
    dimension: int
    degree: int
    longest: int
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
        channel_letter: npt.NDArray[np.int32] | None = None,
    ) -> None: ...

class TreeProgram:
    dimension: int
    outputs: int
    columns: int
    def __init__(
        self,
        dimension: int,
        label: npt.NDArray[np.int32],
        left: npt.NDArray[np.int32],
        right: npt.NDArray[np.int32],
        times: npt.NDArray[np.int32],
        column: npt.NDArray[np.int32],
        output: npt.NDArray[np.int32],
    ) -> None: ...
