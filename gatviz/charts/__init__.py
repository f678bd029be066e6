"""Views: pure functions from Graph and Trace to colours, formulas, figures and HTML."""
