"""The inbox: what people are told, and whether they have read it."""

from models.notification.inbox import Notification, find_all, mark_read, notifications, unread
from models.notification.telling import tell

__all__ = ["Notification", "find_all", "mark_read", "notifications", "tell", "unread"]
