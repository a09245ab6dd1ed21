"""The card of a dataset: what was asked, how it was made, and what is wrong with it."""

from aidsafe.datasets.card.licences import licence_of, stated
from aidsafe.datasets.card.told import Card, Control, Flaw, Model, Origin, PolicyUse
from aidsafe.datasets.card.writing import card

__all__ = ["Card", "Control", "Flaw", "Model", "Origin", "PolicyUse", "card", "licence_of", "stated"]
