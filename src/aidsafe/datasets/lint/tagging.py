"""Tags, chat-template markers and speaker labels that no reader should meet."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, words_of
from aidsafe.datasets.lint.traces import ABOUT_MARKUP, has_any, traces
from aidsafe.datasets.lint.wording import pattern
from aidsafe.prompts.tags import TAG_NAMES

__all__ = ["CHECKS"]

_OURS = "|".join(TAG_NAMES)
_TAG = pattern(
    r"""
    (?:<|&lt;)\s?/?\s?(?:@ours@)(?:-[0-9a-f]{4,16})?(?:\s[^<>\n]{0,80})?>
    (?:<|&lt;)/?(?:@ours@)-[0-9a-f]{4,16}\b
    <!--.{0,80}?-->|<!--|-->|\]\]>|<!\[CDATA\[
    \\?</?think(?:ing)?\\?>|<\\/?\w+>
    <</?[a-z_]{2,20}>>
    (?:<|&lt;)\s?/\s?[a-z][a-z_]{1,24}\s?(?:>|&gt;)
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
    <(?:bos|eos|pad|unk|start_of_turn|end_of_turn|eod|eot|sep|cls|mask|im_start|im_end|end|begin|stop|endoftext|
      startoftext)>
    \[(?:SEP|CLS|MASK|EOT|EOD|UNK|EOF)\]|\b(?:im_start|im_end|eot_id|endoftext|end_of_text|begin_of_text)\b|\u2581
    \[/?(?:BOS|EOS|PAD)\]
    (?:^|\n|[.!?\"')\]] )[*_\[<#]{0,3}(?:Human|Assistant|User|System|AI|Bot|Chatbot|Model|ASSISTANT|USER|SYSTEM|HUMAN|
      MODEL|Customer|GPT|
      ChatGPT|Claude)[*_\]>]{0,3}\s?(?::|[\u2013\u2014-])[*_]{0,3}(?=\s|\Z)
    \A\W*(?:A|Answer|Response|Reply|Output|Final [Aa]nswer|Final [Rr]esponse|FINAL ANSWER|ANSWER|RESPONSE|OUTPUT|
      Completion|response|answer|
      output|final answer|reply|RE|Text|Result)\s?[*_]{0,3}:[*_]{0,3}(?=\s|\Z)
    (?:\A|\n|\. )\W{0,3}(?:Q|Question|Prompt|Instruction|Input|Query|User query)\s?:[ ]
    (?:\A|\n|\s)\[?(?:assistant|user|system|human)\]?\s?[:>|](?=\s|\Z)
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
_has_bracket, _may_think = has_any("<>&"), has_any("<&[(*\u25c1")
_has_sign, _has_colon = has_any("<[#|_\u2581"), has_any(":>-\u2013\u2014E")
_LABELS = frozenset(
    words_of(
        "human assistant user system ai bot chatbot model customer gpt chatgpt claude a answer response reply output "
        "completion result re text q question prompt instruction input query end begin start"
    )
)


def _may_be_marked(part: Part) -> bool:
    return _has_sign(part) or (_has_colon(part) and not _LABELS.isdisjoint(part.vocabulary))


def _tags(reading: Reading, known: Known) -> Iterator[str]:
    found = traces(reading, _TAG, likely=_has_bracket, about=ABOUT_MARKUP)
    yield from (f"{place} holds the tag {shown}" for place, shown in found)


def _markers(reading: Reading, known: Known) -> Iterator[str]:
    found = traces(reading, _MARKER, likely=_may_be_marked, about=ABOUT_MARKUP)
    yield from (f"{place} holds the marker {shown}" for place, shown in found)


def _think(reading: Reading, known: Known) -> Iterator[str]:
    found = traces(reading, _THINK, likely=_may_think, about=None)
    yield from (f"{place} holds the think tag {shown}" for place, shown in found)


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
)
