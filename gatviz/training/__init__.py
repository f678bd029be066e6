"""Graph + model → Training: the parameters and α of every epoch, so that any epoch is a model again."""
