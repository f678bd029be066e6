"""The interactive stage: JavaScript modules and CSS that know nothing of Streamlit, and the Python that feeds them."""
