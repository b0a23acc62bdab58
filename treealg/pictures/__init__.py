"""Pictures of coefficients over their trees, of bases, of linear models and of windows of paths."""

from treealg._lazy import attach
from treealg.optional import require

require("matplotlib", extra="plot")

__all__, __getattr__, __dir__ = attach(__name__)
