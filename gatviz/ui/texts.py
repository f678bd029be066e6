"""The words of the page around the stage, apart from the code that lays them out."""

from gatviz.attention.edges import SelfLoops
from gatviz.graph.subgraph import Direction

TITLE = "gatviz"
TAGLINE = "see what attention attends to"

WORKSPACE = "Workspace"
EXPLORE = "Explore"
COMPARE = "Compare"

MODEL = "Model"
KIND = "Layer"
KIND_HELP = (
    "GAT (Veličković et al. 2018) scores a pair by two separate sums; GATv2 (Brody et al. 2022) puts LeakyReLU between "
    "W and a, so that the ranking of sources can differ from target to target."
)
LAYERS = "Layers"
LAYER = "Layer"
LAYER_OPTION = "Layer {layer} · {kind} {heads} × {features}"
MORE = "More about the model"
OUTPUT_FEATURES = "Features per head of the last layer"
BIAS = "Bias"
RESIDUAL = "Residual connection"
RESIDUAL_HELP = "A learnt projection of the layer's input is added to its output."
SHARE_WEIGHTS = "One W for both roles (GATv2)"
ONLY_CPU = "torch finds no CUDA or Apple device on this machine, so there is only the CPU."
NO_OTHER_DEVICE = "{device} (no other found)"
DEVICE_HELP = (
    "On another device than the CPU the model runs on both; the proof tells their largest difference and times."
)
OPENED = "Opened: **{name}**"
CLOSE_MODEL = "Close the model"
TAKEN_BACK = "“{what}” was taken back: the screen shows what it showed before."
STAYS = "The model was set back: the screen shows what it showed before."
MODEL_CLOSED = (
    "The opened model {name} was closed: its layer 0 reads {reads:,} features, this graph has {has:,}. "
    "Undo brings both back."
)
HEADS = "Heads"
HEAD_FEATURES = "Features per head"
COMBINE = "Heads are"
CONCATENATED = "concatenated"
AVERAGED = "averaged"
SLOPE = "LeakyReLU slope"
DROPOUT = "Dropout on α"
DROPOUT_HELP = (
    "Above 0 the layer runs as in training: a random part of the shares is dropped, the rest scaled up. "
    "The stages 'mask' and 'α dropped' show it."
)
UNTRAINED = "Weights untrained, drawn from seed {seed}: what heads prefer is chance."
BY_HAND = (
    "Weights were set by hand, the others are untrained; those of seed {seed} come back by undo, or in the "
    "Weights table."
)
OPENED_WEIGHTS = "The weights are those of {name}, as opened or as edited since."
DROPOUT_ON = "Training mode: dropout {rate:.2f} is on. α is still the softmax; h′ uses α after the mask."
SELF_LOOPS = "Self-loops"
SELF_LOOP_CHOICES: dict[SelfLoops, str] = {"add_missing": "add the missing", "as_given": "as given", "remove": "remove"}
SEED = "Seed"
REROLL = "New random weights"
DEVICE = "Device"
SUMMARY = "arrows: {arrows} · {heads} × {features} features per node · forward {milliseconds:.2f} ms on {device}"

TABLE = "Names, labels and features"
TABLE_STEP = "edit the table"
TABLE_PART = "The first {0} of {1} nodes and {2} of {3} feature columns can be edited here."
TABLE_NOTE = (
    "Type, or paste cells from a spreadsheet. New nodes get zeros. A new column adds one column to W, drawn from the "
    "seed; a deleted one takes only its own; all other weights keep their values."
)
NODE = "node"
LABEL = "label"
COLUMNS = "Columns"
NEW_COLUMN = "New column"
NEW_COLUMN_HINT = "name"
ADD = "Add, all zero"
COLUMN = "Column"
COLUMN_NAME = "its new name"
RENAME = "Rename"
DELETE = "Delete"
FILL = "Replace all columns by"
FILL_NOW = "Replace"
FEATURE_KINDS: dict[str, str] = {
    "one_hot": "one-hot: each node its own",
    "degree": "the number of arrows into the node",
    "constant": "a constant 1",
    "random": "random numbers from the seed",
}

TAKE_AWAY = "Take away"
TAKE_AWAY_HEAD = "Weights to draw"
DOWNLOAD_HTML = "Download as interactive HTML"

CHOSEN_BY = "their largest α over the heads"
CUT = "Everything is computed on the whole graph and nothing is renormalised."
CUT_BETWEEN = "Arrows between these nodes that are not drawn stand in the matrices, marked."
LOCKED_ELSEWHERE = (
    "Locked: {source} → {target}, {symbol} = {value:.3g} in {weighting}. Not both of its nodes are shown here: "
    "show the neighbourhood of {target}."
)
NO_ARROW_ELSEWHERE = "Locked: {target} does not read {source}, and not both of them are shown here."
CHANGED = "Largest changes since the baseline: {changes}."
UNCHANGED = "Pinned: nothing has changed since."
AROUND = "Show the neighbourhood of a node"
AROUND_HINT = "type its name; empty shows the strongest arrows of the whole graph"
NO_SUCH_NODE = "No node's name holds “{name}”; the strongest arrows of the whole graph are shown."
WHICH_NODE = "Which of them?"
HOPS = "Hops"
WAY = "Along"
WAYS: dict[Direction, str] = {"reads": "what it reads", "is_read": "who reads it", "both": "both"}
EDGE_ATTRIBUTES = "Kept but not used by GAT, which reads only whether an edge is there: {names}."

HEAD_TITLE = "head {head}"
MEAN_LABEL = "mean of heads"
MEAN_EXPLANATION = "the average of α over the {heads} heads, derived from them; no head computed it."
GCN_LABEL = "GCN"
GCN_EXPLANATION = "the fixed weights 1/√(d_i d_j) of a graph convolution; its rows need not sum to 1."
UNIFORM_LABEL = "uniform"
UNIFORM_EXPLANATION = "the plain mean 1/|N(i)|: every neighbour counts the same."
