from treealg.aeon.transformers import (
    BranchedLogSignatureTransformer as BranchedLogSignatureTransformer,
    BranchedSignatureTransformer as BranchedSignatureTransformer,
    LogSignatureTransformer as LogSignatureTransformer,
    SignatureTransformer as SignatureTransformer,
)
