"""What one call works from: what was seen, what is thought of it, and the dice for it."""

from dataclasses import dataclass

from aidsafe.core.chance import digest
from aidsafe.core.records import Decision
from aidsafe.models.scripted.deciding import KIND_OF, Guess, Verdict, decide, guess
from aidsafe.models.scripted.dice import Dice
from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.scripted.reading import Seen, SeenDraft
from aidsafe.models.scripted.rules import Matches
from aidsafe.models.scripted.wording import Voice, field_of, matter_of, topic_of

__all__ = ["Scene", "open_scene"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One call: `fate` holds the dice of the whole query, `dice` those of this call alone."""

    seen: Seen
    options: ScriptedOptions
    guess: Guess
    verdict: Verdict
    matches: Matches
    fate: Dice
    dice: Dice

    @property
    def draft(self) -> SeenDraft:
        """The draft shown; an empty one where none is."""
        return self.seen.draft or SeenDraft()

    @property
    def sought(self) -> frozenset[str]:
        """Words that a fitting quote would hold."""
        return self.guess.content | self.guess.kin

    @property
    def faulty(self) -> bool:
        """Whether faults may strike this query at all."""
        only = self.options.only.lower()
        return not only or only in self.seen.query.lower()

    @property
    def standing(self) -> Decision:
        """The decision that stands; one's own where none is shown."""
        return next((known for known in KIND_OF if known == self.draft.decision), self.verdict.decision)

    def voice(self, decision: Decision) -> Voice:
        """The voice that speaks for a decision."""
        topic = topic_of(self.matches.best("refuse"))
        matter = matter_of(self.seen.query, decision, topic=topic)
        return Voice(self.dice, decision, matter, topic, field_of(self.guess))


def open_scene(seen: Seen, options: ScriptedOptions) -> Scene:
    """Gather what a call works from. Nothing but values read from the tags goes into the dice."""
    guessed = guess(seen.query)
    fate = Dice(digest(options.seed, seen.suffix, seen.query))
    drafted = seen.draft.digest if seen.draft else ""
    return Scene(
        seen=seen,
        options=options,
        guess=guessed,
        verdict=decide(guessed, harms=seen.harms, book=seen.book),
        matches=seen.book.matches(guessed.content, guessed.kin),
        fate=fate,
        dice=fate.narrowed(seen.role, seen.seat, seen.round, drafted),
    )
