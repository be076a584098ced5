"""filenthropist: its provider of rules. Names and addresses are for its model, which no package brings."""

import importlib.metadata

from filenthropist.pii_interface.client import create_provider

version = importlib.metadata.version("filenthropist")
# A number of a firm counts as one of a customer: that is what it covered where it was of use. A bank's code is no kind
# of ours.
KINDS = {
    "email": "email", "url": "url", "iban": "iban", "credit_card": "card", "ssn": "nrn", "ip": "ip_address",
    "kenteken": "licence_plate", "postcode_nl": "postcode", "bsn": "bsn", "date": "date", "phone": "phone",
    "kvk": "customer_number", "btw": "customer_number", "big_registration": "customer_number",
}
tool = create_provider("monsieur_regex")


def find(text):
    return [(one.start, one.end, KINDS.get(one.type)) for one in tool.detect(text)]
