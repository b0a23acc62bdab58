"""The snippets of the documents run, and their links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MADE = ("docs/gallery", "docs/reference")  # by the build of the site
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def snippets(text):
    return re.findall(r"^```pycon\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def run_snippets(text, name):
    """Run the snippets of one document one after another in one namespace."""
    examples = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    namespace, report = {}, []
    for number, snippet in enumerate(snippets(text)):
        test = examples.get_doctest(snippet, namespace, f"{name}, snippet {number + 1}", name, 0)
        runner.run(test, out=report.append, clear_globs=False)
        namespace = test.globs
    return runner.summarize(verbose=False), "".join(report)


def test_the_runner_of_snippets_sees_a_wrong_value(capsys):
    text = "```pycon\n>>> x = 1\n```\nand\n```pycon\n>>> x + 1\n2\n>>> x + 2\n4\n```\n"
    results, report = run_snippets(text, "example")
    assert (results.failed, results.attempted) == (1, 3)
    assert "Expected:\n    4" in report


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_snippets_give_the_values_shown(document):
    results, report = run_snippets(document.read_text("utf-8"), document.name)
    assert results.failed == 0, report


def test_readme_and_conventions_have_snippets():
    for name in ("README.md", "docs/conventions.md"):
        assert len(snippets((ROOT / name).read_text("utf-8"))) >= 3


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_python_block_escapes_the_runner(document):
    text = document.read_text("utf-8")
    outside = re.sub(r"^```pycon\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert ">>>" not in outside


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    local = [target for target in targets if not re.match(r"https?:", target)]
    found = [document.parent / target for target in local]
    assert [path for path in found if not path.exists() and not is_made(path)] == []


def is_made(path):
    return str(path.resolve().relative_to(ROOT)).startswith(MADE)
