"""Pages for people who come with a browser."""

from api.pages import ide
from api.pages.start import routes

__all__ = ["ide", "routes"]
