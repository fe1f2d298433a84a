"""What happens, as it happens: the hub of this process, and the watches that it feeds.

Nothing is missed and order is kept: positions have no gaps, so a jump shows what is missing, and
PostgreSQL fills it. The stream only makes it fast; without it the line is swept every 200 ms.
"""

from resolvers.live.hub import Callback, Hub
from resolvers.live.watch import WATCH_LENGTH_MOST, Watch

__all__ = ["WATCH_LENGTH_MOST", "Callback", "Hub", "Watch"]
