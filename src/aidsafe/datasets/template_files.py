"""Chat templates from where users have them: a Jinja file, a tokenizer's folder or its JSON, or a tokenizer by name."""

from pathlib import Path

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import ExtraMissing, InputError
from aidsafe.datasets.templating import ChatTemplate

__all__ = ["load_template"]

_CHARACTERS_A_TOKEN = 4
_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")


def load_template(named: str, *, max_length: int | None = None) -> ChatTemplate:
    """The chat template of a file, a folder or a tokenizer by name. Raises `InputError`.

    With `max_length` tokens, rows are cut at the end as trainers cut them: by the tokenizer itself where it is given
    by name, else at four characters a token.
    """
    path = Path(named)
    if path.is_dir() or path.is_file():
        text, special = _found(path)
        cut = None if max_length is None else max_length * _CHARACTERS_A_TOKEN
        return ChatTemplate(path.name, text, special, keep=None if cut is None else lambda rendered: rendered[:cut])
    return _by_name(named, max_length)


def _found(path: Path) -> tuple[str, dict[str, str]]:
    """The text of a template, and the special tokens that are named beside it."""
    if path.is_dir():
        config, jinja = path / "tokenizer_config.json", path / "chat_template.jinja"
        text, special = _configured(config) if config.is_file() else ("", {})
        text = jinja.read_text("utf-8") if jinja.is_file() else text
    else:
        text, special = _configured(path) if path.suffix == ".json" else (path.read_text("utf-8"), {})
    if not text:
        raise InputError(f"{path}: has no chat template; name a .jinja file or a tokenizer_config.json that has one")
    return text, special


def _configured(path: Path) -> tuple[str, dict[str, str]]:
    try:
        config: JsonValue = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: no JSON ({error}); name a tokenizer_config.json") from error
    if not isinstance(config, dict):
        raise InputError(f"{path}: holds no object; name a tokenizer_config.json")
    return _text_of(config.get("chat_template")), {name: _token(config[name]) for name in _TOKENS if config.get(name)}


def _text_of(found: JsonValue) -> str:
    """The template; of several named ones that of the name `default`."""
    match found:
        case str():
            return found
        case list():
            named = {str(each.get("name")): each.get("template") for each in found if isinstance(each, dict)}
            return str(named.get("default") or next(iter(named.values()), "") or "")
        case _:
            return ""


def _token(found: JsonValue) -> str:
    return str(found.get("content", "")) if isinstance(found, dict) else str(found)


def _by_name(named: str, max_length: int | None) -> ChatTemplate:
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        problem = f"{named}: neither a file nor a folder; finding the chat template of a tokenizer by its name"
        raise ExtraMissing("training", purpose=problem) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(named)
    except (OSError, ValueError) as error:
        raise InputError(f"{named!r}: no tokenizer of that name could be opened ({error})") from error
    if not tokenizer.chat_template:
        raise InputError(f"{named!r}: this tokenizer has no chat template; name one of a chat model, or a file")

    def kept(text: str) -> str:
        return str(tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"][:max_length]))

    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items() if isinstance(token, str)}
    text = _text_of(tokenizer.chat_template if isinstance(tokenizer.chat_template, str | list) else None)
    return ChatTemplate(named, text, special, keep=kept if max_length else None)
