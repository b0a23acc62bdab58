"""Pages of the reference that are written out from the package itself, whenever the site is built.

Every name of every face has its page; the table of operations and the published methods have one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import treealg
from treealg._lazy import public_names
from treealg.symbolic import published_method, published_methods

PACKAGE = Path(treealg.__file__).parent


def write_reference(folder: Path) -> None:
    """Write the reference into a folder, which is made; what did not change is not touched."""
    folder.mkdir(exist_ok=True)
    pages = {f"{face}.rst": _face_page(face) for face in _faces()}
    pages["operations.rst"] = _operations_page()
    pages["methods.rst"] = _methods_page()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _faces() -> list[str]:
    """Return the packages with a stub, that of the whole first."""
    names = sorted(stub.parent.name for stub in PACKAGE.glob("*/__init__.pyi"))
    return ["treealg", *(f"treealg.{name}" for name in names if name != "numeric")]


def _face_page(face: str) -> str:
    sections = [_title(f"``{face}``"), _summary(_source(face)), f".. currentmodule:: {face}"]
    for room, names in _rooms(face):
        if room != face:
            sections.append(_heading(room))
        sections.append(_autosummary(names))
    return "\n\n".join(sections) + "\n"


def _rooms(face: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders of a face with the names that come from them, in the order of the stub.

    What is there already as a name of the whole, or wraps one, has its page there.
    """
    whole = {} if face == "treealg" else public_names("treealg")
    found: dict[str, list[str]] = {}
    for name, module in public_names(face).items():
        is_known = whole.get(name) == module or (whole and name in treealg.operations)
        if module == face or name.startswith("_") or is_known:
            continue
        room = module.rpartition(".")[0]
        found.setdefault(face if room == "treealg" else room, []).append(name)
    yield from found.items()


def _heading(room: str) -> str:
    return _title(_summary(_source(room)).rstrip("."), "-")


def _source(module: str) -> Path:
    return PACKAGE.parent.joinpath(*module.split("."), "__init__.py")


def _summary(path: Path) -> str:
    """Return the first line of the docstring of a module, which is not imported."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]


def _autosummary(names: Iterable[str]) -> str:
    lines = [".. autosummary::", "   :toctree: generated", "", *(f"   {name}" for name in names)]
    return "\n".join(lines)


def _title(text: str, mark: str = "=") -> str:
    return f"{text}\n{mark * len(text)}"


def _operations_page() -> str:
    rows = [("function", "arrays (axes of an item)", "gradient", "in a direction")]
    derived = {d.name for row in treealg.operations.values() for d in (row.backward, row.jvp) if d}
    for name, row in treealg.operations.items():
        if name not in derived:
            arrays = ", ".join(f"{a.name} ({', '.join(a.axes)})" for a in row.arguments)
            rows.append((_link(name), arrays, _link_yes(row.backward), _link_yes(row.jvp)))
    text = (
        "Every function of arrays is described once, in ``treealg.operations``: its arrays, its "
        "options, the shape of its result, and the functions that return its gradient and its "
        "derivative in a direction, which are rows too. Integrations are generated from this table."
    )
    return "\n\n".join([_title("The table of operations"), text, _table(rows)]) + "\n"


def _link_yes(row: Any) -> str:
    return "" if row is None else f":obj:`yes <treealg.{row.name}>`"


def _link(name: str) -> str:
    return f":obj:`~treealg.{name}`"


def _methods_page() -> str:
    rows = [("name", "class", "stages", "order")]
    for name in published_methods():
        method = published_method(name)
        rows.append((f"``{name}``", _class(method), str(method.stages), str(method.order())))
    text = (
        "``treealg.symbolic.published_method(name)`` returns one of these, exactly. The orders "
        "shown are computed from the order conditions, not copied."
    )
    return "\n\n".join([_title("Published methods"), text, _table(rows)]) + "\n"


def _class(method: Any) -> str:
    return f":obj:`~treealg.symbolic.{type(method).__name__}`"


def _table(rows: list[tuple[str, ...]]) -> str:
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines.extend(f"   {'* -' if i == 0 else '  -'} {cell}" for i, cell in enumerate(row))
    return "\n".join(lines)
