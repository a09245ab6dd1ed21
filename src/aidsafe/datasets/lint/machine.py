"""Texts that speak of being an AI, which nobody asked about."""

from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_AS_AN_AI = Phrasing(
    """
    ai: ai ai's a.i a.i. llm llms chatbot* chat-bot* bot robot ai-* chatgpt* chat-gpt* gpt*
    named: claude gemini bard llama* mistral mixtral qwen copilot deepseek grok alexa siri openai* anthropic* deepmind
    digital: artificial virtual digital automated language computer online neural machine-learning
    machine: machine model models program algorithm system network intelligence software
    assistant: assistant helper companion tutor
    i: i me myself we us
    am: am i'm we're are was be being as like remain
    my: my our
    an: a an your one just only merely simply mere
    the: the this
    human: human flesh
    not: not never don't can't cannot lack no isn't without neither nor
    have: have feel possess hold form own
    feelings: feelings emotions opinions consciousness senses beliefs body
    personal: personal real physical subjective true
    made: generated written produced created answered made given drafted built trained developed programmed
    by: by from
    training: training knowledge
    cutoff: cutoff cut-off data
    role: role purpose function nature limits limitations job duty existence
    should: should can could may might must would cannot will
    """,
    """
    an ..1 ai ..1 should/not/assistant/machine/i/am
    am ..2 ai
    ai ..3 i
    i/am ..4 ai
    an ..2 digital ..1 machine/assistant
    am ..2 digital
    by ..1 digital
    digital machine ..3 i
    am ..1 an/the ..2 machine
    i ..3 am ..3 machine
    my ..2 role ..1 am ..4 assistant/ai/machine
    am ..1 an/the ..2 assistant
    am ..1 assistant
    i/am ..3 not ..3 human
    not ..2 am ..1 an/the ..2 human
    ^ not ..2 human
    made ..3 by ..2 ai/machine/named
    am ..2 named
    by ..1 named
    my ..1 training ..1 cutoff
    training ..1 cutoff
    i ..1 not ..2 have ..2 feelings
    i have not ..2 feelings
    i ..1 not ..2 have ..1 personal
    """,
)
_ASKS_ABOUT_AI = pattern(
    r"""
    \b(?:ai|a\.i\.|language model|chat-?bot|chat-?gpt|gpt|llm|artificial intelligence|assistant|robot|siri|alexa|
      machine|algorithm|software|program|computer|neural|claude|bot)s?\b
    \b(?:are|were|do|did|have|had|would|will) you (?:\w+ ){0,2}?(?:a|an|conscious|alive|real|human|feel\w*|think|
      believe|like|love|hate|prefer|dream|sleep|eat|exist|remember|have|ever|know who|sentient|self-aware|want|vote|
      enjoy|afraid|scared|happy|sad)\b
    \bwho (?:are|made|built|created|trained) you\b|\bwhat are you\b
    \byour (?:\w+ )?(?:name|opinion|opinions|feelings?|favou?rite|creator|maker|gender|age|birthday|body|family|
      parents|life|dreams?|purpose|model|system prompt|instructions|training|memory|memories|view|views|beliefs?|
      limits|experience|thoughts)\b
    \byourself\b
    """,
)


def _as_an_ai(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        said = _AS_AN_AI.said_in(part)
        if said and not _ASKS_ABOUT_AI.search(reading.prompt.folded):
            yield f"{part.place} speaks of being a model, which nobody asked about: {excerpt(said)}"


CHECKS = (
    Check(
        "text.as_an_ai",
        "The text speaks of being an AI, which nobody asked about.",
        "take the phrase out",
        _as_an_ai,
    ),
)
