"""The words of the Compare workspace, apart from the code that lays them out."""

SECTION = "What to compare"
SECTIONS = {
    "heads": "Heads",
    "difference": "Difference",
    "alike": "Alike?",
    "uniform": "Uniform?",
    "static": "Static?",
    "kinds": "GAT or GATv2",
    "flow": "In and out",
    "layers": "Layers",
    "predictions": "Predictions",
    "what_if": "What if",
}
QUESTIONS = {
    "heads": "What does each head attend to?",
    "difference": "Where do two heads, or a head and plain averaging, part ways?",
    "alike": "How alike are the heads?",
    "uniform": "Does a head choose, or does it average like a plain mean?",
    "static": "Does every target rank its sources in the same order?",
    "kinds": "What does GATv2 do otherwise, on the same graph and from the same seed?",
    "flow": "Who receives attention, and who gives it?",
    "layers": "Where does attention lead through all layers?",
    "predictions": "How often is the opened model right, and what does it mix up?",
    "what_if": "What changes if the graph, a feature, a weight or a setting changes?",
}

PART = "Part of the split"
WRONG_NODES = "{count:,} wrong"

IMAGE = "The camera above a chart saves it as"
IMAGE_HELP = "Point at a chart to see its camera. Pictures are made in the browser; CSV holds a chart's numbers."
IMAGES = {"svg": "SVG", "png": "PNG"}
CSV = "CSV"
CSV_HELP = "The numbers of this chart, every digit of them, as a CSV table."

NO_NODES = "This graph has no nodes yet. Draw some in Explore, or choose or open a graph in the sidebar."
NO_ARCS = "No node reads any other or itself, so there is no α to compare. Draw an edge or add self-loops."
ONE_HEAD = "There is one head, so there is no other head to compare it with. More heads can be set in the sidebar."
TOO_MANY_FOR_MATRIX = "Matrices are drawn up to {most} nodes; this graph has {nodes}. The tables hold every arrow."

HEAD = "Head"
HEAD_TITLE = "head {head}"
ALL_HEADS = "all"
SHOW = "Show head"
SHOW_HELP = "All heads side by side, or one large. A click on a node in a panel opens that head too."
PICTURE = "Drawn as"
PICTURES = {"graph": "graph", "matrix": "matrix"}
PER_ROW = "Per row"
AUTO = "auto"
HEADS_CHART = "α of every head"
HEAD_CHART = "α of head {head}"
SCALE = "Scale to the largest α"
SCALE_HELP = "Colours and widths run from 0 to 1; switched on, they run from 0 to the largest α shown."

KINDS_SEED = "Both draw untrained weights from seed {seed}; they have other parameters, so their numbers differ."
KINDS_BY_HAND = "The {kind} layer has the weights that were set here, the other untrained ones that seed {seed} draws."
KINDS_TITLE = "α of {kind}, head {head}"
KINDS_RANKING = "How each target ranks its sources: {kind}, head {head}"
KINDS_EXPLAINED = (
    "GAT scores e = LeakyReLU(a_target·Wh_i + a_source·Wh_j): what j adds is the same for every reader i, so all rank "
    "alike, and what i adds is the same for every j, so it only decides how sharply. "
    "GATv2 scores e = a·LeakyReLU(W_target h_i + W_source h_j): the bend comes before a, so readers can differ."
)

FIRST = "Take"
SECOND = "minus"
ON_THE_GRAPH = "{what}, on the graph"
DIFFERENCE_UNIT = "difference of weights"
WEIGHTS = {"mean": "mean of heads", "gcn": "GCN weight 1/√(d_i d_j)", "uniform": "uniform 1/|N(i)|"}

EVEN_LEAD = "Averages up to a lead of"
EVEN_LEAD_HELP = (
    "A node averages where no neighbour gets more than this many times its even share. With 1.25, of four neighbours "
    "none gets more than 0.31."
)
CHOSEN_PART = "Chooses up to a part of"
CHOSEN_PART_HELP = (
    "A node chooses where it reads like at most this part of its neighbours. With 0.67, one of ten chooses where it "
    "reads like 6.7 or fewer. What neither averages nor chooses leans."
)
MOST_NODES = "Say so of a whole head from"
MOST_NODES_HELP = "Part of the judged nodes from which a head as a whole is said to act so."
UNIFORM_GRAPH = "How evenly each node shares its attention out"
UNIFORM_UNIT = "effective ÷ read"
UNIFORM_CAPTION = (
    "The darker (on dark paper: the lighter) a node, the larger the part of its neighbours that it reads like, up to "
    "1, a plain mean. Nodes that read fewer than two have nothing to share out and stay empty."
)
BY_HEAD = "Head by head: counts of, and means over, the nodes that read two or more"
COLUMNS = {
    "head": "head",
    "judged_nodes": "nodes judged",
    "averaging_nodes": "average",
    "leaning_nodes": "lean",
    "choosing_nodes": "choose",
    "mean_effective_neighbours": "effective neighbours",
    "mean_neighbours": "of so many read",
    "mean_strongest_share": "on the strongest",
    "mean_own_share": "on itself",
    "mean_own_share_if_uniform": "on itself, if uniform",
    "mean_same_label_share": "on its label",
    "mean_same_label_share_if_uniform": "on its label, if uniform",
    "static": "static",
    "target_pairs": "pairs of targets",
    "agreeing_pairs": "pairs that agree",
    "comparisons": "comparisons",
    "contrary_comparisons": "contrary ones",
}

STATIC_EXPLAINED = (
    "Attention is called static when all targets rank the sources that they share in the same order, so that the "
    "target decides how strongly, but not what, it prefers. Targets that share no two sources have no order in common."
)

TOP_ARROWS = "The strongest arrows"
TOP_OF = "Strongest by"
TOP_COUNT = "How many to draw"
TOP_TABLE = (
    "Every arrow with all its weights. A column's title sorts by it; a chosen row is locked in Explore too, "
    "where its nodes are shown."
)
TOP_CUT = "Listed are the strongest {shown} of {arrows} arrows by {name}."
SELF_LOOP = "self-loop"
ADDED = "added"

PIN = "Pin the present as baseline {slot}"
PIN_HELP = "Keeps graph, features, weights and settings as they are now. Then edit anything: the change is shown here."
PINS_FULL = "Both places are taken: unpin baseline A or B first."
NOTHING_PINNED = (
    "Nothing is pinned yet. Pin the present as a baseline, then draw an edge, type a feature, change a weight or a "
    "setting: every change of α since then is drawn and listed here."
)
UNPIN = "Unpin"
UNPIN_HELP = "Forgets baseline {slot}. The graph on the screen stays as it is."
RESET = "Back to baseline {slot}"
RESET_HELP = "Puts the graph, the weights and the settings of baseline {slot} back on the screen."
SWAP_HELP = "Exchanges before and after."
BEFORE = "Before"
AFTER = "After"
PRESENT = "now"
BASELINE = "baseline {slot}"
SAME_TWICE = "Before and after are the same state: choose two different ones."
PIN_SUMMARY = "{origin}: {nodes}, {arrows}, {heads}, seed {seed}"
SETTINGS_CHANGED = "Settings: {changes}."
SETTING_NAMES = {
    "opened": "model",
    "kind": "kind",
    "num_layers": "layers",
    "num_heads": "heads",
    "head_features": "features per head",
    "output_features": "features of the output",
    "concat": "concatenated",
    "bias": "bias",
    "residual": "residual",
    "share_weights": "shared weights",
    "negative_slope": "LeakyReLU slope",
    "dropout": "dropout",
    "self_loops": "self-loops",
    "seed": "seed",
    "device": "device",
}
TOP_CHANGES = "Largest changes"
CHANGE_CHART = "Change of α from {before} to {after}"
CHANGE_UNIT = "Δα"
CHANGE_TABLE = "Every arrow's change"
DROPOUT_CHANGES = "Dropout is on in at least one of the two: α is from before the dropping, the output from after it."

LAYERS_CHART = "α of every head of every layer"
LAYER_HEAD = "layer {layer}, head {head}"
PANELS_CUT = "Drawn are the first {shown} of {all} heads."
NODE = "Node"
NODE_READS = "What this node reads through all layers, by the product of their mean attention, and how far away it is."
NO_SUCH_LAYER = "One of the two has no layer {shown}, so layer {layer} is compared."
NO_MODEL = "the sidebar's"
ON, OFF = "yes", "no"
