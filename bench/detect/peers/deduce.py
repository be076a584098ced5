"""deduce: rules and lists for Dutch medical notes, with all its detectors, at its defaults."""

import importlib.metadata
import logging

logging.disable(logging.CRITICAL)
from deduce import Deduce  # noqa: E402

version = importlib.metadata.version("deduce")
# Hospitals and care providers are organisations, which count neither way; an age is none of our kinds.
KINDS = {
    "persoon": "person", "patient": "person", "locatie": "address", "bsn": "bsn", "id": "customer_number",
    "telefoonnummer": "phone", "emailadres": "email", "datum": "date", "url": "url",
}
tool = Deduce()


def find(text):
    return [(int(one.start_char), int(one.end_char), KINDS.get(one.tag)) for one in tool.deidentify(text).annotations]
