"""Functions of paths: signatures, log-signatures, chosen coefficients, and their gradients."""
