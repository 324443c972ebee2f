"""Serves localstripe, a stateful fake of the Stripe API that we did not write, for the demo.

    stripe_server.py PORT STATE-FILE

Its own command listens on every address of the machine and keeps its state in /tmp, where anybody could leave a file
for it to load; here it listens on loopback, and the state is in a folder of our own.
"""

import builtins
import logging
import sys

from aiohttp import web
from localstripe import resources, server

port, state_file = int(sys.argv[1]), sys.argv[2]


def open_state(path, mode="r", *arguments, **options):
    if path == "/tmp/localstripe.pickle":
        path = state_file
    return builtins.open(path, mode, *arguments, **options)


resources.open = open_state
resources.store.try_load_from_disk()

logging.basicConfig(level=logging.INFO)
web.run_app(server.app, host="127.0.0.1", port=port, access_log=logging.getLogger("aiohttp.access"))
