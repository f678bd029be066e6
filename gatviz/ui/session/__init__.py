"""What outlives a rerun: the session as one value, the steps that change it, its settings, pins and cached runs."""
