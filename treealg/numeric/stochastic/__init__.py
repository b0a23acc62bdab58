"""Of stochastic processes: expected signatures, and one lift by another."""
