"""CUDA source to PTX with NVRTC from its PyPI wheel: a check that needs no driver and no GPU."""

from __future__ import annotations

import ctypes
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from treealg.codegen.printers.text import Source
from treealg.errors import InvalidValueError, MissingDependencyError
from treealg.optional import install_command

__all__ = ["ARCHITECTURES", "compile_ptx"]

ARCHITECTURES = ("sm_80", "sm_90")
"""The GPU architectures that generated kernels are checked for."""


@cache
def _library() -> Any:
    """Load NVRTC from one of its wheels, or from the system."""
    candidates = []
    spec = importlib.util.find_spec("nvidia")
    for folder in [] if spec is None else list(spec.submodule_search_locations or []):
        for pattern in ("cuda_nvrtc/lib/libnvrtc.so.*", "cu*/lib/libnvrtc.so.*"):
            found = sorted(Path(folder).glob(pattern))
            candidates += [str(path) for path in found if "alt" not in path.name]
    for name in [*candidates, "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"]:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise MissingDependencyError(
        f"NVRTC is needed here and is not installed; install it with: {install_command('nvrtc')}"
    )


def compile_ptx(source: Source, architecture: str = "sm_80") -> str:
    """Compile a generated kernel to PTX."""
    if source.language != "cuda":
        raise InvalidValueError(f"source must be in CUDA, got {source.language!r}")
    nvrtc = _library()
    program = ctypes.c_void_p()
    text = source.text.encode()
    status = nvrtc.nvrtcCreateProgram(
        ctypes.byref(program), text, f"{source.name}.cu".encode(), 0, None, None
    )
    if status:
        raise InvalidValueError(f"NVRTC does not accept {source.name}: status {status}")
    try:
        options = [f"--gpu-architecture={architecture}".encode()]
        status = nvrtc.nvrtcCompileProgram(
            program, len(options), (ctypes.c_char_p * len(options))(*options)
        )
        if status:
            log = _text(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program)
            raise InvalidValueError(
                f"{source.name} does not compile for {architecture}; NVRTC says: {log[:500]}"
            )
        return _text(nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX, program)
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def _text(get_size: Any, get: Any, program: ctypes.c_void_p) -> str:
    size = ctypes.c_size_t()
    get_size(program, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    get(program, buffer)
    return buffer.value.decode()
