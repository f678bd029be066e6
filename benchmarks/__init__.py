"""What is measured by hand: each is a module to run."""
