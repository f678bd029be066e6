"""The numbers by which something counts, each with its reason."""

NOTHING = 0.0005
"""A smaller change of a probability is 0.000 on the screen: then an edge speaks for no class."""
MOVES = 0.01
"""An edge moves the answer if its removal moves the probability by a hundredth: what two digits show."""
LITTLE_ALONE = 0.05
FAR_TOGETHER = 0.15
"""Two edges do together what neither does alone: three times what either may do by itself."""
STRONGEST_OTHERS = 10
"""So many edges beside those into the node are tried in pairs, the strongest: two weak ones seldom do much together."""
MAX_PAIRS = 2_000
"""Of a hub with hundreds of edges only the pairs of the strongest are tried; the answer says so."""
ROUNDED = 12
"""Scores are rounded to so many digits before they are ranked: beyond, the order is that of rounding errors."""
SHUFFLES = 1_000
"""The ends of the band then stand fast to about 0.01."""
BAND = (0.05, 0.95)
"""Of the shuffled: nine in ten lie within."""
CHANCE_HIGH = 0.95
"""What is higher than 19 in 20 shuffled ones is more than chance: of attention that knows nothing, so is one in 20."""
MIN_RANKED = 3
"""Two edges are in one order or the other; that is no agreement."""
FIRST_FOR_THE_TABLE = 50
"""Of many edges, so many are removed first, the strongest by attention; the others in random order."""
CLOSE = 0.7
SOMEWHAT = 0.3
"""From these rank agreements on two orders are called much alike, or somewhat."""
