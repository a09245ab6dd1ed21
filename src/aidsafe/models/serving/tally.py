"""What the server has seen and sent, counted, so that a client's own books can be held against it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from aidsafe.core.errors import SurroundingsError
from aidsafe.models.serving.chat import ChatAnswer

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """Counts of chat requests. `outcomes` counts each once: by status, or by `hang`, `reset`, `truncated`, `gone`.

    Tokens of answers that were sent whole count under `prompt_tokens` and so on; what was made for an answer that
    never arrived whole counts under `lost_tokens`.
    """

    requests: int = 0
    answered: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    lost_tokens: int = 0
    in_flight: int = 0
    peak_in_flight: int = 0
    models: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)

    def begun(self) -> None:
        """A request came in."""
        self.requests += 1
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def ended(self, outcome: str) -> None:
        """A request came to its end."""
        self.in_flight -= 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def struck(self, fault: str) -> None:
        """A request met a fault."""
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def asked(self, model: str, task: str) -> None:
        """A request named this model and this task."""
        self.models[model] = self.models.get(model, 0) + 1
        self.tasks[task] = self.tasks.get(task, 0) + 1

    def sent(self, answer: ChatAnswer) -> None:
        """An answer was sent whole."""
        self.answered += 1
        self.prompt_tokens += answer.prompt_tokens
        self.cached_tokens += answer.cached_tokens
        self.completion_tokens += answer.completion_tokens

    def lost(self, answer: ChatAnswer) -> None:
        """An answer was made and did not arrive whole."""
        self.lost_tokens += answer.prompt_tokens + answer.completion_tokens

    def json(self) -> bytes:
        """All counts as a JSON object."""
        return orjson.dumps({name: getattr(self, name) for name in self.__slots__}, option=orjson.OPT_SORT_KEYS)

    def write(self, path: Path) -> None:
        """Put the counts into a file, whole."""
        try:
            beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            beside.write_bytes(self.json() + b"\n")
            beside.replace(path)
        except OSError as error:
            raise SurroundingsError(f"{str(path)!r} cannot be written ({error.strerror}); name another file") from error
