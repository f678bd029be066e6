"""The Compare workspace: one module a question, and what their answers are drawn with."""
