"""What holds of each package whose functions are those of the table, on arrays of a framework."""

import inspect
import re
import subprocess
import sys

from treealg.optional import install_command

from .meta.test_docstrings import documented_parameters, sections
from .operations.cases import OPERATIONS


def assert_parameters_are_those_of_the_table(package, name):
    """Assert so of all parameters but more, and return these."""
    found = [*inspect.signature(getattr(package, name)).parameters.values()]
    want = OPERATIONS[name].signature.parameters.values()
    assert [(p.name, p.kind, p.default) for p in found[: len(want)]] == [
        (p.name, p.kind, p.default) for p in want
    ]
    return found[len(want) :]


def assert_is_documented(package, name, arrays, barred=r"\bArrayLike\b"):
    function = getattr(package, name)
    found = sections(function.__doc__)
    parameters = {*inspect.signature(function).parameters}
    assert {*documented_parameters(found["Parameters"])} == parameters
    assert list(found) == ["", "Parameters", "Returns", "Raises", "Notes"]
    assert not re.search(barred, function.__doc__)
    assert f"`treealg.{name}` on {arrays}" in function.__doc__


def assert_a_missing_framework_is_said_with_how_to_install_it(framework, folder):
    (folder / f"{framework}.py").write_text(f"raise ModuleNotFoundError(name={framework!r})")
    code = f"""
import sys
sys.path.insert(0, {str(folder)!r})
import treealg
try:
    import treealg.{framework}
except treealg.MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert install_command(framework) in done.stdout
