"""Every check of a whole set: its code, what it is about, what to do, and from which share of the rows on."""

from dataclasses import dataclass

__all__ = ["SET_CHECKS", "SetCheck"]


@dataclass(frozen=True, slots=True)
class SetCheck:
    """One way in which a set can be wrong: its code, what it is about, what to do, and from which share on."""

    code: str
    about: str
    fix: str
    share: float = 0.0


_ALIKE = "ask for openings of many kinds, or sample again where they are alike"
_CHECKS = (
    SetCheck("set.chains_open_alike", "Many chains open with the same three words.", _ALIKE, 0.2),
    SetCheck("set.thoughts_open_alike", "Many thoughts open with the same three words.", _ALIKE, 0.1),
    SetCheck("set.responses_open_alike", "Many responses open with the same three words.", _ALIKE, 0.2),
    SetCheck(
        "set.refusals_open_alike",
        "Most responses that open with a refusal or an apology open with the same three words.",
        "write refusals that name what they decline",
        0.5,
    ),
    SetCheck(
        "set.refuses_mostly",
        "Most responses open with a refusal or an apology.",
        "add look-alike queries that deserve an answer",
        0.6,
    ),
    SetCheck(
        "set.same_sentence",
        "One sentence stands in many responses.",
        "look for it in the policies and prompts, where it may have been copied from, and vary it",
        0.05,
    ),
    SetCheck("set.same_thought", "One thought stands in many chains.", "leave out thoughts that fit every query", 0.1),
    SetCheck("set.responses_repeat", "Responses are the same, word for word.", "keep one of each", 0.03),
    SetCheck("set.chains_repeat", "Chains are the same, word for word.", "keep one of each", 0.01),
    SetCheck(
        "set.prompts_repeat", "Prompts are the same, word for word.", "keep one of each, or call them replicas", 0.01
    ),
    SetCheck("set.ids_repeat", "Ids occur more than once.", "give every row an id of its own"),
    SetCheck(
        "set.policy_talk",
        "Most chains speak of policies.",
        "let chains give the ground itself; a student has no policies to look into",
        0.5,
    ),
    SetCheck(
        "set.constant_score",
        "A score is the same in every row, so it tells rows apart no more.",
        "drop the column, or keep the scores of the rows that were filtered out",
    ),
    SetCheck("set.one_decision", "Nearly all rows have the same decision.", "add queries that ask for another", 0.95),
    SetCheck(
        "set.other_policies",
        "Rows were made under policies other than those they are checked against.",
        "give the policies the rows were made under, or make the rows again",
    ),
    SetCheck(
        "set.unchecked_citations",
        "Citations could not be looked up, for want of the policies.",
        "give the policies the rows were made under",
    ),
)
SET_CHECKS: dict[str, SetCheck] = {check.code: check for check in _CHECKS}
"""Every check of a whole set by its code."""
