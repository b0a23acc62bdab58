"""Functions of coefficients: logarithm, exponential, the group, and their gradients."""
