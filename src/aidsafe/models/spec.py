"""Which model: `scripted`, or `PROVIDER:MODEL[@BASE_URL]`, read from the text a user writes."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Final, Literal, cast, get_args
from urllib.parse import SplitResult, urlsplit

from aidsafe.core.errors import RecipeError

__all__ = ["PROVIDERS", "Provider", "Spec", "checked_address", "is_private", "parse_spec", "split_address"]

Provider = Literal["scripted", "openai", "anthropic", "ollama", "component"]

PROVIDERS: Final[tuple[Provider, ...]] = tuple(known for known in get_args(Provider) if known != "component")
"""What a user may write before the `:`; `component` is how a client given by its component spec is shown."""
_ADDRESS: Final = re.compile(r"@(?=https?://)", re.IGNORECASE)
_WORD: Final = re.compile(r"[\w.-]{1,32}")
# What follows an `@` in a model's name is a version, such as a date: never a port, a path or another `@`.
_HIDDEN_ADDRESS: Final = re.compile(r"//|@.*[:/@]")


@dataclass(frozen=True, slots=True)
class Spec:
    """A model and where it answers; `options` are the scripted model's, as written."""

    provider: Provider
    model: str
    base_url: str | None = None
    options: str = ""

    @property
    def is_stand_in(self) -> bool:
        """Whether it is the scripted model, in this process or behind `aidsafe serve`."""
        return "scripted" in (self.provider, self.model)

    @property
    def shown(self) -> str:
        """The spec as it may be written anywhere: addresses hold no user and no password."""
        return f"{self.named}@{self.base_url}" if self.base_url else self.named

    @property
    def named(self) -> str:
        """The spec without its address, which is nobody's concern where a set is published."""
        if self.provider == "scripted":
            return f"scripted:{self.options}" if self.options else "scripted"
        return f"{self.provider}:{self.model}"


def parse_spec(text: str) -> Spec:
    """Read a model spec, or raise a `RecipeError` of one line that never repeats a secret."""
    provider, _, rest = text.partition(":")
    match known_provider(provider):
        case "scripted":
            return Spec("scripted", "scripted", options=rest)
        case hosted:
            model, address = split_address(rest)
            return Spec(hosted, checked_model(model, hosted), None if address is None else checked_address(address))


def known_provider(name: str) -> Provider:
    """The provider of this name; another name is an error that says the nearest."""
    if name in get_args(Provider):
        return cast("Provider", name)
    shown = repr(name) if _WORD.fullmatch(name) else "the part before the first ':'"
    near = get_close_matches(name.lower(), PROVIDERS, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise RecipeError(f"unknown provider: {shown}; {hint}known: {', '.join(PROVIDERS)}")


def split_address(text: str) -> tuple[str, str | None]:
    """Split at the last `@` that an http address follows."""
    places = [found.start() for found in _ADDRESS.finditer(text)]
    return (text[: places[-1]], text[places[-1] + 1 :]) if places else (text, None)


def checked_model(model: str, provider: Provider) -> str:
    """The model's name, which is neither empty nor an address in disguise."""
    if not model.strip():
        raise RecipeError(f"a {provider!r} spec names no model; write {provider}:MODEL or {provider}:MODEL@BASE_URL")
    if _HIDDEN_ADDRESS.search(model):
        raise RecipeError(
            f"a {provider!r} spec holds an address that is none; write {provider}:MODEL@http://HOST:PORT/v1"
        )
    if not model.isprintable() or " " in model:
        raise RecipeError(f"model name {model!r} holds spaces or control characters")
    return model


def checked_address(address: str) -> str:
    """The base address without a slash at its end; users, passwords and queries are refused unseen."""
    parts = _split(address)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RecipeError(
            "the base address of a model spec holds a user, a password or a query, which would be written down; "
            "give the address alone and put the key into the environment"
        )
    if not parts.hostname or not address.isprintable() or " " in address:
        raise RecipeError(f"base address {address!r} of a model spec has no host; write http://HOST:PORT/v1")
    return address.rstrip("/")


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        # Reading the port is what checks it.
        _ = parts.port
    except ValueError as error:
        raise RecipeError("the base address of a model spec is no address; write http://HOST:PORT/v1") from error
    return parts


def is_private(address: str) -> bool:
    """Whether an address is on this machine or in a private network, from where no bills come."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost"
