"""The judge of agreement: no party to the deliberation, it says whether the seats agree on the draft as it stands.

What it finds enters the transcript as an event, so the moderator only folds. A judge that fails finds nothing: that is
neither agreement nor objection.
"""

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import ConcludeReply
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.errors import ModelError, ReplyError
from aidsafe.core.events import ConsensusJudged
from aidsafe.prompts.rendering import (
    render_deliberation,
    render_draft,
    render_intents,
    render_query,
    stands_as_shown,
)

__all__ = ["ConsensusJudge"]


class ConsensusJudge:
    """Speaks at the end of a round, where the consensus rule is its decision."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def speak(self, view: View) -> ConsensusJudged:
        """Whether the seats agree; None where the model gives no usable answer."""
        agreed, reason = None, ""
        try:
            reply = await self._line.ask(self._question(view))
            agreed, reason = reply.agreed, reply.reason
        except (ReplyError, ModelError) as error:
            reason = str(error)
        draft = view.transcript.draft
        version = draft.version if draft else 0
        return ConsensusJudged(
            round=view.round, version=version, reason=reason, agreed=agreed, calls=self._line.calls()
        )

    def _question(self, view: View) -> Question[ConcludeReply]:
        guidance, transcript, suffix = self._line.guidance, view.transcript, view.suffix
        draft = transcript.draft
        user = guidance.prompts.render(
            "conclude",
            query=render_query(transcript, suffix=suffix),
            intents=render_intents(transcript, suffix=suffix),
            deliberation=render_deliberation(transcript, suffix=suffix, saw=view.saw, names=view.names),
            draft=""
            if draft is None or stands_as_shown(transcript)
            else render_draft(draft, suffix=suffix, names=view.names),
            suffix=suffix,
        )
        return Question(guidance.charter, user, ConcludeReply, guidance.repair)
