"""Which AutoGen components a recipe may name: a closed list, for AutoGen's own loader imports whatever it is told to.

A component's config holds no keys: clients take theirs from the environment, and a recipe is written down.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from pydantic import JsonValue

__all__ = ["COMPONENTS", "check_component"]

COMPONENTS: Final = (
    "autogen_ext.models.anthropic.",
    "autogen_ext.models.azure.",
    "autogen_ext.models.llama_cpp.",
    "autogen_ext.models.ollama.",
    "autogen_ext.models.openai.",
    "autogen_ext.models.replay.",
    "autogen_ext.auth.azure.",
)
"""The beginnings of every provider that is ever imported; the last one is for the tokens of Azure's clients."""

_CLASS: Final = re.compile(r"[A-Za-z]\w*")
_SECRET: Final = re.compile(
    r"(^|[_-])(key|secret|password|passwd|credentials?|authorization|cookie|token)$", re.IGNORECASE
)


def check_component(provider: str, config: JsonValue) -> None:
    """Raise `ValueError` for a provider that is not on the list, or a config that holds a secret or another provider.

    No message repeats a value of the config.
    """
    if not any(provider.startswith(known) and _CLASS.fullmatch(provider[len(known) :]) for known in COMPONENTS):
        raise ValueError(
            f"component provider {provider!r} is not allowed; allowed are classes of {', '.join(COMPONENTS)}"
        )
    _check(config, "config")


def _check(value: JsonValue, path: str) -> None:
    match value:
        case dict():
            _check_mapping(value, path)
        case list():
            for place, inner in enumerate(value):
                _check(inner, f"{path}[{place}]")
        case str() if _holds_userinfo(value):
            raise ValueError(f"{path} holds an address with a user or a password, which would be written down")
        case _:
            pass


def _check_mapping(value: dict[str, JsonValue], path: str) -> None:
    for key, inner in value.items():
        if _SECRET.search(key):
            raise ValueError(
                f"{path}.{key} looks like a secret, which would be written down; keys come from the environment"
            )
        if key == "provider":
            check_component(str(inner), value.get("config", {}))
        _check(inner, f"{path}.{key}")


def _holds_userinfo(text: str) -> bool:
    if not text.lower().startswith(("http://", "https://")):
        return False
    try:
        return "@" in urlsplit(text).netloc
    except ValueError:
        return True
