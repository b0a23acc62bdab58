"""Generated source: pinned texts, compilers, and agreement with the library."""

from pathlib import Path

import numpy as np
import pytest

import treealg
from treealg.codegen import MAPS, generate, generate_source
from treealg.codegen.compilers.host import HostFunction, find_compiler
from treealg.errors import InvalidTypeError, InvalidValueError, MissingDependencyError

GOLDEN = Path(__file__).parent / "golden"

PINNED = {
    "sig_2_2.c": ("sig", 2, 2, {}),
    "log_backward_1_3f.c": ("log", 1, 3, {"backward": True, "dtype": "float32"}),
    "combine_planar_1_2.py": ("combine", 1, 2, {"planar": True, "language": "numpy"}),
    "corrected_sig_1_2.py": ("corrected_sig", 1, 2, {"language": "numpy"}),
    "sig_1_2.cu": ("sig", 1, 2, {"language": "cuda"}),
    "sig_backward_1_2.cu": ("sig", 1, 2, {"language": "cuda", "backward": True}),
    "log_1_3.cu": ("log", 1, 3, {"language": "cuda"}),
}


def pinned(name, dimension, degree, options):
    text = generate(name, dimension, degree, **options)
    return text.replace(f"treealg {treealg.__version__}", "treealg VERSION")


@pytest.mark.parametrize("file", PINNED)
def test_source_is_what_is_pinned(file):
    assert pinned(*PINNED[file]) == (GOLDEN / f"{file}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", ["c", "numpy", "cuda"])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", MAPS)
def test_lines_fit_the_page(name, backward, language):
    text = generate(name, 2, 3, backward=backward, language=language, planar=True)
    assert max(map(len, text.splitlines())) <= 100
    assert f"treealg {treealg.__version__}" in text


@pytest.mark.parametrize("backward", [False, True])
def test_lines_of_long_words_fit_the_page(backward):
    for dimension, degree in ((2, 7), (5, 4)):
        text = generate("sig", dimension, degree, backward=backward, language="cuda")
        assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", MAPS)
def test_c_compiles_without_a_warning(name, backward, planar):
    # By -std=c99 -pedantic -Wall -Wextra -Werror, and the next test.
    assert_compiles = HostFunction
    for degree in (1, 3):
        assert_compiles(generate_source(name, 2, degree, backward=backward, planar=planar))


def test_a_warning_is_refused():
    source = generate_source("log", 1, 2)
    spoiled = source.text.replace("{\n", "{\n    int unused;\n", 1)
    with pytest.raises(InvalidValueError, match="unused"):
        HostFunction(type(source)(spoiled, *list(vars(source).values())[1:]))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("language", ["c", "cuda", "numpy"])
def test_signature_and_logarithm_agree_with_the_library(language, dtype, planar):
    generator = np.random.default_rng(3)
    path = generator.normal(size=(5, 7, 2)).astype(dtype)
    expected = treealg.branched_sig(path, 3, planar=planar)
    logarithm = treealg.branched_sig_to_log_sig(expected, 2, 3, planar=planar)

    def call(name, value, **options):
        source = generate_source(name, 2, 3, planar=planar, language=language, dtype=dtype)
        if language == "numpy":
            scope = {}
            exec(source.text, scope)
            return scope[source.name](value)
        return HostFunction(source)(value, **options)[0]

    tolerance = 1e-12 if dtype == "float64" else 2e-4
    np.testing.assert_allclose(
        call("sig", path, length=7), expected, rtol=tolerance, atol=tolerance
    )
    np.testing.assert_allclose(
        call("log", expected), logarithm, rtol=tolerance, atol=10 * tolerance
    )


def test_c_backward_of_the_logarithm_is_that_of_the_library():
    generator = np.random.default_rng(4)
    bsig, derivs = generator.normal(size=(2, 3, 20))
    function = HostFunction(generate_source("log", 2, 3, backward=True))
    expected = treealg.branched_sig_to_log_sig_backprop(bsig, derivs, 2, 3)
    np.testing.assert_allclose(function(bsig, derivs)[0], expected, rtol=1e-12, atol=1e-12)


def test_a_path_of_one_point_has_the_trivial_signature():
    for language in ("c", "cuda"):
        function = HostFunction(generate_source("sig", 2, 2, language=language))
        assert function(np.ones((3, 1, 2)), length=1) == [[[0.0] * 6] * 3]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"language": "fortran"}, InvalidValueError),
        ({"language": ["c"]}, InvalidValueError),
        ({"dtype": "float16"}, InvalidValueError),
        ({"backward": 1}, InvalidTypeError),
    ],
)
def test_bad_options_are_refused(options, error):
    with pytest.raises(error):
        generate("log", 2, 2, **options)


@pytest.mark.parametrize("language", ["c", "c++"])
def test_a_missing_compiler_is_named(language, monkeypatch):
    for name in ("CC", "CXX"):
        monkeypatch.setenv(name, " ")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingDependencyError, match=r"C.* compiler .* install GCC or Clang"):
        find_compiler(language)


@pytest.fixture
def own_compiler(tmp_path, monkeypatch):
    """A compiler in a folder with a blank, at home, which notes what it is called with."""
    folder = tmp_path / "my tools"
    folder.mkdir()
    program = folder / "own-cc"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/calls"\nexec "${{REAL}}" "$@"\n')
    program.chmod(0o755)
    (tmp_path / "own-cc").symlink_to(program)
    for name in ("CC", "CXX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REAL", find_compiler("c")[0])
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return program


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("{}", []),
        ("'{}' -O2 -DNAME='a b'", ["-O2", "-DNAME=a b"]),
        (" ./own-cc   -O2 ", ["-O2"]),
        ("~/own-cc -I~ -L ~/lib", ["-I~", "-L", "{home}/lib"]),
        ("~/my tools/own-cc", []),
        ("env REAL=cc '{}' -g", ["-g"]),
    ],
)
def test_the_command_of_a_compiler_is_read_as_by_build_tools(
    command, options, own_compiler, tmp_path, monkeypatch
):
    monkeypatch.setenv("CC", command.format(own_compiler))
    HostFunction(generate_source("log", 1, 2, language="c"))
    called = (own_compiler.parent / "calls").read_text().split("-std=")[0]
    assert called.strip() == " ".join(options).format(home=tmp_path)


@pytest.mark.parametrize(("variable", "language"), [("CC", "c"), ("CXX", "c++")])
@pytest.mark.parametrize("command", ["no-such-compiler", "~/none -O2", "'cc", "''", "-O2 cc"])
def test_a_command_that_names_no_compiler_is_refused_with_its_variable(
    variable, language, command, monkeypatch
):
    monkeypatch.setenv(variable, command)
    with pytest.raises(InvalidValueError, match=rf"the variable {variable} must .* got "):
        find_compiler(language)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("language", ["c", "numpy", "cuda"])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", MAPS)
def test_degree_one_is_printed_where_corrections_have_no_columns(name, backward, language, planar):
    text = generate(name, 2, 1, backward=backward, language=language, planar=planar)
    assert f"{name}, dimension 2, degree 1" in text
