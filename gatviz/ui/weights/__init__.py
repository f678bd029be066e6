"""The model's weights: opened from a file, saved to one, and typed in a table."""
