from treealg.sklearn.kernels import BranchedKernel as BranchedKernel
from treealg.sklearn.transformers import (
    BranchedLogSignatureTransformer as BranchedLogSignatureTransformer,
    BranchedSignatureTransformer as BranchedSignatureTransformer,
)
