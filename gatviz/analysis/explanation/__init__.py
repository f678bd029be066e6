"""Whether attention tells what a node's answer rests on: what it says, and what happens when it is taken away.

One question a module: `paths` what attention alone says, `messages` what was sent, `removal` what taking away does,
`agreement` how alike two orders are, `pairs` what only goes together, `verdict` what follows, `explain` all of it for
one node, `contribution` what attention adds to the model, `fidelity` whether named edges suffice, `stability` how far α
moves when the graph does, `explanation_story` and `contribution_story` all of it in words, `figures` how numbers and
arrows are written there.
"""
