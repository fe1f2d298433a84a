"""Messages that reach a phone outside the mini-program: WeChat's subscribe messages.

Who is told of something (models/notification) gets one if they consented to one on the phone.
The inbox has it in any case.
"""

from models.message.consent import Consent, consents, give
from models.message.planning import plan
from models.message.sending import Outgoing, put_back, settle, take
from models.message.template import QUIET, TEMPLATES, Field, Quiet, Template
from models.message.words import State, Value

__all__ = [
    "QUIET",
    "TEMPLATES",
    "Consent",
    "Field",
    "Outgoing",
    "Quiet",
    "State",
    "Template",
    "Value",
    "consents",
    "give",
    "plan",
    "put_back",
    "settle",
    "take",
]
