"""Word signatures of blocks of paths, and intervals and windows as products of blocks."""
