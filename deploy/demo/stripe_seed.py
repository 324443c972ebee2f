"""Fills localstripe with companies that pay for something, once: customers, paid charges and invoices.

Two pairs of customers share a company's domain, so that matching has something to find; one uses a free-mail address,
by which nobody may be matched. All domains are reserved for examples, save that one.
"""

import sys

from stripe_api import call

COMPANIES = [
    ("Northwind Traders", "northwind", "Ada Lindqvist"),
    ("Northwind Traders Export", "northwind", "Jonas Lindqvist"),
    ("Blue Harbor Logistics", "blueharbor", "Marta Silva"),
    ("Cedar & Finch Architects", "cedarfinch", "Noah Finch"),
    ("Delta Robotics GmbH", "delta-robotics", "Lena Vogt"),
    ("Evergreen Dental Group", "evergreendental", "Priya Nair"),
    ("Fjord Analytics AS", "fjordanalytics", "Sindre Haugen"),
    ("Granite Peak Outdoors", "granitepeak", "Tom Ashby"),
    ("Helios Solar Cooperative", "heliossolar", "Inés Romero"),
    ("Iron Bridge Foundry", "ironbridge", "Owen Price"),
    ("Juniper Street Bakery", "juniperbakery", "Sofia Marino"),
    ("Kestrel Aviation Parts", "kestrelparts", "Grace Obi"),
    ("Lighthouse Publishing", "lighthousebooks", "Emil Novak"),
    ("Meridian Freight", "meridianfreight", "Yuki Tanaka"),
    ("Meridian Freight Returns", "meridianfreight", "Aiko Mori"),
    ("Nimbus Hosting", "nimbushosting", "Karim Haddad"),
    ("Orchard Valley Foods", "orchardvalley", "Ruth Bergman"),
    ("Pinewood Schools Trust", "pinewoodschools", "Hannah Cole"),
    ("Quartz Timepieces SA", "quartztime", "Luc Favre"),
    ("Riverstone Legal LLP", "riverstonelegal", "Amara Diallo"),
    ("Saffron Kitchen Supplies", "saffronkitchen", "Devika Rao"),
    ("Tidewater Marine", "tidewatermarine", "Jack Doyle"),
    ("Umbra Security Oy", "umbrasecurity", "Aino Laine"),
    ("Velvet Lane Interiors", "velvetlane", "Chloé Martin"),
    ("Dana Kowalski Consulting", None, "Dana Kowalski"),
]


def seed():
    if call("GET", "/v1/customers?limit=1")["data"]:
        print("    localstripe has its customers already")
        return
    call(
        "POST", "/v1/plans", id="scale-yearly", amount=118800, currency="usd", interval="year", nickname="Scale",
        **{"product[name]": "Scale"},
    )
    charges = invoices = 0
    for number, (company, domain, person) in enumerate(COMPANIES):
        mailbox = person.lower().replace(" ", ".").encode("ascii", "ignore").decode()
        email = f"{mailbox}@{domain}.example" if domain else "tributary.demo.dana@gmail.com"
        customer = call(
            "POST", "/v1/customers", name=company, email=email, description=f"Billing contact: {person}",
            phone=f"+1555010{number:04d}", **{"metadata[contact]": person, "metadata[plan]": ["team", "scale"][number % 2]},
        )["id"]
        card = call("POST", "/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
        call("POST", f"/v1/customers/{customer}", **{"invoice_settings[default_payment_method]": card})
        for month in range(1 + number % 3):
            call(
                "POST", "/v1/charges", amount=4900 + 1000 * number + 100 * month, currency="usd", customer=customer,
                description=f"{company}, month {month + 1}",
            )
            charges += 1
        if number % 2 == 0:
            # localstripe makes invoices for subscriptions only, with the charge that pays them.
            call("POST", "/v1/subscriptions", customer=customer, **{"items[0][plan]": "scale-yearly"})
            invoices += 1
        if sys.stdout.isatty():
            print(f"\r    {number + 1} of {len(COMPANIES)} customers", end="", flush=True)
    print(f"\r    {len(COMPANIES)} customers, {charges + invoices} charges, {invoices} invoices in localstripe")


seed()
