"""Values with a state: copies and pickles are equal and independent, whatever the hash seed."""

import copy
import dataclasses
import inspect
import os
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

import treealg
import treealg.tables
import treealg.verification
from treealg import codegen, engines, symbolic
from treealg.symbolic import (
    OrderedForest,
    PlanarTree,
    Tree,
    bck,
    bseries,
    display,
    mkw,
    quasi_shuffle,
    shuffle_algebra,
)

LEAF, LADDER = Tree(), Tree([Tree()])
PATH = [[0.0], [1.0], [3.0]]


def stream_of(kind, *arguments):
    stream = kind(*arguments)
    stream.push_batch(PATH)
    return stream


def made_table(name):
    return getattr(treealg.tables, name)


# A value of each public class, by the names of the classes.
SAMPLES = {
    "LinearKernel": treealg.LinearKernel(),
    "RBFKernel": treealg.RBFKernel(2.0),
    "ScaledLinearKernel": treealg.ScaledLinearKernel(0.5),
    "Tree": Tree([LEAF, LADDER], "x"),
    "PlanarTree": PlanarTree([PlanarTree(label=3)], (1, "y")),
    "Forest": symbolic.Forest([LEAF, LADDER]),
    "OrderedForest": OrderedForest([PlanarTree(), PlanarTree(label=1)]),
    "Element": symbolic.Element({LEAF: Fraction(1, 3), LADDER: 2}),
    "Tensor": bck.coproduct(LADDER),
    "AlgebraElement": symbolic.AlgebraElement(bck, LADDER),
    "BSeries": bseries.exact_series(3),
    "LieButcherSeries": bseries.exact_lie_butcher_series(2),
    "RungeKutta": bseries.published_method("rk4"),
    "AdditiveRungeKutta": bseries.published_method("stormer_verlet"),
    "Rosenbrock": bseries.Rosenbrock([[0]], [["1/2"]], [1]),
    "CommutatorFree": bseries.published_method("cmo3"),
    "MethodInfo": bseries.method_info("rk4"),
    "Functional": symbolic.Functional(mkw, {PlanarTree(): 2, None: 1}),
    "Character": symbolic.Character(
        bck, {tree: tree.order for n in (1, 2, 3) for tree in symbolic.enumerate_trees(n)}
    ),
    "InfinitesimalCharacter": symbolic.InfinitesimalCharacter(bck, {LEAF: 2}),
    "ShuffleCharacter": symbolic.ShuffleCharacter(mkw, {PlanarTree(): 2}),
    "Endomorphism": symbolic.identity_map(bck).log(),
    "Morphism": symbolic.arborification_bck.then(symbolic.ladders),
    "BCK": bck,
    "NCK": symbolic.nck,
    "MKW": mkw,
    "CEM": symbolic.cem,
    "GL": symbolic.gl,
    "OGL": symbolic.ogl,
    "PGL": symbolic.pgl,
    "ShuffleAlgebra": shuffle_algebra,
    "ConcatenationAlgebra": symbolic.concatenation_algebra,
    "QuasiShuffleAlgebra": quasi_shuffle(),
    "Layout": display.layout_forest(LADDER),
    "TreeTable": display.tree_table([LEAF, LADDER]),
    "MapSize": codegen.map_size("log", 1, 3),
    "Program": codegen.build_program(codegen.map_size("log", 1, 3)),
    "Vector": codegen.build_program(codegen.map_size("log", 1, 3)).inputs[0],
    "PathProgram": codegen.build_path_program(codegen.map_size("sig", 1, 2)),
    "Chains": treealg.tables.chains_of_weights((1, 2), 3, longest=2),
    "Quadrature": treealg.tables.nodes(3),
    "WeightedWords": treealg.tables.words(2, 3),
    "Operation": treealg.operations["branched_sig"],
}
STREAMS = {
    "BranchedSigStream": (1, 3),
    "BranchedLogSigStream": (1, 3),
    "BranchedSigWindowStream": (1, 3, 2),
    "BranchedLogSigWindowStream": (1, 3, 2),
}
# Of these there are no values of their own, or none that a user makes: base classes, what a caller
# may implement, results of a run, tables and sources, which have tests of their own.
WITHOUT = {
    "StaticKernel", "RootedTree", "LinearCombination", "TruncatedSeries", "OneStepMethod",
    "HopfAlgebra", "GradedSpace", "Engine", "HostEngine", "KernelEngine", "GPU",
    "Check", "Outcome", "Report", "Formula", "Source",
    "CoefficientTable", "ConvolutionTable", "LinearMap", "TranslationTable",
}  # fmt: skip


def public_classes():
    faces = (treealg, symbolic, bseries, display, codegen, treealg.tables, treealg.verification)
    return {
        name
        for face in (*faces, engines)
        for name in face.__all__
        if inspect.isclass(value := getattr(face, name))
        and not issubclass(value, BaseException | Warning)
    }


def test_each_public_class_is_here():
    assert public_classes() <= {*SAMPLES, *STREAMS, *WITHOUT}
    assert not {*SAMPLES} & {*WITHOUT}


def value_of(x):
    """What tells two values apart that are equal only to themselves."""
    if isinstance(x, symbolic.Functional | symbolic.Morphism):
        algebra = x.source if isinstance(x, symbolic.Morphism) else x.algebra
        return [x(key) for n in range(4) for key in algebra.basis(n)]
    return repr(x)


def again(x):
    yield copy.copy(x)
    yield copy.deepcopy(x)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(x, protocol))


@pytest.mark.parametrize("name", SAMPLES)
def test_copies_and_pickles_are_equal_in_value(name):
    x = SAMPLES[name]
    for y in again(x):
        assert type(y) is type(x)
        assert value_of(y) == value_of(x)
        if not isinstance(x, display.TreeTable):
            assert y == x
            assert hash(y) == hash(x)


@pytest.mark.parametrize("name", [n for n in SAMPLES if dataclasses.is_dataclass(SAMPLES[n])])
@pytest.mark.parametrize("which", ["another", 0])
def test_nothing_is_assigned_to_a_frozen_value(name, which):
    x = SAMPLES[name]
    names = [field.name for field in dataclasses.fields(x)] or ["some"]
    attribute = which if isinstance(which, str) else names[which]
    with pytest.raises(dataclasses.FrozenInstanceError, match=attribute):
        setattr(x, attribute, 5)
    with pytest.raises(dataclasses.FrozenInstanceError, match=attribute):
        delattr(x, attribute)


def test_maps_are_equal_that_are_made_alike():
    character = SAMPLES["Character"]
    assert symbolic.Functional(bck, {LEAF: 1}) == symbolic.Functional(bck, {(0,): 1})
    assert symbolic.Functional(bck, {LEAF: 1}) != symbolic.Functional(bck, {LEAF: 2})
    assert symbolic.Functional(bck, {LEAF: 1}) != symbolic.Functional(mkw, {((0,),): 1})
    assert symbolic.Functional(bck, {LEAF: 1}) != symbolic.InfinitesimalCharacter(bck, {LEAF: 1})
    assert character.log() * 2 == character.log() * 2 != character.log() * 3
    assert character.inverse() != character.log() != 1
    assert len({character, character.log(), *again(character), *again(character.log())}) == 2
    one, two = (symbolic.Functional(bck, lambda key: 1) for _ in range(2))
    assert one == one != two  # functions are what Python says


@pytest.mark.parametrize("name", STREAMS)
def test_a_copied_stream_goes_its_own_way(name):
    kind, arguments = getattr(treealg, name), STREAMS[name]

    def results(stream):
        return stream.sig() if "Window" in name else stream.sig(0, 4)

    def pushed(stream, more):
        stream.push_batch(more)
        return results(stream)

    first, second = [[7.0], [5.0]], [[-1.0], [2.0]]
    expected = [pushed(stream_of(kind, *arguments), more) for more in (first, second)]
    assert not np.array_equal(*expected)
    number = len(list(again(stream_of(kind, *arguments))))
    for k in range(number):
        original = stream_of(kind, *arguments)
        copied = list(again(original))[k]
        assert np.array_equal(pushed(copied, first), expected[0])
        assert np.array_equal(pushed(original, second), expected[1])
        assert np.array_equal(results(copied), expected[0])


READ = """
import pickle, sys
for x in pickle.load(sys.stdin.buffer):
    print(repr(x) if "object at" not in repr(x) else type(x).__name__)
"""

# What is printed must depend neither on the seed nor on what the process did before.
PRINT = """
from treealg.symbolic import *
if {warm}:
    list(enumerate_trees(5, 2)), bck.antipode(Tree([Tree([Tree()], "b"), Tree(label="a")]))
print(bck.coproduct(Tree([Tree(label=label) for label in (10, 9, "b", "a", 2.5, (1, "x"))])))
print(shuffle_words((10, "a"), (9, "b")), list(bck.antipode(Tree([Tree(label="z"), Tree()]))))
print(exact_series(3, 2), Forest([Tree(label=10), Tree(label=9), Tree(label="q")]))
print(to_svg(Tree(label="f")), to_latex(mkw.coproduct(PlanarTree([PlanarTree(label="u")]))))
print(gl.product(Tree([Tree(label="y")]), Tree([Tree(label="x")])), list(cem.basis(3, 2)))
print(bck.primitives(3), published_methods())
"""


def run(code, seed, data=None):
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, env=environment, check=True
    )
    return done.stdout


def test_pickles_are_read_in_a_process_with_another_hash_seed():
    values = [x for name, x in SAMPLES.items() if name != "Operation"]
    found = run(READ, 7, pickle.dumps(values)).decode().splitlines()
    assert len(found) >= len(values)
    assert found[3:5] == [repr(SAMPLES["Tree"]), repr(SAMPLES["PlanarTree"])]


def test_what_is_printed_depends_on_values_alone():
    printed = {run(PRINT.format(warm=warm), seed) for warm in (0, 1) for seed in (1, 2)}
    assert len(printed) == 1
    assert b"9 10" in printed.pop()


def test_numbers_order_labels_by_value():
    tree = Tree([Tree(label=label) for label in (10, 9, 2.5, Fraction(1, 3), -1)])
    assert [child.label for child in tree.children] == [-1, Fraction(1, 3), 2.5, 9, 10]


SETS = """
from treealg.symbolic import *
names = [frozenset(x) for x in ("ba", "zc", "qrst", "")] + [(1, frozenset("yx"))]
tree = Tree([Tree(label=name) for name in names], frozenset("nm"))
words = shuffle_algebra.product((names[0], names[1]), (names[2],))
print(tree, bck.coproduct(tree), words)
print(to_svg(tree), to_latex(tree), to_indented(tree), to_dot(tree))
"""


def test_sets_as_labels_are_ordered_and_printed_by_their_members():
    printed = {run(SETS, seed) for seed in range(1, 7)}
    assert len(printed) == 1
    assert b"frozenset({'a', 'b'})" in printed.pop()


def test_equal_sets_of_another_history_are_one_label():
    grown = frozenset({chr(97 + i) for i in range(200)} - {chr(97 + i) for i in range(2, 200)})
    trees = [Tree([Tree(label=x), Tree(label=frozenset("c"))]) for x in (grown, frozenset("ba"))]
    assert trees[0] is trees[1]


def test_labels_whose_order_is_that_of_addresses_are_refused():
    for labels in ((object(), object()), (len, lambda: 0), (object(), 1.5j)):
        Tree(label=labels[0])
        with pytest.raises(treealg.InvalidValueError, match="address"):
            Tree([Tree(label=label) for label in labels])


@pytest.mark.parametrize("name", ["weight", "place", "longer"])
def test_letters_by_weight_cannot_be_written_into(name):
    array = getattr(treealg.tables.chains_of_weights((1, 2), 4), name)
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 0
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.flags.writeable = True


def test_labels_that_import_at_the_end_of_a_process_leave_no_traceback():
    script = (
        "import sympy\nfrom treealg.symbolic import Tree\n"
        "kept = Tree([Tree(label=sympy.Float(0.5)), Tree(label=(sympy.Float(0.25), 1))])\n"
        "def hold():\n    return kept\nhold()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
