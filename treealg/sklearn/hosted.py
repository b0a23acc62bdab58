"""What makes transformers of other frameworks of those of scikit-learn."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from treealg.frameworks.documentation import on_digits
from treealg.sklearn.base import PathTransformer, may_lack
from treealg.sklearn.samples import Floats

__all__ = ["Hosted", "with_channels_last"]

# Frameworks have their own containers for tables of points.
_LEFT_OUT = ("id", "time", "times")


class Hosted:
    """A transformer of a framework that leaves the work to one of scikit-learn.

    A subclass names it as `of`, and has a summary and an example as its docstring; parameters and
    their descriptions come from there.

    Attributes
    ----------
    transformer_ : PathTransformer
        The fitted one.
    """

    _of: ClassVar[type[PathTransformer]]
    transformer_: PathTransformer
    missing: str
    get_params: Callable[..., dict[str, Any]]
    set_tags: Callable[..., Any]

    if TYPE_CHECKING:
        # That of a subclass is made when the subclass is.
        def __init__(self, *arguments: Any, **options: Any) -> None: ...

    def __init_subclass__(cls, of: type[PathTransformer] | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if of is not None:
            cls._of = of
            cls.__init__ = _constructor(cls, of)  # type: ignore[method-assign]
            cls.__doc__ = _docstring(cls, of) if of.__doc__ else None  # none with python -OO

    def get_feature_names_out(self) -> Any:
        """Return the names of the coefficients, those of their trees or words.

        Returns
        -------
        numpy.ndarray of str objects, shape (features,)
            As the transformer of scikit-learn gives them.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        """
        fitted = getattr(self, "transformer_", None) or self._of()
        return fitted.get_feature_names_out()

    def _begin(self) -> None:
        """Let the framework set up what it keeps, once there are parameters."""
        super().__init__()
        self._tell_tags()

    def _tell_tags(self) -> None:
        """Set the tags that depend on parameters."""
        self.set_tags(**{"capability:missing_values": may_lack(self.missing)})

    def _made(self, **changed: Any) -> PathTransformer:
        """Return the transformer of scikit-learn with these parameters, not fitted."""
        return self._of(**{**self.get_params(deep=False), **changed})


def with_channels_last(X: Any) -> Floats | list[Floats]:
    """Return series of axes channels and time with the axes exchanged, as views."""
    if isinstance(X, np.ndarray):
        return np.swapaxes(X, 1, 2)
    return [series.T for series in X]


def _constructor(cls: type, of: type[PathTransformer]) -> Callable[..., None]:
    """Return a constructor with the parameters of another, which it keeps as they are."""
    own, *others = inspect.signature(of.__init__).parameters.values()
    kept = [other for other in others if other.name not in _LEFT_OUT]
    # One thread is what both frameworks have by default.
    kept = [each.replace(default=1) if each.name == "n_jobs" else each for each in kept]
    signature = inspect.Signature([own, *kept])

    def __init__(self: Any, *arguments: Any, **options: Any) -> None:
        bound = signature.bind(self, *arguments, **options)
        bound.apply_defaults()
        for parameter in kept:
            setattr(self, parameter.name, bound.arguments[parameter.name])
        self._begin()

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__


def _docstring(cls: type, of: type[PathTransformer]) -> str:
    """Return a summary with the parameters of another class, and an example."""
    summary, *examples = re.split(r"\n\n(?=Examples\n-)", inspect.cleandoc(cls.__doc__ or ""))
    parts = re.split(r"\n\n(?=[A-Z][A-Za-z ]+\n-{3,}\n)", inspect.getdoc(of) or "")
    (described,) = [part for part in parts if part.startswith("Parameters\n")]
    heading, entries = described.split("\n", 2)[:2], described.split("\n", 2)[2]
    kept = [
        entry
        for entry in re.split(r"\n(?=\S)", entries)
        if not {name.strip() for name in entry.split(":")[0].split(",")} & set(_LEFT_OUT)
    ]
    text = "\n".join([*heading, *kept])
    text = text.replace("n_jobs : int or None, default None", "n_jobs : int, default 1")
    text = text.replace("Threads; None is 1, -1 all", "Threads; -1 is all")
    text = re.sub(r"those of a frame, or else numbers\. With `id`[^.]*\.", "numbers.", text)
    text = text.replace("those of a frame, or else numbers.", "numbers.")
    attributes = "\n".join(
        [
            "Attributes",
            "----------",
            f"transformer_ : treealg.sklearn.{of.__name__}",
            "    The transformer of scikit-learn that was fitted.",
        ]
    )
    see = "\n".join([
        "See Also", "--------",
        f"treealg.sklearn.{of.__name__} : The transformer of scikit-learn.",
    ])  # fmt: skip
    notes = [f"Notes\n-----\n{said}" for said in on_digits(inspect.getdoc(of) or "")]
    return "\n\n".join([summary, text, attributes, see, *notes, *examples])
