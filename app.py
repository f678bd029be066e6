"""gatviz, the app: `streamlit run app.py`."""

from gatviz.ui.page import page

page()
