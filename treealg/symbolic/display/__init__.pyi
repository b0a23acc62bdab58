from treealg.symbolic.display.latex import LATEX_PREAMBLE as LATEX_PREAMBLE, to_latex as to_latex
from treealg.symbolic.display.layout import Layout as Layout, layout_forest as layout_forest
from treealg.symbolic.display.plot import plot as plot, plot_grid as plot_grid
from treealg.symbolic.display.style import COLOURS as COLOURS, OTHER_COLOURS as OTHER_COLOURS
from treealg.symbolic.display.svg import to_html as to_html, to_svg as to_svg
from treealg.symbolic.display.table import TreeTable as TreeTable, tree_table as tree_table
from treealg.symbolic.display.unicode import to_indented as to_indented, to_unicode as to_unicode
