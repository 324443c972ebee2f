"""The few calls of the Stripe API that the demo makes. The key is read from the environment and never shown."""

import base64
import json
import os
import urllib.parse
import urllib.request


def call(method, path, **fields):
    """Sends form fields, returns the decoded answer, and fails with the status on anything but 2xx."""
    body = urllib.parse.urlencode(fields).encode() if method == "POST" else None
    request = urllib.request.Request(os.environ["STRIPE_URL"] + path, data=body, method=method)
    credentials = base64.b64encode((os.environ["STRIPE_KEY"] + ":").encode()).decode()
    request.add_header("Authorization", "Basic " + credentials)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return json.load(answer)
