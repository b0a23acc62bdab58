from treealg.pictures.bars import (
    plot_coefficients as plot_coefficients,
    plot_importance as plot_importance,
)
from treealg.pictures.heat import plot_basis as plot_basis
from treealg.pictures.windows import plot_windows as plot_windows
