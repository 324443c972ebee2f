"""Changes one customer in localstripe, as a person would in the dashboard: a new name and phone number each time."""

import time

from stripe_api import call

customer = call("GET", "/v1/customers?limit=3")["data"][2]
moment = time.strftime("%H:%M:%S", time.gmtime())
base = customer["name"].split(" (renamed")[0]
changed = call(
    "POST", f"/v1/customers/{customer['id']}", name=f"{base} (renamed at {moment})", phone="+1555019" + moment.replace(":", "")[2:],
)
print(changed["id"], changed["name"], sep="\t")
