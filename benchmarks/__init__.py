"""Speed and memory, measured beside others in one run; and what takes too long to be a test."""
