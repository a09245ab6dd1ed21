"""Leftovers of the machinery: tags, markers, JSON crumbs, ids and holes that no reader should meet."""

import re
from collections.abc import Iterable, Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.wording import pattern
from aidsafe.prompts.tags import TAG_NAMES

__all__ = ["CHECKS"]

_OURS = "|".join(TAG_NAMES)
_TAG = pattern(
    r"""
    (?:<|&lt;)\s?/?\s?(?:@ours@)(?:-[0-9a-f]{4,16})?(?:\s[^<>\n]{0,80})?>
    (?:<|&lt;)/?(?:@ours@)-[0-9a-f]{4,16}\b
    </?(?:thoughts?|step|steps|reasoning|reflection|scratchpad|output|response|final|final_answer|decision|
      citations?|quote|rule|policy|system|user|assistant|human|instructions?|analysis|verdict|edit|edits|stance|
      seed|plan|critique|refined?|tool_call|function_call|document|context|example|thinking_process|
      inner_monologue|safety|cot|r|s|answer|result|note|summary|persona|role|turns?|round)(?:[ -][^<>\n]{0,60})?>
    """,
    flags=re.IGNORECASE,
    ours=_OURS,
)
_MARKER = pattern(
    r"""
    <\|[^|<>\n]{1,40}\|>
    <\uff5c[^\uff5c<>\n]{1,40}\uff5c>
    \[/?INST\]|<</?SYS>>
    <(?:bos|eos|pad|unk|start_of_turn|end_of_turn)>
    \[/?(?:BOS|EOS|PAD)\]
    (?:^|\n)(?:Human|Assistant|User|System|AI|Bot|ASSISTANT|USER|SYSTEM|HUMAN)\s?:[ ]
    (?:^|\n)#{2,4} ?(?:Response|Instruction|Input|Output|Answer|Assistant|User|Human|System|Final answer|Thoughts?|
      Reasoning)\b ?:?
    \[/[A-Za-z_ ]{2,20}\]
    \[(?:END|STOP|THOUGHTS?|RESPONSE|ANSWER|FINAL|OUTPUT|DONE|START|BEGIN|EOT|EOM)\]
    (?<!-)-{3,}+\s?(?:END|BEGIN|START)\b
    \bEND OF (?:THOUGHTS?|RESPONSE|REASONING|ANSWER|TURN)\b
    <\s?/?\s?s\s?>
    """,
)
_THINK = pattern(
    r"""
    <\s?/?\s?think(?:ing|s|_\w+)?\s?/?>
    &lt;/?think|\[/?think(?:ing)?\]|\u25c1/?think\u25b7|</?reason(?:ing)?>
    """,
    flags=re.IGNORECASE,
)
_KEYS = (
    r"thoughts?|text|citations?|rules?|quotes?|decision|response|stance|edits?|op|target|expect|reason|checked|"
    r"weakness|defect|severity|outcomes?|"
    r"rewritten|sources|policy|verified|intents?|harm|kind|role|content|refined_thoughts|answer|score|id|author|"
    r"round|from|outcome|prompt|explanation|"
    r"reasoning|verdict|final_response|output|status|type|name|label"
)
_JSON = pattern(
    r"""
    [\"'](?:@keys@)[\"']\s?:|\{\s?[\"']\w+[\"']\s?:|[\"']\s?\}\s?[\]},]|\}\s?\]\s?\}?\s*\Z|\]\s?\}\s*\Z
    [\"'],?\s?[\]}]\s*\Z|(?:^|\n)\s?[\]}],?\s*\Z|```\s?json|\A\s?[\[{]\s?[\"'{]|\bnull,|\\[\"n](?=[A-Z\s\"]|\Z)
    \\\\n|\\u[0-9a-fA-F]{4}|\bNone, ?['\"]|=\[\]|\[object Object\]|\bTraceback \(most
    \b(?:safe_complete|operational_detail)\b
    (?:^|[\s,{])\"?(?:decision|stance|op|severity|outcome|verdict)\"?\s?[:=]\s?\"?(?:comply|refuse|clarify|agree|
      object|abstain|add|revise|withdraw|resolve|blocking|minor|kept|merged|removed|rewritten|safe)\b
    """,
    keys=_KEYS,
)
_THOUGHT_ID = pattern(
    r"""
    (?<![\w.])(?:\[t\d{1,3}\]|\(t\d{1,3}\)|t\d{1,3}(?=\s?[:)\]]|\s(?:and|or|above|already|says|covers|is|was|
      repeats|holds|to)\b|[,.;]|\Z))
    \b(?:thought|in|see|from|with|and|of|per|as|to|merges?|like|by|repeats?|after|before) \[?t\d{1,3}\b
    ^\s?\[?t\d{1,3}[\])]?[:. -]|\bthought[-_ ]id\b|\bthought_\d+
    """,
)
_PERHAPS_ID = re.compile(r"t\d|thought[-_ ]id")
_HOLE = pattern(
    r"""
    \{\{[^{}\n]{0,60}\}\}|\$\{[A-Za-z_][^{}\n]{0,40}\}|<%[^%\n]{0,40}%>|\{%[^%\n]{0,60}%\}
    \[\[[A-Za-z_ ]{2,40}\]\]
    (?<![\w\\${])\{[a-z][a-z_]{1,30}\}(?!\w)
    (?<![\w%])%[sd](?!\w)|(?<!\w)\$[A-Z][A-Z_]{2,30}\b|%\([a-z_]+\)s|__[A-Z_]{3,30}__|@@\w{2,30}@@
    \[(?:rule|policy|citation|quote|thought|source|reason|harm|alternative)[ _](?:id|text|name|here|no|number|
      \d{1,2})\]
    \[(?:INSERT|PLACEHOLDER|TODO|FILL|ADD|YOUR|TOPIC|QUERY|PROMPT|RESPONSE|REASON|POLICY|RULE|ALTERNATIVE|HARM|
      SUBJECT|ANSWER|THOUGHT|X|XXX)\b[^\]\n]{0,60}\]
    \[(?:insert|placeholder|fill in|todo)\b[^\]\n]{0,60}\]
    <(?:insert|placeholder|topic|query|prompt|reason|fill)\b[^<>\n]{0,40}>
    <[a-z]{2,20}(?:_[a-z]{2,20}){1,4}>|(?<![\w\\${\]])\{\d?\}(?!\w)|\A\W*\?{3,}
    """,
)
_TO_DO = re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b(?=[:\s]|\Z)|\b[Ll]orem ipsum\b")
_TO_DO_NEEDS = ("TODO", "FIXME", "TBD", "XXX", "orem ipsum")
_MARKUP = pattern(
    r"""
    \*\*|(?:^|\n)#{1,6}[ ]
    \A\s?(?:[-*\u2022+]|\d{1,2}[.)])[ ]
    ```
    \A\s?(?:thought|step|reasoning|point|note|claim|analysis|conclusion|final|citation|rule|policy|check|
      edit)(?: \d{1,2}| #\d{1,2})?\s?(?:[:)]|\.(?= [A-Z])| -)\s?
    (?<!\w)__\w|\A>\s|<br ?/?>
    </?(?:p|b|i|em|strong|div|span|ul|li|ol)>
    &(?:nbsp|amp|lt|gt|quot|#\d+);|\s\(?cite[sd]?:|\(?\bsee citation\b|\bcitations? #?\d|\[\d{1,2}\]
    """,
    flags=re.IGNORECASE,
)
_CODED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ABOUT_CODE = pattern(
    r"""
    \b(?:code|html|xml|json|yaml|template|script|python|java|sql|regex|markup|css|react|function|latex|jinja|api|
      variable|placeholder|tag|prompt)s?\b
    [<{\[]
    """,
)


def _prose(part: Part) -> str:
    """The text without its code."""
    return _CODED.sub(" ", part.text) if part.place == "response" else part.text


def _hits(reading: Reading, pattern: "re.Pattern[str]", needs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The first hit in every part that has one of the pieces needed, unless the asker wrote the same."""
    for part in reading.parts:
        if any(piece in part.text for piece in needs) and not _is_code(part, reading, pattern):
            hits = (hit[0].strip() for hit in pattern.finditer(_prose(part)))
            found = next((hit for hit in hits if hit not in reading.row.prompt), None)
            if found is not None:
                yield part.place, excerpt(found, 40)


def _is_code(part: Part, reading: Reading, pattern: "re.Pattern[str]") -> bool:
    """Tell whether a response was asked to hold such things."""
    return part.place == "response" and pattern is not _THINK and bool(_ABOUT_CODE.search(reading.prompt.folded))


def _tags(reading: Reading, known: Known) -> Iterator[str]:
    yield from (f"{place} holds the tag {shown}" for place, shown in _hits(reading, _TAG, "<&"))


def _markers(reading: Reading, known: Known) -> Iterator[str]:
    yield from (f"{place} holds the marker {shown}" for place, shown in _hits(reading, _MARKER, "<[:#D"))


def _think(reading: Reading, known: Known) -> Iterator[str]:
    yield from (f"{place} holds the think tag {shown}" for place, shown in _hits(reading, _THINK, "<&[\u25c1"))


def _json(reading: Reading, known: Known) -> Iterator[str]:
    yield from (f"{place} holds a piece of JSON, {shown}" for place, shown in _hits(reading, _JSON, "{}[]\\=:_`"))


def _holes(reading: Reading, known: Known) -> Iterator[str]:
    yield from (
        f"{place} has a hole that was not filled, {shown}"
        for place, shown in _hits(reading, _HOLE, ("{", "[", "<", "%", "$", "__", "@@", "???"))
    )
    yield from (f"{place} was never finished, {shown}" for place, shown in _hits(reading, _TO_DO, _TO_DO_NEEDS))


def _thought_ids(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        found = _THOUGHT_ID.search(part.folded) if _PERHAPS_ID.search(part.folded) else None
        if found and not re.search(r"\bt-?\d", reading.prompt.folded):
            yield f"{part.place} names a thought by its id, {excerpt(found[0].strip(), 40)}"


def _markup(reading: Reading, known: Known) -> Iterator[str]:
    """Thoughts given one by one are plain sentences; a chain that is one text may be laid out."""
    if not reading.row.stepwise or _ABOUT_CODE.search(reading.prompt.folded):
        return
    for part in reading.thoughts:
        found = _MARKUP.search(part.text)
        if found:
            yield f"{part.place} is laid out with {excerpt(found[0].strip(), 40)}"


CHECKS = (
    Check(
        "leftover.tag",
        "Tags of a prompt or a reply stand in the text.",
        "take the tags out",
        _tags,
    ),
    Check(
        "leftover.marker",
        "Chat-template markers or speaker labels stand in the text.",
        "take them out; the trainer's template writes its own",
        _markers,
    ),
    Check(
        "leftover.think",
        "Think tags stand inside a thought or the response.",
        "take them out; an export writes the one pair there is",
        _think,
    ),
    Check(
        "leftover.json",
        "Pieces of JSON or field names stand in the text.",
        "read the reply again, or write the text without them",
        _json,
    ),
    Check(
        "leftover.thought_id",
        "A thought is named by its id.",
        "say what the other thought says, or nothing",
        _thought_ids,
    ),
    Check(
        "leftover.hole",
        "A hole of a template was not filled.",
        "fill it, or take the sentence out",
        _holes,
    ),
    Check(
        "leftover.markup",
        "A thought that should be plain sentences carries headings, bullets, labels or asterisks.",
        "write plain sentences",
        _markup,
    ),
)
