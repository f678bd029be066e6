"""The Train workspace: a player, its graph and charts, experiments, and what a training is made of."""
