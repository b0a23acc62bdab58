"""Plans of paths with a correction."""

from __future__ import annotations

from typing import cast

from treealg import tables
from treealg.numeric.plans import cache as plans

__all__ = ["chain_plan"]


def chain_plan(
    channels: int, degree: int, planar: bool, method: int | None, longest: int, time_aug: bool
) -> plans.PathPlan:
    """Return the plan from words of chains to the corrected signature or log-signature."""
    key = ("chains", channels, degree, planar, method, longest, time_aug)

    def make() -> plans.PathPlan:
        dimension = channels + time_aug
        columns = plans.basis_columns(dimension, degree, planar)
        layout = plans.word_program(channels, degree, longest, time_aug)
        if method:
            table = tables.lyndon_arborification(dimension, degree, method, longest)
        else:
            table = tables.arborification(dimension, degree, planar, longest)
        linear, program, nbytes = plans.prepared_map(table), None, table.nbytes
        if method is not None:
            words = tables.word_convolution(dimension, degree, longest)
            program, nbytes = plans.prepared_program(words), nbytes + words.nbytes
        return plans.PathPlan(columns, linear.rows, linear, program, nbytes, linear, layout)

    return cast(plans.PathPlan, plans.keep_plan(key, make))
