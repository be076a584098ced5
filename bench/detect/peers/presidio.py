"""Presidio's analyzer without a language model, since it has none for Dutch: all that it loads for any language, payment
cards, and telephone numbers of the Netherlands and Belgium besides those of its default countries."""

import importlib.metadata
import logging

logging.disable(logging.CRITICAL)
from presidio_analyzer import AnalyzerEngine  # noqa: E402
from presidio_analyzer.nlp_engine import NoOpNlpEngine  # noqa: E402
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, PhoneRecognizer  # noqa: E402
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider  # noqa: E402

version = importlib.metadata.version("presidio-analyzer")
# Wallets, network cards and random identifiers are none of our kinds.
KINDS = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IBAN_CODE": "iban", "CREDIT_CARD": "card",
    "IP_ADDRESS": "ip_address", "DATE_TIME": "date", "URL": "url", "MEDICAL_LICENSE": "id_document",
}
registry = RecognizerRegistryProvider(registry_configuration={"supported_languages": ["nl"]}).create_recognizer_registry()
registry.remove_recognizer("PhoneRecognizer", language="nl")
countries = ("NL", "BE", *PhoneRecognizer.DEFAULT_SUPPORTED_REGIONS)
registry.add_recognizer(PhoneRecognizer(supported_language="nl", supported_regions=countries))
registry.add_recognizer(CreditCardRecognizer(supported_language="nl"))
tool = AnalyzerEngine(
    registry=registry,
    nlp_engine=NoOpNlpEngine([{"lang_code": "nl", "model_name": "no_op"}]),
    supported_languages=["nl"],
)


def find(text):
    return [(one.start, one.end, KINDS.get(one.entity_type)) for one in tool.analyze(text, language="nl")]
