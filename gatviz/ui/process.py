"""What is set once for the whole process, which answers many sessions."""

from __future__ import annotations

import gc
import socket
from contextlib import suppress
from functools import cache

from streamlit import net_util


@cache
def set_process() -> None:
    """What is set once for the whole process, before anything runs."""
    send_at_once()
    _ask_nobody_for_the_address()


def _ask_nobody_for_the_address() -> None:
    """Keep the server from asking a page on the internet which address it has itself.

    Streamlit would, whenever it refuses a connection from another page's origin; no option of its own turns that off.
    """
    net_util.get_external_ip = lambda: None


def send_at_once() -> None:
    """Let what is written to browsers leave at once.

    The server writes head and body apart, on sockets that wait for the browser's word before they send a second small
    piece, which a browser gives only after 40 ms: for every file, and in the midst of an answer. New connections take
    over what the listening socket has.
    """
    for found in gc.get_objects():
        if type(found) is socket.socket and found.type == socket.SOCK_STREAM:
            with suppress(OSError):  # closed, or no TCP
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
