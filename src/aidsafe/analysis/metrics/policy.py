"""Policy: which rules are cited, how soon, whether the quotes are real, and which conflicts are settled.

Which policies bear on a query is not known without a judge. Coverage is therefore of what the deliberation itself came
up with: the policies that any of its thoughts cited at the end of any round.
"""

from collections.abc import Mapping

from aidsafe.analysis.counts.policies import cited_at_last
from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import Key, Keys, Share, Tallies, share
from aidsafe.analysis.courses.course import Course, shared
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "citations_a_thought",
    "conflicts_noted",
    "conflicts_raised",
    "conflicts_resolved",
    "coverage",
    "coverage_by_policy",
    "coverage_by_policy_and_round",
    "first_citation",
    "first_citation_by_policy",
    "policies_cited",
    "rules_cited",
    "supported",
    "verified",
    "verified_by_author",
    "verified_by_policy",
    "verified_final",
]


@over_tallies
def coverage(tallies: Tallies) -> Share | None:
    """Share of the policies ever cited that the finished chain cites with a quote that is real.

    In [0, 1]; None without a citation or a finished chain.
    """
    return tallies["policies"].share("covered", "ever")


@over_tallies
def coverage_by_policy(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the deliberations that ever cited a policy whose finished chain cites it with a real quote.

    In [0, 1]; missing where it was never cited, or there is no finished chain.
    """
    return tallies["policies"].shares("covered", "ever", by="policy")


@over_tallies
def coverage_by_policy_and_round(tallies: Tallies) -> Mapping[Keys, Share]:
    """Share of the deliberations that ever cited a policy whose draft cites it at the end of a round, quote and all.

    In [0, 1]; round 0 is the seed. A round that was not held is missing, so late rounds speak of long deliberations.
    """
    return tallies["policy_rounds"].cells("cited", "ever")


@over_transcripts
def policies_cited(course: Course) -> float | None:
    """Different policies that the finished chain cites with a real quote.

    A count from 0; None without a finished chain.
    """
    return None if course.chain is None else len({one.policy for one in cited_at_last(course) if one.verified})


@over_transcripts
def rules_cited(course: Course) -> float | None:
    """Different rules that the finished chain cites with a real quote.

    A count from 0; None without a finished chain.
    """
    return None if course.chain is None else len({one.rule for one in cited_at_last(course) if one.verified})


@over_transcripts
def citations_a_thought(course: Course) -> Share | None:
    """Citations a thought of the finished chain.

    A mean from 0; None without a finished chain.
    """
    return share(len(cited_at_last(course)), len(course.chain)) if course.chain else None


@over_transcripts
def supported(course: Course) -> Share | None:
    """Share of the finished chain's thoughts that cite a rule with a real quote.

    In [0, 1]; None without a finished chain.
    """
    chain = course.chain or ()
    return share(sum([True in [one.verified for one in thought.cited] for thought in chain]), len(chain))


@over_transcripts
def first_citation(course: Course) -> float | None:
    """The first round at whose end the draft cites a rule with a real quote.

    In rounds; 0 is the seed. None where it never does.
    """
    return next((moment.round for moment in course.moments if moment.verified), None)


@over_tallies
def first_citation_by_policy(tallies: Tallies) -> Mapping[Key, Share]:
    """The first round at whose end the draft cites a policy with a real quote, by policy.

    In rounds, a mean over the deliberations that ever do; 0 is the seed.
    """
    return tallies["first_citations"].shares("round", "found", by="policy")


@over_tallies
def verified(tallies: Tallies) -> Share | None:
    """Share of the citations in the draft, at the end of the deliberation, whose quote stands in the rule.

    In [0, 1]; thoughts that were taken out count as they last stood. None without a citation.
    """
    return tallies["lives"].share("verified", "citations")


@over_tallies
def verified_by_author(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the citations in an author's thoughts whose quote stands in the rule.

    In [0, 1]; the author of a thought that was revised is who brought it in.
    """
    return tallies["lives"].shares("verified", "citations", by="author")


@over_tallies
def verified_by_policy(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the citations of a policy whose quote stands in the rule.

    In [0, 1].
    """
    return tallies["citations"].shares("verified", "citations", by="policy")


@over_transcripts
def verified_final(course: Course) -> Share | None:
    """Share of the finished chain's citations whose quote stands in the rule.

    In [0, 1]; None without a citation or a finished chain.
    """
    final = [one.verified for one in cited_at_last(course)]
    return share(sum(final), len(final))


@over_transcripts
@shared
def conflicts_raised(course: Course) -> float | None:
    """Conflicts between rules that seats named, whether or not the edit was accepted.

    A count from 0; None without a turn.
    """
    if not course.steps:
        return None
    edited = [step for step in course.steps if step.accepted or step.rejected]
    return [edit.op for step in edited for edit in (*step.accepted, *step.rejected)].count("resolve")


@over_transcripts
def conflicts_noted(course: Course) -> float | None:
    """Conflicts between rules that stand in the record with what settles them.

    A count from 0; None without a turn.
    """
    return course.conflicts if course.steps else None


@over_transcripts
def conflicts_resolved(course: Course) -> Share | None:
    """Share of the conflicts that seats named that stand in the record with what settles them.

    In [0, 1]; None where none was named.
    """
    return share(course.conflicts, conflicts_raised(course) or 0)
