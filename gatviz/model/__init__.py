"""What is made of layers: the model, its weights as a value, its run, and the proof of its numbers."""
