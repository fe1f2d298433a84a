"""GraphQL over one WebSocket: the protocol graphql-transport-ws, with limits on everything.

`wire.py` is the connection as uvicorn drives it, `message.py` what is said on it, `operation.py`
one thing asked, `connection.py` one client with all that it asks, `endpoint.py` who may connect.
"""

from api.socket.connection import SOCKET_LIMITS, Measures, SocketLimits
from api.socket.endpoint import SUBPROTOCOL, SocketEndpoint
from api.socket.message import CloseCode
from api.socket.wire import MESSAGE_BYTES_MOST, Wire

__all__ = [
    "MESSAGE_BYTES_MOST",
    "SOCKET_LIMITS",
    "SUBPROTOCOL",
    "CloseCode",
    "Measures",
    "SocketEndpoint",
    "SocketLimits",
    "Wire",
]
