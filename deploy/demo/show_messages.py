"""Prints messages of `tributary tap --json`, one a line: the time, and the values that a person would look for.

    show_messages.py [SINCE]        SINCE: leave out what is older than this time
"""

import json
import sys

FIRST = ("name", "title", "outcome", "email", "domain", "amount")
ENVELOPE = {"type", "customer", "source", "id", "object", "changed_at", "account_id", "contact_id", "livemode"}
WIDTH = 150

since = sys.argv[1] if len(sys.argv) > 1 else ""
for line in sys.stdin:
    message = json.loads(line)
    if message["time"] < since:
        continue
    if message.get("value") is None:
        text = "(gone)"
    else:
        value = json.loads(message["value"])
        scalars = {k: v for k, v in value.items() if v not in (None, "", 0, False) and not isinstance(v, (dict, list))}
        names = [k for k in FIRST if k in scalars] + [k for k in scalars if k not in FIRST and k not in ENVELOPE]
        text = "  ".join(f"{k}={scalars[k]}" for k in names)
    print(f"{message['time'][11:19]}  {text}"[:WIDTH])
