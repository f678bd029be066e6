"""The Explore workspace: the stage, the sentences above it, and the table of features beside it."""
