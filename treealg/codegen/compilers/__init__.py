"""Compilers of generated source: the C compiler of the host, and NVRTC."""
