"""The words about weights: opening, saving, editing."""

from gatviz.checkpoints.saving import Format, LayoutOut
from gatviz.model.weights import Fill

OPEN = "Open trained weights"
OPEN_BUTTON = "Open weights …"
OPEN_HELP = "A state dict of PyG, DGL, pyGAT, pytorch-GAT, the tutorial or gatviz; nothing in the file is run."
FILE = "A torch file (.pt, .pth) or safetensors"
EMPTY = (
    "Choose a file of trained weights. Layers, heads and sizes are read from the names and shapes in it; what it "
    "leaves open is asked here, with the likeliest answer."
)
FOUND = "**{title}** · {layers} · {numbers} parameters"
LAYER_COLUMN, IN_COLUMN, OUT_COLUMN = "layer", "reads", "gives"
ASKED = "What the file leaves open"
READ = "What the file says"
FITS = "Fits the graph: it has {features} features."
SHOW = "Use these weights"
CANCEL = "Cancel"
READING = "Reading the weights …"

SAVE = "Save weights"
SAVE_LAYOUT = "Names of the parameters"
SAVE_FORM = "Format"
LAYOUTS: dict[LayoutOut, str] = {"gatviz": "gatviz", "tutorial": "the tutorial's layers", "pyg": "PyG"}
FORMS: dict[Format, str] = {"torch": "torch (.pt)", "safetensors": "safetensors"}
SAVE_GET = "Download {name}"

NAMES = {
    "heads": "heads",
    "concat": "heads are",
    "activation": "activation",
    "residual": "residual",
    "self_loops": "self-loops",
    "negative_slope": "LeakyReLU slope",
    "score_sign": "sign of LeakyReLU",
    "implementation": "implementation",
    "layout": "layout",
}
CONCAT = {True: "concatenated", False: "averaged"}
OF_LAYER = "Layer {layer}: {name}"

TABLE = "Weights of layer {layer}"
PARAMETER = "Parameter"
HEAD = "Head"
FILLS: dict[Fill, str] = {"zeros": "zero", "ones": "ones", "identity": "identity", "random": "random"}
COPY_FROM = "Copy from head"
COPY = "Copy"
RANDOM_HELP = "Uniform within ±1/√(columns), drawn from seed {seed}"
RESET = "Back to the seed's weights"
FIRST_ROWS = "The first {rows:,} of {all_rows:,} rows and {columns:,} of {all_columns:,} columns."
NOTE = "Type, or paste cells. What you set stays until the seed, the number of heads or the features per head change."
STEP = "edit {name}"
STEP_FILL = "set {{name}} to {kind}"
STEP_COPY = "copy {{name}} from head {head}"
OF_HEAD = "{name} of head {head}"
