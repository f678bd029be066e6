"""How the numbers of an explanation are made, as LaTeX: the notation is that of `paths` and `messages`."""

from __future__ import annotations

REMOVAL = r"p_c^{\,\setminus\, j \to i} - p_c"
ATTENTION = r"\varphi_{ij} = \sum_{m=1}^{L} C^{(L-m)}_{vi} A^{(m)}_{ij}, \quad C^{(k)} = A^{(L)} \cdots A^{(L-k+1)}"
MESSAGES = (
    r"\sum_{l,\,h} g_i \cdot \frac{\alpha_{ij} (W h_j - h'_i)}{1 - \alpha_{ij}}, \quad g = \partial m / \partial h'_i"
)
MARGIN = r"m = z_c - \log \sum_{k \neq c} e^{z_k}, \quad p_c = \sigma(m)"
