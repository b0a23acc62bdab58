"""Statements without loops: sums of products, printed as C, and their derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Lines", "Term", "sum_text"]

Term = tuple[float, str, str]
"""A coefficient and two factors; the second one may be empty, for 1."""

CHAIN = 8
"""The longest chain of additions, each of which waits for the one before."""


def chain_text(row: Iterable[Term]) -> str:
    text = ""
    for coefficient, left, right in row:
        product = f"{left} * {right}" if right else left
        if abs(coefficient) != 1:
            product = f"(REAL){abs(coefficient)!r} * {product}"
        if text:
            text += f" {'-' if coefficient < 0 else '+'} {product}"
        else:
            text = f"-{product}" if coefficient < 0 else product
    return text


def sum_text(row: Iterable[Term]) -> str:
    """Return a sum of products as C."""
    terms = list(row)
    chains = [chain_text(terms[i : i + CHAIN]) for i in range(0, len(terms), CHAIN)]
    return " + ".join(f"({chain})" for chain in chains) if chains[1:] else "".join(chains)


class Lines:
    """Statements: each the sum of products of what is given and of earlier ones."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Term, ...]] = {}
        self._names: dict[tuple[Term, ...], str] = {}

    def sum(self, terms: Iterable[Term]) -> str:
        """Add a sum, unless it is there, and return its name; the empty one for 0."""
        row = tuple(term for term in terms if term[0] and term[1])
        if not row:
            return ""
        if len(row) == 1 and row[0][0] == 1 and not row[0][2]:
            return row[0][1]
        if row not in self._names:
            self._names[row] = f"v{len(self._rows)}"
            self._rows[self._names[row]] = row
        return self._names[row]

    def needed(self, wanted: Iterable[str]) -> set[str]:
        """Return all names that some names depend on, these included."""
        found = set(wanted)
        for name, row in reversed(self._rows.items()):
            if name in found:
                found.update(factor for term in row for factor in term[1:])
        return found

    def text(
        self, wanted: Iterable[str], written: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """Yield the statements that some names need, without those that were written before.

        Parameters
        ----------
        wanted : iterable of str
            Names.
        written : mapping from str to str, optional
            By the name of each statement that is there already, what stands for it now.

        Yields
        ------
        str
            A statement.
        """
        needed, there = self.needed(wanted), written or {}
        for name, row in self._rows.items():
            if name in needed and name not in there:
                text = sum_text((c, there.get(a, a), there.get(b, b)) for c, a, b in row)
                yield f"const vec {name} = {text};"

    def adjoint(self, received: Mapping[str, Iterable[Term]]) -> dict[str, str]:
        """Add the derivatives with respect to all that some names depend on.

        Wherever two factors are multiplied, both get the same sum back, times each other: it is
        made once.

        Parameters
        ----------
        received : mapping from str to iterable of Term
            The derivatives that names get from outside.

        Returns
        -------
        dict from str to str
            The name of each derivative; empty where it is 0.
        """
        terms = {name: list(given) for name, given in received.items()}
        products: dict[tuple[str, ...], list[Term]] = {}
        partners: dict[str, dict[tuple[str, ...], str]] = {}
        made: dict[str, str] = {}

        def derivative(name: str) -> str:
            """Add the sum of all that a name gets, which is known when later ones are done."""
            found = terms.get(name, [])
            for factors, other in partners.get(name, {}).items():
                twice = 2.0 if other == name else 1.0
                found.append((twice, self.sum(products[factors]), other))
            made[name] = self.sum(found)
            return made[name]

        for name, row in reversed(list(self._rows.items())):
            back = derivative(name)
            if not back:
                continue
            for coefficient, left, right in row:
                if right:
                    factors = (left, right) if left < right else (right, left)
                    products.setdefault(factors, []).append((coefficient, back, ""))
                    partners.setdefault(left, {})[factors] = right
                    partners.setdefault(right, {})[factors] = left
                else:
                    terms.setdefault(left, []).append((coefficient, back, ""))
        for name in dict.fromkeys([*terms, *partners]):
            if name not in made:
                derivative(name)
        return made
