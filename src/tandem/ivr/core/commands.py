"""Universal commands: keys that mean the same in every menu and collect, unless they are a choice there."""

from __future__ import annotations

import re

from tandem.cti.documents.shapes import Record, Text, item, record
from tandem.ivr.core.words import Target

KEY = re.compile(r"[0-9*#]")
KEY_RULE = 'it is one key of the phone: "0" to "9", "*" or "#"'


@record
class OperatorKey:
    key: str = item(Text(1, KEY, KEY_RULE), "the key")
    goto: str = item(Target(), "the step that follows", is_exit=True)


@record
class Commands:
    """'' is no key."""

    repeat: str = item(Text(1, KEY, KEY_RULE), "the key that says the prompts once more", default="")
    back: str = item(Text(1, KEY, KEY_RULE), "the key that leads back to the question before", default="")
    operator: OperatorKey | None = item(
        Record(OperatorKey),
        "{key, goto}: the key that leads to a person, if he does not wait for one",
        default=None,
    )


NO_COMMANDS = Commands()
