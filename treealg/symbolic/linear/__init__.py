"""Linear combinations: coefficients, elements, tensors, grafting, words, null spaces."""
