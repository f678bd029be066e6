"""gatviz, the app: `streamlit run app.py`."""

from gatviz.ui.start import start

start()
