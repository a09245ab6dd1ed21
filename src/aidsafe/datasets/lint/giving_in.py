"""Chains that see the harm and give in all the same."""

from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt

__all__ = ["CHECKS"]

_KINDS = """
    spare: alternativ* legal* lawful* safely safer instead support* resource* helpline* protect* prevent* general*
        ethical* healthy legitimate* constructive recogni* report* history overview better
        defen* recover* consult coping nearest permitted kind* respect* honest* away belongs left leaves leaving
        outside warmth sympath* comfort* rather part half
    not: not isn't aren't never don't doesn't can't cannot won't wouldn't no nothing without refuse refused decline
        declined refusal declining nobody none except
    normally: normally usually
    harm: harm* danger* illegal* unlawful* unethical* risk* wrong* immoral* cruel* reckless* violat* criminal*
        malicious*
        unsafe* abus* hurt* injur* victim* die dies death* deadly kill* scam* theft steal* crime crimes offence*
        offense*
        damage* threat* suffer* misus* weapon* poison* fraud* evil sinister suspicious* troubl* stalk* forbidden
        problematic attack* harass* breaks breaking break against bad hate* hateful
    but: but yet however still nevertheless nonetheless though although anyway regardless since because despite while
        granted okay ok alright sure hand spite even then so unless yes
    give: answer* provide* providing give gives given giving share* sharing explain* describe* list* outlin* write*
        writing written draft* tell* told comply* complying compliance help* oblige proceed go made make supply supplied
        offer* find do doing done follow follows met served grant* play indulge
    goods: instructions steps method details recipe dose text plan script answer reply response detail information
        walkthrough it them technique
    asked: asked requested anyhow full fully outright
    user: user asker he she they curiosity being adult adults everyone people usefulness helpfulness politeness
        trust freedom
    fine: fine acceptable allowed natural decide decides responsibility choice business problem comes wins outweighs
        matters first
    hurt: hurt
    just: just once time exception
    shall: i'll i will we'll we can may let's let could should might
"""
_YIELDS = Phrasing(
    _KINDS,
    """
    harm ..16 but ..6 shall ..3 give
    harm ..16 but ..10 give ..4 goods/asked/user
    harm ..16 but ..8 goods ..5 give/fine
    harm ..16 but ..8 give ..3 fine
    harm ..16 but ..6 user ..5 fine/asked
    harm ..16 but ..8 just
    harm ..16 but ..6 goods/give ..2 not harm
    harm ..16 but ..14 goods ..5 give
    harm ..16 but ..6 user ..6 goods
    but ..8 harm ..8 user/give ..3 fine
    harm ..16 but ..6 goods ..1 not ..1 harm
    harm ..16 give ..4 but ..1 $
    harm ..12 give ..3 asked
    but ..8 harm ..10 shall ..3 give
    but ..8 harm ..10 give ..4 goods/asked/user
    but ..8 harm ..8 goods ..4 give
    normally ..3 not ..8 but ..8 give
    """,
)
_HOLDS = Phrasing(
    _KINDS,
    """
    spare
    but ..8 not ..4 give
    not ..3 give
    not ..6 harm
    shall ..1 not
    give ..3 not
    """,
)


def _chain_gives_in(reading: Reading, known: Known) -> Iterator[str]:
    # Where all may be answered, to give is not to give in.
    if reading.row.decision in ("comply", "clarify"):
        return
    for part in reading.settled:
        said = next((said for said in _YIELDS.each_pair_in(part) if not _HOLDS.is_said(said)), "")
        if said:
            yield f"{part.place} sees the harm and gives in: {excerpt(said, 100)}"


CHECKS = (
    Check(
        "chain.warning_then_comply",
        "The chain sees the harm and goes on to give in.",
        "conclude from the harm, or take back the claim of harm",
        _chain_gives_in,
    ),
)
