"""Plans of paths with a correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from treealg import tables
from treealg.numeric import kernels
from treealg.numeric.arguments import corrections
from treealg.numeric.plans import cache as plans

__all__ = ["ChainPlan", "chain_plan", "chain_program"]


@dataclass(frozen=True, slots=True)
class ChainPlan(plans.Plan):
    """The prepared tables of a path with a correction.

    Attributes
    ----------
    linear : SparseMap
        The `output_map`, which these plans always have.
    chains : ChainProgram
        The words of chains.
    """

    linear: kernels.SparseMap
    chains: kernels.ChainProgram


def chain_plan(
    channels: int, degree: int, planar: bool, method: int | None, longest: int, time_aug: bool
) -> ChainPlan:
    """Return the plan from words of chains to the corrected signature or log-signature."""
    key = ("chains", channels, degree, planar, method, longest, time_aug)

    def make() -> ChainPlan:
        dimension = channels + time_aug
        columns = plans.basis_columns(dimension, degree, planar)
        chains = chain_program(channels, degree, longest, time_aug)
        if method:
            table = tables.lyndon_arborification(dimension, degree, method, longest)
        else:
            table = tables.arborification(dimension, degree, planar, longest)
        linear, program, nbytes = plans.prepared_map(table), None, table.nbytes
        if method is not None:
            words = tables.word_convolution(dimension, degree, longest)
            program, nbytes = plans.prepared_program(words), nbytes + words.nbytes
        return ChainPlan(columns, linear.rows, linear, program, nbytes, linear, chains)

    return cast(ChainPlan, plans.keep_plan(key, make))


def chain_program(channels: int, degree: int, longest: int, time_aug: bool) -> kernels.ChainProgram:
    """Return the words of chains, as the kernels take them."""
    dimension = channels + time_aug
    layout = tables.words(dimension, degree, longest)
    letters = corrections.letter_columns(channels, time_aug, longest)
    return kernels.ChainProgram(dimension, degree, *layout.program(), letters)
