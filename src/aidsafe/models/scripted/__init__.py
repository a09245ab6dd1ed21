"""The scripted model: a stand-in that needs no key, no network and no luck, to rehearse a run from end to end."""

from aidsafe.models.scripted.client import ScriptedModel
from aidsafe.models.scripted.label import LABEL
from aidsafe.models.scripted.options import ScriptedOptions

__all__ = ["LABEL", "ScriptedModel", "ScriptedOptions"]
