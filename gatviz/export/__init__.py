"""What is taken away as data or code: α on a graph and as a table, arrays of every intermediate, and programs.

alpha      the graph of a run with α of every layer and head on its edges; α as a table, a row an edge; as files
arrays     every intermediate of a run as arrays under stable names
scripts    programs without gatviz that rebuild graph and model and print the same α
"""

from gatviz.export.alpha import alpha_table, graph_with_alpha, write_alpha
from gatviz.export.arrays import arrays_of, npz_of
from gatviz.export.scripts import check_program, pyg_script, torch_script

__all__ = [
    "alpha_table",
    "arrays_of",
    "check_program",
    "graph_with_alpha",
    "npz_of",
    "pyg_script",
    "torch_script",
    "write_alpha",
]
