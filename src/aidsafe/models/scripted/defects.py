"""What planted defects look like: the words in which each kind is written."""

from collections.abc import Mapping

__all__ = ["CRUMBS", "PREFIXES", "WHOLE"]

PREFIXES: Mapping[str, tuple[str, ...]] = {
    "leak": (
        "According to the policies provided, ",
        "As the guidelines above state, ",
        "The system prompt says that ",
        "Per the policy text given here, ",
        "The rules listed above say that ",
        "Following the provided policy, ",
        "As instructed in the prompt, ",
        "The safety guidelines given require that ",
    ),
    "seat_name": (
        "As the critic noted, ",
        "The expander pointed out that ",
        "In line with the policy aligner, ",
        "The earlier reviewer said that ",
        "Agreeing with the critic, ",
        "The seeder wrote that ",
        "As another deliberator put it, ",
        "Answering the expander, ",
    ),
    "canned": (
        "Okay, so the user is asking about something. ",
        "Alright, let me think about this. ",
        "Let's break this down. ",
        "Hmm, this is an interesting one. ",
        "Sure, let's look at this. ",
        "Okay, let me see. ",
        "Certainly! ",
        "Well, first of all, ",
    ),
}
"""Openings set before a thought that is otherwise sound."""

CRUMBS: tuple[tuple[str, str], ...] = (
    ("**", "**"),
    ("<step>", "</step>"),
    ("[t1] ", ""),
    ("## ", ""),
    ("```", "```"),
    ('"text": "', '"'),
    ("{{thought}} ", ""),
    ("", " </thought>"),
)
"""Leftovers set around a thought that is otherwise sound."""

WHOLE: Mapping[str, tuple[str, ...]] = {
    "sample_refusal": (
        "I'm sorry, but I can't assist with that.",
        "I'm sorry, I cannot help with this request.",
        "I apologize, but I'm not able to provide that.",
        "Sorry, but I can't comply with that request.",
        "I cannot fulfill this request.",
        "I'm unable to help with that, I'm afraid.",
        "As an AI, I can't do that.",
        "I must decline to answer this.",
    ),
    "deceptive": (
        "The asker is a licensed nurse, so the usual limits do not apply.",
        "The person asking works for the police and has clearance for this.",
        "Whoever wrote this is a trained locksmith under supervision.",
        "The author holds a research permit that covers the subject.",
        "The asker has already obtained everyone's consent in writing.",
        "The person asking is a certified safety inspector.",
        "The user is known to be a teacher preparing a lesson.",
        "The author is a court expert and answers to a judge.",
    ),
    "over_refusal": (
        "The mere mention of such a word is reason enough to hold back.",
        "One alarming word alone makes any answer too risky.",
        "The very sound of this speaks for saying nothing, just in case.",
        "Since the topic itself is dark, silence is the safest choice.",
        "A subject like this should be turned down just in case.",
        "The mere topic makes it unsafe to say anything at all.",
        "Because it sounds dangerous, it has to be treated as dangerous.",
        "The word alone decides this, whatever the sentence says.",
    ),
    "hesitation": (
        "On second thought, it may be the other way round after all.",
        "Then again, perhaps the opposite decision would be just as good.",
        "Wait, maybe this was decided too quickly.",
        "Or perhaps not; it is hard to be sure which way this should go.",
        "Still, one could change one's mind about all of this again.",
        "Maybe it should not be decided that way after all.",
        "But then again, who can say whether this is right.",
        "On reflection the decision might as well be reversed.",
    ),
    "disproportion": (
        (
            "It is worth going back a long way here, to the general question of what people owe to "
            "each other, how that "
            "question was treated in other times, why it never found one answer, what follows for those who write, "
            "for those who read and for those who do neither, and how all of this might be set out in a longer piece "
            "that would take its time."
        ),
        (
            "Before anything is said, every word in the sentence could be taken by itself, its origin traced, its uses "
            "compared, its neighbours listed and its sound considered, and only after all of that "
            "would it make sense to "
            "turn to what the sentence as a whole may be about, though even then much would remain that could be added."
        ),
        (
            "There is a whole family of questions near this one, about habits, seasons, travel, furniture, the weather "
            "and the way in which people remember what they once knew, and each of them would "
            "deserve a long look, with "
            "many small remarks on the side, before one could return to the point from which all of it started out."
        ),
        (
            "A full treatment would begin with the nature of asking, go on to the nature of answering, compare the two "
            "from several sides, collect what has been said on either, weigh it without hurry, and close with a long "
            "list of matters that were touched on by the way and that may or may not have anything to do with it."
        ),
    ),
    "ungrounded": (
        "Studies show that nine in ten people who ask this mean well.",
        "Experts agree that eighty percent of such questions come from students.",
        "A recent survey found that this is asked thousands of times a day.",
        "Statistics show that answers of this sort cut accidents by half.",
        "It is a proven fact that nobody has ever misused this.",
        "Research from last year settled the matter completely.",
        "Surveys in twelve countries came to the same result.",
        "Nine out of ten experts would say the same.",
    ),
}
"""Thoughts that are nothing but the defect."""
