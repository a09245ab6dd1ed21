"""Model specs: what users write, what is kept, and what is refused without being repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.errors import RecipeError
from aidsafe.models.spec import PROVIDERS, Spec, parse_spec


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("scripted", Spec("scripted", "scripted")),
        ("scripted:", Spec("scripted", "scripted")),
        (
            "scripted:latency=0.05,tally=a:b@http://x",
            Spec("scripted", "scripted", None, "latency=0.05,tally=a:b@http://x"),
        ),
        ("openai:gpt-4.1-mini", Spec("openai", "gpt-4.1-mini")),
        ("openai:Qwen/Qwen3-8B@http://127.0.0.1:8000/v1", Spec("openai", "Qwen/Qwen3-8B", "http://127.0.0.1:8000/v1")),
        ("openai:m@https://host.example/v1/", Spec("openai", "m", "https://host.example/v1")),
        ("openai:m@http://[::1]:8000/v1", Spec("openai", "m", "http://[::1]:8000/v1")),
        ("ollama:qwen3:8b", Spec("ollama", "qwen3:8b")),
        ("ollama:qwen3:8b@http://gpu:11434", Spec("ollama", "qwen3:8b", "http://gpu:11434")),
        ("anthropic:claude-3-5-sonnet@20240620", Spec("anthropic", "claude-3-5-sonnet@20240620")),
        ("openai:a@b@http://host/v1", Spec("openai", "a@b", "http://host/v1")),
    ],
)
def test_a_spec_is_provider_model_and_address(text: str, spec: Spec) -> None:
    """Split at the first colon and at the last `@http`; the address keeps no slash at its end."""
    assert spec == parse_spec(text)


@pytest.mark.parametrize("text", ["scripted", "scripted:a=1", "openai:m", "ollama:a:b@http://h:1/v1"])
def test_what_is_shown_reads_back(text: str) -> None:
    """The text for manifests is a spec again, the same one."""
    assert text == parse_spec(text).shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "opneai:gpt-4.1",
            "unknown provider: 'opneai'; did you mean 'openai'? known: scripted, openai, anthropic, ollama",
        ),
        ("gpt-4.1", "unknown provider: 'gpt-4.1'; known: scripted"),
        ("", "unknown provider: the part before the first ':'; known"),
        ("openai:", "a 'openai' spec names no model"),
        ("openai", "a 'openai' spec names no model"),
        ("openai: @http://h/v1", "names no model"),
        ("openai:a b", "spaces or control"),
        ("openai:m@http://", "has no host"),
        ("openai:m@http://host:port/v1", "is no address"),
        ("openai:m@http://host:99999/v1", "is no address"),
        ("openai:m@http://[::1/v1", "is no address"),
        ("openai:m@http://ho st/v1", "has no host"),
    ],
)
def test_a_wrong_spec_says_what_to_do(text: str, words: str) -> None:
    """The error is one line, names the nearest provider, and lists the known ones."""
    with pytest.raises(RecipeError) as caught:
        parse_spec(text)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "openai:m@http://me:hunter2@host/v1",
        "openai:m@http://hunter2@host/v1",
        "openai:m@HTTP://me:hunter2@host/v1",
        "openai:m@http://me:hunter2@httphost/v1",
        "openai:m@http://me:hunter2@http://host/v1",
        "openai:m@ftp://me:hunter2@host/v1",
        "openai:m@me:hunter2@host:8000/v1",
        "openai:m@//me:hunter2@host/v1",
        "openai:m@http://host/v1?key=hunter2",
        "openai:m@http://host/v1#hunter2",
        "http://me:hunter2@host/v1",
        "openai:m@http://me:hunter2@host:port/v1",
    ],
)
def test_a_secret_in_a_spec_is_refused_unseen(text: str) -> None:
    """Users, passwords and queries are never kept, and the error does not repeat them, nor does its cause."""
    with pytest.raises(RecipeError) as caught:
        parse_spec(text)

    assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)


@given(st.sampled_from(PROVIDERS), st.text(max_size=60))
def test_any_text_is_a_spec_or_a_recipe_error(provider: str, text: str) -> None:
    """No text crashes the reader, and what it takes keeps no user in its address."""
    try:
        spec = parse_spec(f"{provider}:{text}")
    except RecipeError:
        return
    assert "@" not in (spec.base_url or "")
