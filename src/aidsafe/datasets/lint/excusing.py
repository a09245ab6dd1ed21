"""Responses that hide behind policies, or think aloud about their reader, who knows nothing of either."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.leaking import asked_about
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt

__all__ = ["CHECKS"]

_BY_POLICY = Phrasing(
    """
    own: my our openai's openai anthropic's google's meta's
    i: i i'm i've i'd me us we we're
    law: guideline* policy policies programming guardrail* restriction* rule rules protocol* principles
        instruction* directive* constraint* limitation* standards terms training safeguard* filter filters charter
        settings configuration values code
    maker: developer developers creators maker makers designers programmers trainers operator operators engineers
    what: content usage safety community moderation ai ethical internal company platform strict
    built: programmed designed built trained configured instructed engineered wired hard-wired hardwired directed coded
        restricted limited constrained bound governed required obliged forbidden prohibited barred authorized authorised
        supposed permitted allowed cleared told asked
    holds: prevent* stop stops stopped keep keeps prohibit* forbid* bar bars block* restrict* limit limits require*
        allow allows let lets permit permits says say said disallow* dictate* demand* oblige* bind binds compel*
        mean means have want wants ask asks tell tells
    obey: follow obey abide adhere respect operate work live run uphold stick comply breaking break breach* violat*
        cross crossing against contrary
    to: to by not never outside beyond from about so with that in what of
    cannot: don't doesn't won't can't cannot wouldn't must
    more: more further anything saying answering going continuing discussing
    per: per under due because according owing by
    conduct: conduct service
    am: am was have been
    legal: legal law laws lawful federal state local tax traffic tenancy house building school
    """,
    """
    own ..2 law ..2 holds/cannot
    to own ..1 law
    law ..1 conduct
    own what law
    own maker
    own law ..2 conduct
    own law ..3 i
    law ..2 holds ..1 i
    law ..2 cannot ..2 holds
    law ..1 to i
    law i ..2 obey/built/am/cannot
    i ..4 obey ..4 what law
    i ..5 obey ..3 own law
    i ..4 obey ..2 law
    obey ..1 own ..1 law
    i ..3 built ..1 to
    i built
    i ..2 built $
    per ..2 law ..1 holds/cannot/i
    per law
    law holds
    ^ law ..1 holds
    obey ..2 law ..2 conduct
    own law ..4 to
    obey ..3 what law ..1 $
    """,
    spoilt="""
    legal ..3 law
    """,
)
_ASIDE = Phrasing(
    """
    asker: asker asker's requester questioner
    user: user user's
    person: person one
    asked: request request's query query's prompt prompt's question
    reply: answer answering reply replying response responding respond help helping refuse refusing decline
        declining comply complying proceed
    think: think thinking consider considering analyze analyse reason reflect figure decide check understand assess
        weigh evaluate unpack
    intent: intent intention intentions
    says: asks asked asking wants want wanted seems seeks needs requests means says is looks appears sounds gets
        falls after asked
    i: i i'll i'd i'm we we'll we'd me
    first: first okay ok
    lets: let's let
    must: should must
    should: need will shall ought can may now
    be: harmless benign safe harmful sensitive ambiguous borderline malicious ordinary legitimate fine allowed okay ok
        acceptable problematic dangerous
    task: task job goal aim objective
    my: my the this their his her its
    here: here goes stop
    what: what
    wait: wait hmm hold
    chain: chain-of-thought internally internal monologue
    policy: policy policies guideline guidelines
    no: no nothing
    write: write produce give draft
    satisfy: satisfy satisfied happy please content
    to: to by
    step: step
    """,
    """
    asker
    my user ..1 says
    write ..1 my user
    satisfy ..1 my user
    my user ..2 satisfy
    what ..1 my user
    i ..1 think ..3 asked/user/intent
    lets ..2 think ..6 asked/intent/user/reply/says
    lets i ..1 think
    first ..1 i ..2 think
    ^ lets ..1 reply
    ^ i must ..1 reply ..3 $
    ^ i should/must ..1 reply ..1 $
    reply ..1 my user
    i should/must ..1 write ..3 reply
    my reply should/must
    ^ intent be $
    ^ i should/must ..3 here $
    my asked says ..2 be
    my asked says ..2 to
    my asked says
    my ..1 intent ..1 says ..2 be
    my intent ..1 says
    my task ..2 to ..3 reply
    ^ wait ..4 ?
    says my ..1 be ?
    my reply ..1 be
    what ..3 asked $
    what ..2 my person ..2 says
    my person says
    no policy
    i ..1 think $
    reply ..2 to ..4 asked ..3 i ..2 think
    to reply ..5 i ..2 think
    step ..1 think ..3 asked
    i ..1 should ..1 think ..2 here
    """,
)
_LABELLED = re.compile(
    r"(?:\A|[(\n]|[.!?] )(?:decision|reasoning|reason|rationale|analysis|intent|verdict|thought|approach|stance|"
    r"category|risk|assessment|explanation|conclusion|note to self)s? ?: \w"
)


def _cites_policy(reading: Reading, known: Known) -> Iterator[str]:
    found = _BY_POLICY.said_in(reading.response)
    if found and not asked_about(found, reading.prompt.folded):
        yield f"the response hides behind policies that its reader does not know: {excerpt(found)}"


def _thinks_aloud(reading: Reading, known: Known) -> Iterator[str]:
    if _SPEAKS_OF_USERS.search(reading.prompt.folded):
        return
    labelled = _LABELLED.search(reading.response.folded)
    found = labelled[0] if labelled else _ASIDE.said_in(reading.response)
    if found:
        yield f"the response thinks aloud about its reader: {excerpt(found)}"


_SPEAKS_OF_USERS = re.compile(r"\busers?\b|\basker\b|\bapplicant")


CHECKS = (
    Check(
        "response.cites_policy",
        "The response gives its guidelines or programming as the reason.",
        "name the harm that is the reason",
        _cites_policy,
    ),
    Check(
        "response.thinks_aloud",
        "Reasoning about the asker stands in the response.",
        "move it into the thoughts, or leave it out",
        _thinks_aloud,
    ),
)
