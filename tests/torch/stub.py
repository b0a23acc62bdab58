"""The part of the stub of `treealg.torch` that follows from that of `treealg.numeric`.

``python -m tests.torch.stub`` writes it anew.
"""

import re
from pathlib import Path

import treealg

PACKAGE = Path(treealg.__file__).parent
STUB = PACKAGE / "torch" / "__init__.pyi"
HEAD = "# treealg.torch.functions\n"


def functions_of_numbers():
    """Return the functions of arrays as they stand in the stub of the numbers, one per entry."""
    text = (PACKAGE / "numeric" / "__init__.pyi").read_text("utf-8")
    body = text[text.index("\n# treealg.numeric.") :]
    pieces = re.split(r"^(?=@overload\n|(?<!@overload\n)def |# treealg)", body, flags=re.MULTILINE)
    return [piece.strip() for piece in pieces if "def " in piece]


def on_tensors(text):
    """Return a signature of arrays as one of tensors."""
    for old, new in {"ArrayT | Exact": "Tensor", "ArrayLike": "Tensor", "ArrayT": "Tensor"}.items():
        text = text.replace(old, new)
    return text


def expected():
    """Return the functions that have to stand in the stub, in the order of the numbers."""
    return "\n".join(
        on_tensors(piece)
        for piece in functions_of_numbers()
        if re.search(r"def (\w+)\(", piece).group(1) in treealg.operations
    )


def written():
    """Return the functions that stand in the stub."""
    return STUB.read_text("utf-8").split(HEAD)[1].strip()


if __name__ == "__main__":
    head = STUB.read_text("utf-8").split(HEAD)[0]
    STUB.write_text(f"{head}{HEAD}\n{expected()}\n", "utf-8")
