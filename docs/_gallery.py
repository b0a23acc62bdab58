"""The gallery: notebooks as pages, and a card with a picture for each, made with the site."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

__all__ = ["write_gallery"]


def write_gallery(notebooks: Path, folder: Path) -> None:
    """Bring the notebooks into a folder, which is made, with their last pictures and the cards."""
    folder.mkdir(exist_ok=True)
    cards = [_card(path, folder) for path in sorted(notebooks.glob("*.ipynb"))]
    (folder / "cards.txt").write_text("\n".join(cards), "utf-8")


def _card(path: Path, folder: Path) -> str:
    shutil.copyfile(path, folder / path.name)
    cells = json.loads(path.read_text("utf-8"))["cells"]
    title, text = _opening("".join(cells[0]["source"]))
    name = path.stem + _write_picture(cells, folder / path.stem)
    return (
        f":::{{grid-item-card}} {title}\n:link: gallery/{path.stem}\n:link-type: doc\n"
        f":img-bottom: gallery/{name}\n:class-img-bottom: gallery-picture\n{text}\n:::\n"
    )


def _opening(source: str) -> tuple[str, str]:
    """Return the title of a notebook, and its first sentence."""
    title, _, text = source.partition("\n")
    first = re.split(r"(?<=[.:?!])\s", text.strip(), maxsplit=1)[0].replace("\n", " ")
    return title.removeprefix("# "), first.rstrip(":") + "." * first.endswith(":")


def _write_picture(cells: list[Any], target: Path) -> str:
    """Write the last picture of a notebook, one of pixels if there is one; return its suffix."""
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    for kind, suffix in (("image/png", ".png"), ("image/svg+xml", ".svg")):
        found = [part[kind] for part in data if kind in part]
        if found:
            content = "".join(found[-1])
            target.with_suffix(suffix).write_bytes(
                base64.b64decode(content) if suffix == ".png" else content.encode("utf-8")
            )
            return suffix
    raise ValueError(f"{target.name} has no picture")
