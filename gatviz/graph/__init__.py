"""A graph as a checked value, and what makes one, edits one, lays one out or takes a part of one."""
