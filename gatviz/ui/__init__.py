"""All that knows Streamlit: the page, its sidebar, one room a workspace, and the session that they show."""
