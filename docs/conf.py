"""How the site is built: ``python -m sphinx -W -b html docs OUT``."""

import logging
import sys
from pathlib import Path

import treealg

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS))

from _gallery import write_gallery  # noqa: E402
from _reference import write_reference  # noqa: E402

project = "treealg"
author = "treealg developers"
project_copyright = author
version = release = treealg.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx-mathjax-offline",
]
exclude_patterns = ["_build"]
default_role = "autolink"
nitpicky = False

# Docstrings are numpydoc; a page for each name is made by autosummary, of the names in pages that
# `_reference.py` writes.
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Snippets are run by the tests, and notebooks hold what they gave: nothing is run here.
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath", "deflist"]
myst_heading_anchors = 3

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "numpy": ("https://numpy.org/doc/stable", None),
    "sympy": ("https://docs.sympy.org/latest", None),
    "sklearn": ("https://scikit-learn.org/stable", None),
}

html_theme = "pydata_sphinx_theme"
html_title = "treealg"
html_logo = "_static/treealg.svg"
html_favicon = "_static/treealg.svg"
html_static_path = ["_static"]
html_context = {"default_mode": "auto"}
html_css_files = ["treealg.css"]
html_theme_options = {
    "logo": {"text": "treealg"},
    "navigation_with_keys": False,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
}


def setup(app):
    """Write the reference and bring the notebooks in, before pages are looked for."""
    logging.getLogger("sphinx.sphinx.ext.intersphinx").addFilter(_is_no_network)
    app.connect("config-inited", bring_in)


def _is_no_network(record):
    """Tell whether a warning stays: without a network, links to other projects are left out."""
    return "failed to reach any of the inventories" not in str(record.msg)


def bring_in(app, config):
    """Make what the site takes from the checkout."""
    write_reference(DOCS / "reference")
    write_gallery(ROOT / "notebooks", DOCS / "gallery")
