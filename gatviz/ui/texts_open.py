"""The words of opening and saving a graph, apart from the code that lays them out."""

from gatviz.graph.features import FeatureKind

GRAPH = "Graph"
OWN_GRAPH = "Yours: {name}"

# ---- the dialog --------------------------------------------------------------------------------------------------
OPEN = "Open a graph"
OPEN_BUTTON = "Open …"
OPEN_HELP = "From files, pasted text or a generator; nothing is replaced before you have seen what was understood."
FILE = "From files"
PASTE = "Paste text"
GENERATE = "Generate"
WAY = "Where from"
SHOW = "Show this graph"
CANCEL = "Cancel"
READING = "Reading …"
MAKING = "Making the graph …"
CHANGED = "The text was changed: look at what is understood now, then show it."
PLACING = "Placing the nodes …"

FILES = "Files of one graph"
FILES_HELP = (
    "JSON, CSV and TSV (edges, edges and nodes, adjacency matrix), GraphML, GEXF, GML, Pajek, .npz, torch and "
    "safetensors files of plain tensors, or a zip of these."
)
FILES_EMPTY = (
    "One file, an edge list and a table of nodes together, or a zip of both. The format is told by the content."
)
TEMPLATES = "No file at hand? Templates"
TEMPLATE = "Format"
TEMPLATE_GET = "Download {name}"
NODE_TABLE = "node table beside an edge list (CSV)"

TEXT = "Edges, matrix, JSON or any other text format"
TEXT_PLACEHOLDER = "source,target\nA,B\nB,C"
NODES_TEXT = "Nodes, if they have features (optional)"
NODES_PLACEHOLDER = "id,label,f0,f1\nA,x,1,0\nB,y,0,1\nC,x,1,1"
READ = "Read it"
EXAMPLES = "Examples to change:"
EXAMPLE_TITLES = {"edge_list": "edges and nodes", "json": "JSON", "matrix": "matrix"}
PASTED = "pasted text"
PASTED_NODES = "pasted nodes"

KIND = "Kind of graph"
SHIPPED_TITLES = {
    "karate_club": "Karate club (Zachary 1977)",
    "les_miserables": "Les Misérables (Knuth 1993)",
    "florentine_families": "Florentine families (Padgett)",
    "davis_women": "Davis' Southern women (1941)",
}
SEED = "seed"
NODE_FEATURES = "Node features"
OWN_FEATURES = "its own"
USUAL_FEATURES = "one-hot up to 200 nodes, else in-degree"
FEATURE_KINDS: dict[FeatureKind | None, str] = {
    "one_hot": "one-hot",
    "degree": "in-degree",
    "constant": "constant 1",
    "random": "random (seed)",
}

# ---- the preview -------------------------------------------------------------------------------------------------
UNDERSTOOD = "Understood"
DECIDED = "Decided on the way"
NOTHING_DECIDED = "Nothing had to be decided."
CHOICES = "Change by hand"
FORMAT = "Format"
FORMAT_FOUND = "found: {title}"
FORMAT_AUTOMATIC = "by content"
SOURCE = "Source column (j, is read)"
TARGET = "Target column (i, reads)"
NODE_ID = "Column of node names"
AS_FOUND = "as found: {name}"
CHOOSE = "choose a column"
LABEL = "Label column"
LABEL_AS_FILE = "as in the file"
LABEL_NONE = "none"
FEATURES = "Feature columns"
LEFT_OUT = "Feature columns to leave out ({count:,} in all)"
TOO_MANY_COLUMNS = "{count:,} feature columns: all are used."
MISSING = "Features, since there are none"
MISSING_KINDS = {"one_hot": "one-hot", "degree": "in-degree", "constant": "constant 1"}
CATEGORICAL = "Columns of words"
CATEGORICAL_KINDS = {"one_hot": "one feature a word", "ignore": "left out"}
SCALING = "Scaling of features"
SCALINGS = {"none": "none", "row": "row sums 1", "standard": "mean 0, deviation 1"}
DIRECTED = "Edges are"
DIRECTED_KINDS = {True: "directed", False: "undirected"}
MATRIX = "The matrix is not symmetric. What does row i, column j ≠ 0 mean?"
MATRIX_KINDS = {"row_reads_column": "i reads j", "row_points_to_column": "i points to j"}
FIRST_NODES = "First nodes of {count:,}"
FIRST_EDGES = "First arrows of {count:,}"
MORE_FEATURES = "{count:,} more features"
NODE = "node"
ARC = "source → target"
TABLE_LABEL = "label"
TABLE_SPLIT = "split"

# ---- saving ------------------------------------------------------------------------------------------------------
SAVE = "Save …"
SAVE_FORMAT = "Format"
SAVE_GET = "Download {name}"
SAVE_NOTE = "Opens here again as the same graph."
WRITING = "Writing …"
