from treealg.sklearn.branched import (
    BranchedLogSignatureTransformer as BranchedLogSignatureTransformer,
    BranchedSignatureTransformer as BranchedSignatureTransformer,
)
from treealg.sklearn.kernels import BranchedKernel as BranchedKernel
from treealg.sklearn.words import (
    LogSignatureTransformer as LogSignatureTransformer,
    SignatureTransformer as SignatureTransformer,
)
