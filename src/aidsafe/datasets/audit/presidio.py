"""Presidio's recognisers, without any model: more kinds of numbers, no names and no places.

Needs the extra `personal-data`. A blank pipeline stands in for the language model that Presidio would fetch, and
e-mail is left to the built-in pattern, because Presidio's own asks the network for a list of domains.
"""

from collections.abc import Iterator
from importlib import import_module

from aidsafe.core.errors import ExtraMissing
from aidsafe.datasets.audit.personal import Recognise, Spotted

__all__ = ["LABEL", "presidio"]

LABEL = "Presidio without a language model, beside the built-in patterns; no names, no places"

_THRESHOLDS = {
    "CREDIT_CARD": 0.9,
    "CRYPTO": 0.9,
    "IBAN_CODE": 0.9,
    "IP_ADDRESS": 0.6,
    "MAC_ADDRESS": 0.6,
    "PHONE_NUMBER": 0.4,
    "US_ITIN": 0.5,
    "US_PASSPORT": 0.5,
    "US_SSN": 0.5,
}
_NAMES = {"CREDIT_CARD": "card", "IBAN_CODE": "iban", "PHONE_NUMBER": "phone", "IP_ADDRESS": "ip"}


def presidio(language: str = "en") -> Recognise:
    """A recogniser over Presidio's patterns. Raises `ExtraMissing`."""
    try:
        spacy = import_module("spacy")
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError as error:
        raise ExtraMissing("personal-data", purpose="looking for personal data with Presidio") from error
    blank = SpacyNlpEngine(models=[{"lang_code": language, "model_name": "blank"}])
    blank.nlp = {language: spacy.blank(language)}
    registry = RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language], nlp_engine=blank)
    analyzer = AnalyzerEngine(nlp_engine=blank, registry=registry, supported_languages=[language])

    def recognise(text: str) -> Iterator[Spotted]:
        for found in analyzer.analyze(text, language=language, entities=list(_THRESHOLDS)):
            if found.score >= _THRESHOLDS[found.entity_type]:
                kind = _NAMES.get(found.entity_type, found.entity_type.lower())
                yield Spotted(kind, found.start, found.end, found.score, "Presidio")

    return recognise
