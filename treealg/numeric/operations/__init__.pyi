from treealg.numeric.operations.operation import (
    Argument as Argument,
    ArrayType as ArrayType,
    Operation as Operation,
    Operations as Operations,
    Option as Option,
)
from treealg.numeric.operations.table import operations as operations
