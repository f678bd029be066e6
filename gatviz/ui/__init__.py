"""All that knows Streamlit: state, the cached run, one module a workspace, and the adapter of the stage."""
