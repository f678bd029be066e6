"""A run as one HTML file that needs nothing else: the stage itself, and what Python would say of every arrow.

runs       what a report is of: a run, a capture, a training
tellings   what is said of each node and arrow, as far as there is room
chapters   verdicts, an explanation, the model and where it all comes from, below the stage
page       the file: the stage's modules, the data, and what puts them together in the browser
notebook   the same as a frame in a notebook
"""
