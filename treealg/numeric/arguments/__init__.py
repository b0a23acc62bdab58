"""What callers give: arrays, batches, options, corrections, paths of different lengths."""
