"""How many prompt tokens a server really computes for a record, ours against AutoGen's stock layout of the same one.

    python bench/prefix_cache.py [--records 8] [--cache TOKENS [--in-flight N]] [--prompts DIR] [--where]

Three full rounds of the default recipe, as they are really sent, through a simulated prefix cache (blocks of 16 tokens,
four bytes a token, each block known by all that comes before it). The first record warms the cache and is not counted.
Stock means: system = role and policies; the query, its intents and the seed as the task; every turn a message of its
own, one's own as the assistant's and others' as a user's. It is reckoned twice: with the turns as they stand in our
prompts, and with the replies as the model wrote them, which is what AutoGen's agents pass on. Records are sent one
after the other, or `--in-flight` of them call by call in turn, which matters where the cache is small. `--where` says
which text of our prompts is computed.
"""

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from record import Recording, record

from aidsafe.models.serving.chat import tokens_of
from aidsafe.models.serving.prefix_cache import BYTES_A_TOKEN, PrefixCache

VARIANTS = (
    (),
    ("protocol.visibility=previous",),
    ("protocol.visibility=own",),
    ("protocol.identity=anonymous",),
    ("protocol.visibility=own", "protocol.identity=anonymous"),
)
_BLOCK = re.compile(r"^(?=<(?:query|intents|draft|turn|task)-)", re.MULTILINE)
_PART = re.compile(rf"^(?=<\|\w+\|>)|{_BLOCK.pattern}", re.MULTILINE)
_SEAT = re.compile(r'seat="(\w+)"')
_TAG = re.compile(r"<\|?(\w+)")
_OF_ONE_CALL = re.compile(r"</?task-.*>\n?|, in round \d+ of at most \d+")

Message = tuple[str, str]
"""(role, text)"""


@dataclass(frozen=True)
class Sent:
    """One call: its prompt, and what the model said."""

    prompt: tuple[Message, ...]
    reply: str

    @property
    def text(self) -> bytes:
        """The prompt as a chat template joins it."""
        return "".join(f"<|{role}|>\n{text}\n" for role, text in self.prompt).encode()

    @property
    def whole(self) -> bytes:
        """The prompt and the reply, which a server keeps too."""
        return self.text + f"<|assistant|>\n{self.reply}\n".encode()


@dataclass(frozen=True)
class Taken:
    """What records took: prompt tokens, and those of them that had to be computed."""

    prompt: float
    computed: float

    @property
    def cached(self) -> float:
        """The share that was known."""
        return 1 - self.computed / self.prompt


def ours(recorded: Recording) -> list[Sent]:
    """The calls as they were sent."""
    messages = (tuple((m["role"], m["content"]) for m in prompt) for prompt in recorded.prompts)
    return [Sent(prompt, reply) for prompt, reply in zip(messages, recorded.replies, strict=True)]


def stock(recorded: Recording, *, as_replied: bool) -> list[Sent]:
    """The calls of the same record as AutoGen's agents would send them."""
    calls = [_alone(sent) for sent in ours(recorded)[:2]]
    begun, turns = _material(recorded)
    seats = [_SEAT.findall(sent.prompt[-1][1])[-1] for sent in ours(recorded)[2:-1]]
    said = recorded.replies[2:-1] if as_replied else turns
    for place, sent in enumerate(ours(recorded)[2:-1]):
        heard = tuple(
            ("assistant", text) if seat == seats[place] else ("user", text)
            for seat, text in zip(seats[:place], said[:place], strict=True)
        )
        calls.append(Sent((_role(sent), ("user", begun), *heard), said[place]))
    last = ours(recorded)[-1]
    return [*calls, Sent((_role(last), ("user", "\n".join((begun, *said)))), last.reply)]


def _alone(sent: Sent) -> Sent:
    """A call that stands for itself: its task moves to the system message."""
    material = "".join(_BLOCK.split(sent.prompt[-1][1])[:-1])
    return Sent((_role(sent), ("user", material)), sent.reply)


def _role(sent: Sent) -> Message:
    """The system message: what the role is to do, and what all go by."""
    task = _BLOCK.split(sent.prompt[-1][1])[-1]
    return "system", f"{_OF_ONE_CALL.sub('', task)}\n{sent.prompt[0][1]}"


def _material(recorded: Recording) -> tuple[str, list[str]]:
    """Query, intents and seed; and every turn, as the refiner reads them."""
    blocks = [block for block in _BLOCK.split(recorded.prompts[-1][-1]["content"]) if block]
    seed = next(place for place, block in enumerate(blocks) if block.startswith("<draft-"))
    return "".join(blocks[: seed + 1]), [block for block in blocks if block.startswith("<turn-")]


def in_turn(records: Sequence[list[Sent]], in_flight: int) -> Iterator[tuple[bool, Sent]]:
    """The calls of all records in the order they are sent; the first record only warms the cache."""
    yield from ((False, sent) for sent in records[0])
    for start in range(1, len(records), in_flight):
        for calls in zip_longest(*records[start : start + in_flight]):
            yield from ((True, sent) for sent in calls if sent is not None)


def taken(records: Sequence[list[Sent]], options: argparse.Namespace) -> Taken:
    """What a record takes, of a cache that also holds what the model said."""
    cache, counted = PrefixCache(options.cache), len(records) - 1
    prompt = computed = 0
    for counts, sent in in_turn(records, options.in_flight):
        known = cache.take(sent.text)
        cache.keep(sent.whole)
        prompt += tokens_of(sent.text) * counts
        computed += (tokens_of(sent.text) - known) * counts
    return Taken(prompt / counted, computed / counted)


def where(records: Sequence[list[Sent]], options: argparse.Namespace) -> Counter[str]:
    """The computed tokens of a record by the text they stand in, such as `task` or `turn`."""
    cache, found = PrefixCache(options.cache), Counter[str]()
    for counts, sent in in_turn(records, options.in_flight):
        known = BYTES_A_TOKEN * cache.take(sent.text)
        for name, start, end in _stretches(sent.text.decode()):
            found[name] += max(0, end - max(start, known)) * counts
    shares = ((name, round(size / BYTES_A_TOKEN / (len(records) - 1))) for name, size in found.items())
    return Counter({name: size for name, size in shares if size})


def _stretches(text: str) -> list[tuple[str, int, int]]:
    """The parts of a prompt: name, begin and end in bytes."""
    found, start = [], 0
    for part in filter(None, _PART.split(text)):
        tag, end = _TAG.match(part), start + len(part.encode())
        found.append((tag[1] if tag else "rest", start, end))
        start = end
    return found


async def recorded(count: int, sets: Sequence[str], prompts: Path | None) -> list[Recording]:
    """So many records of different queries."""
    queries = (
        f"How do I keep plant number {n} alive in a dry room, and what should I never do to it?" for n in range(count)
    )
    return [await record(query, sets=sets, prompts=prompts) for query in queries]


def row(name: str, took: Taken, *against: Taken) -> str:
    """One line of the table."""
    ratios = "".join(f"{took.computed / other.computed:16.2f}" for other in against)
    return f"{name:56}{took.prompt:10.0f}{took.computed:10.0f}{took.cached:9.3f}{ratios}"


def asked() -> argparse.Namespace:
    """The options of this command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--records", default=8, type=int, help="the first warms the cache")
    parser.add_argument("--cache", default=None, type=int, help="its size in tokens; without it, it has no end")
    parser.add_argument("--in-flight", default=1, type=int, help="records at a time")
    parser.add_argument("--prompts", default=None, type=Path, help="a folder of prompts of your own")
    parser.add_argument("--where", action="store_true", help="say which text is computed")
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    options = asked()
    records = {sets: asyncio.run(recorded(options.records, sets, options.prompts)) for sets in VARIANTS}
    default = records[()]
    plain, replied = (taken([stock(one, as_replied=raw) for one in default], options) for raw in (False, True))
    print(f"{'a record':56}{'prompt':>10}{'computed':>10}{'cached':>9}{'x stock turns':>16}{'x stock replies':>16}")
    print(row("stock AutoGen, turns as in our prompts", plain))
    print(row("stock AutoGen, replies as written", replied))
    for sets, each in records.items():
        name = ", ".join(sets) or "default recipe (visibility all, identity named)"
        print(row(name, taken([ours(one) for one in each], options), plain, replied))
    if options.where:
        found = where([ours(one) for one in default], options)
        print(f"computed of a record of the default recipe, by text: {dict(found.most_common())}")


if __name__ == "__main__":
    main()
