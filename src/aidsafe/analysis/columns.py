"""The column dictionary: every table, every column, its type, and a sentence on what stands in it."""

from typing import Literal, NamedTuple

from aidsafe.analysis.metrics.catalogue import metrics

__all__ = ["COLUMNS", "Column", "TableName"]

TableName = Literal["queries", "turns", "thoughts", "edits", "citations", "calls"]
Kind = Literal["string", "int64", "double", "bool", "list<string>", "list<int64>"]


class Column(NamedTuple):
    """A column: its name, its Arrow type, what stands in it."""

    name: str
    kind: Kind
    says: str


_QUERY = (
    Column("query", "string", "The query's id; with `replica` it joins the tables."),
    Column("replica", "int64", "Which of the query's replicas, from 0."),
)
_EVENT = Column("event", "int64", "The number of the event in its transcript, from 0.")
_ROUND = Column("round", "int64", "The round, from 1; 0 is the time before the first.")

COLUMNS: dict[TableName, tuple[Column, ...]] = {
    "queries": (
        *_QUERY,
        Column("row", "int64", "The query's row in its source, from 0."),
        Column("text", "string", "What the user asked."),
        Column("metadata", "string", "The source's other columns, as JSON."),
        Column("completed", "bool", "Whether there is a record of it."),
        Column("failed", "string", "The stage at which it was given up; null unless it was."),
        Column("ending", "string", "Why the deliberation ended; null while it is open."),
        Column("seats", "int64", "Seats that had the floor."),
        Column("turns", "int64", "Turns, failed ones too."),
        Column("seed_decision", "string", "The decision of the first draft; null without one."),
        Column("decision", "string", "The decision of the finished record; null without one."),
        Column("seed_thoughts", "int64", "Thoughts of the first draft."),
        Column("draft_thoughts", "int64", "Thoughts of the draft as the deliberation left it."),
        Column("final_thoughts", "int64", "Thoughts of the finished chain; null without one."),
        *(Column(one.name, "double", one.says) for one in metrics()),
    ),
    "turns": (
        *_QUERY,
        _EVENT,
        _ROUND,
        Column("place", "int64", "The turn's place in its round, from 1."),
        Column("seat", "string", "Who had the floor."),
        Column("stance", "string", "What the seat said: agree, object or abstain; null for a failed turn."),
        Column("position", "string", "The stance as it counts: with an edit it is an objection; null where it failed."),
        Column("failure", "string", "How the turn failed; null unless it did."),
        Column("own", "string", "The seat's last vote before; null without one."),
        Column("agreeing", "int64", "Other seats whose last vote, as far as it was seen, was to agree."),
        Column("objecting", "int64", "Other seats whose last vote, as far as it was seen, was to object."),
        Column("reason", "string", "The reason it gave."),
        Column("reasoned", "bool", "Whether it gave a reason or a rule that its seat had not read or said before."),
        Column("defect", "string", "The kind of the weakness it named; null without one."),
        Column("severity", "string", "How grave that weakness is; null without one."),
        Column("weak_thought", "string", "The thought with that weakness; null for the response, or without one."),
        Column("checked", "list<string>", "What it says it checked."),
        Column("saw", "list<int64>", "The numbers of the events it was shown."),
        Column("version", "int64", "The draft's version it spoke on."),
        Column("accepted", "int64", "Its edits that were accepted."),
        Column("rejected", "int64", "Its edits that were not."),
        Column("calls", "int64", "Answered calls."),
        Column("prompt_tokens", "int64", "Prompt tokens of its calls."),
        Column("completion_tokens", "int64", "Completion tokens of its calls."),
        Column("cost_usd", "double", "US dollars of its calls; null where a price is unknown."),
    ),
    "thoughts": (
        *_QUERY,
        Column("thought", "string", "The thought's id."),
        Column("author", "string", "Who brought it in: a seat, or `seeder`."),
        Column("round", "int64", "The round it came in; 0 is the seed."),
        Column("text", "string", "Its words as they last stood in the draft."),
        Column("revisions", "int64", "How often it was rewritten in the deliberation."),
        Column("withdrawn_by", "string", "Who took it out before the refiner; null unless someone did."),
        Column("withdrawn_in", "int64", "The round in which it was taken out; null unless it was."),
        Column("outcome", "string", "What the refiner did with it; null where it saw none."),
        Column("reason", "string", "Why the refiner took it out; null unless it did."),
        Column("code", "string", "The finer reason of that; null unless it did."),
        Column("survives", "bool", "Whether the finished chain holds it; null without one."),
        Column("citations", "int64", "Rules it cites, as it last stood."),
    ),
    "edits": (
        *_QUERY,
        _EVENT,
        _ROUND,
        Column("seat", "string", "Who wanted it."),
        Column("op", "string", "add, revise, withdraw, resolve, respond or decide."),
        Column("thought", "string", "The thought it makes or touches; null for others, and for a refused `add`."),
        Column("text", "string", "Its words: of a thought, a response, or what settles a conflict; null otherwise."),
        Column("rules", "list<string>", "The rules it names or cites."),
        Column("decision", "string", "The decision it takes; null unless it takes one."),
        Column("reason", "string", "Why, in the seat's words."),
        Column("accepted", "bool", "Whether it was applied."),
        Column("cause", "string", "Why it was not; null where it was."),
    ),
    "citations": (
        *_QUERY,
        Column("where", "string", "draft: as the thought last stood in the draft; final: in the finished chain."),
        Column("thought", "string", "The thought that cites."),
        Column("author", "string", "Who brought the thought in."),
        Column("round", "int64", "The round the thought came in; 0 is the seed."),
        Column("policy", "string", "The policy."),
        Column("rule", "string", "The rule."),
        Column("quote", "string", "The words quoted from it."),
        Column("verified", "bool", "Whether these words stand in the rule."),
    ),
    "calls": (
        *_QUERY,
        _EVENT,
        Column("speaker", "string", "Who made it: a seat, or decomposer, seeder, judge, refiner."),
        Column("round", "int64", "The round of the turn; 0 outside of the rounds."),
        Column("model", "string", "The model's name in the recipe."),
        Column("asked", "string", "The model that was asked for."),
        Column("reported", "string", "The model that answered, by its own account."),
        Column("finish", "string", "How the reply ended."),
        Column("outcome", "string", "Whether it could be used."),
        Column("followed", "bool", "Whether its speaker had to ask again."),
        Column("prompt_tokens", "int64", "Prompt tokens."),
        Column("cached_tokens", "int64", "Prompt tokens that the provider had cached."),
        Column("completion_tokens", "int64", "Completion tokens."),
        Column("reasoning_tokens", "int64", "Completion tokens that were spent on reasoning."),
        Column("cost_usd", "double", "US dollars; null where the price is unknown."),
        Column("seconds", "double", "From the first attempt to the answer."),
        Column("attempts", "int64", "Requests that were sent."),
        Column("prompt_digest", "string", "A digest of the prompt."),
    ),
}
"""What stands in each column of each table."""
