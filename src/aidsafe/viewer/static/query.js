"use strict";
// One query: what was asked, the deliberation as lanes, a slider over its events, and what each event did.

const query = { run: 0, id: "", at: 0, thought: undefined, found: null };

async function showQuery({ run, id, event, thought }) {
  if (query.run !== run || query.id !== id || !query.found) {
    Object.assign(query, { run, id, found: null });
    query.found = await askTranscript(run, id);
    drawQuery();
  }
  select(event === undefined ? lastEvent() : Number(event), thought);
}

async function refreshQuery() {
  const found = await askTranscript(query.run, query.id);
  if (found.reading.steps.length === query.found.reading.steps.length) return;
  const follows = query.at === lastEvent();
  query.found = found;
  drawQuery();
  select(follows ? lastEvent() : query.at, query.thought);
  tell(`${few(found.reading.steps.length, "event")} so far`);
}

const lastEvent = () => query.found.reading.steps.length - 1;
const go = (at) => select(at);
const openThought = (id) => select(query.at, id === query.thought ? undefined : id);
const stanceOf = (step) => ({ turn_taken: step.event.stance, seat_failed: "failed",
  consensus_judged: step.event.agreed ? "agree" : "object" })[step.kind] ?? null;

function drawQuery() {
  const { reading, entry } = query.found;
  document.title = `${query.id} · aidsafe`;
  byId("main").replaceChildren(
    ways(query.found),
    h("h1", { class: "asked" }, h("span", { class: "id" }, reading.query.id), h("span", { class: "away" }, ": "),
      h("span", { class: "text", tabIndex: 0 }, said(reading.query.text || "(empty)"))),
    facts(entry, reading.usage),
    h("section", { "aria-label": "Deliberation" }, h("h2", {}, "Deliberation"), lanes(reading)),
    slider(reading),
    h("div", { class: "detail" }, h("section", { id: "chain", "aria-label": "Chain of thoughts" }),
      h("section", { id: "event", "aria-label": "Event" })),
    h("section", { "aria-label": "Lives of the thoughts" }, h("h2", {}, "Lives of the thoughts"),
      h("div", { class: "lives", id: "lives" })));
}

function ways({ previous, next, elsewhere: others }) {
  const beside = (id, label) => h("a", { href: id === null ? null : queryAddress(query.run, id),
    id: label.toLowerCase(), "aria-disabled": id === null ? "true" : null }, label);
  const save = `saved?${new URLSearchParams({ run: query.run, id: query.id })}`;
  return h("nav", { class: "ways", "aria-label": "Queries" },
    h("a", { href: listAddress(list.question), id: "up" }, "← All queries"),
    beside(previous, "Previous"), beside(next, "Next"),
    others.map((run) => h("a", { href: queryAddress(run, query.id) }, `In ${runs[run].name}`)),
    given ? null : h("a", { href: save, id: "save", download: "" }, "Save as one file"));
}

function facts(entry, usage) {
  const ended = entry.ending ? `ended by ${plain(entry.ending)}` : entry.state === "pending" ? "under way" : null;
  const failed = entry.state === "failed" ? h("span", { class: "pill bad" }, "failed") : null;
  const all = [pill(entry.decision), failed, ended,
    few(entry.rounds, "round"), few(entry.turns, "turn"), `${few(entry.edits, "edit")} accepted`,
    `${few(entry.thoughts, "thought")} in the end`, few(usage.calls, "call"), few(entry.tokens, "token"),
    dollars(entry.cost)];
  return h("ul", { class: "facts" }, all.filter(Boolean).map((fact) => h("li", {}, fact)));
}

function select(at, thought) {
  const { reading } = query.found;
  query.at = Math.min(Math.max(0, at || 0), lastEvent());
  query.thought = thought in reading.lives ? thought : undefined;
  const step = reading.steps[query.at], name = title(step);
  for (const one of document.querySelectorAll("[data-event]")) {
    one.setAttribute("aria-current", one.dataset.event === String(query.at) ? "step" : "false");
  }
  byId("at").value = query.at;
  byId("at").setAttribute("aria-valuetext", `event ${query.at}: ${name}`);
  const place = h("span", { class: "quiet" }, `event ${query.at} of ${lastEvent()}`);
  byId("at-name").replaceChildren(h("b", {}, name), place);
  byId("chain").replaceChildren(...nodes([chain(reading, step, query.thought, openThought)]));
  byId("event").replaceChildren(...nodes(query.thought
    ? life(reading.lives[query.thought], query.thought, go, () => go(query.at)) : told(step)));
  byId("lives").replaceChildren(...lives(reading, query.at, query.thought, openThought));
  history.replaceState(null, "", queryAddress(query.run, query.id, query.at, query.thought));
}

function title({ kind, round, who, event }) {
  switch (kind) {
    case "query_received": return "The query arrives";
    case "intents_decomposed": return "The decomposer names intents";
    case "draft_seeded": return "The seeder writes a first draft";
    case "turn_taken": return `Round ${round}, ${who} ${STANCES[event.stance]}`;
    case "seat_failed": return `Round ${round}, ${who} fails`;
    case "consensus_judged": return `Round ${round}, the judge: ${judged(event)}`;
    case "deliberation_ended": return `The deliberation ends by ${plain(event.reason)}`;
    case "draft_refined": return "The refiner finishes the chain";
    case "query_failed": return `The query fails at ${event.stage}`;
    case "query_completed": return "The query is done";
    default: return plain(kind);
  }
}

const judged = ({ agreed }) => (agreed === null ? "no answer" : agreed ? "agreed" : "not agreed");

// Lanes: one a seat, rounds across; what came before the first round and after the last stands at both ends.

function lanes(reading) {
  const rounds = Math.max(0, ...reading.steps.map((step) => step.round ?? 0));
  const label = (words, column, row, extra) =>
    h("li", { class: "label " + extra, "aria-hidden": "true", vars: { column, row } }, words);
  const heads = ["Before", ...Array.from({ length: rounds }, (_, round) => `Round ${round + 1}`), "After"];
  const seat = (name) => [h("b", {}, name), h("span", {}, runs[query.run]?.seats[name]?.model ?? "")];
  return h("div", { class: "wide", tabIndex: 0, role: "group", "aria-label": "Lanes, one a seat" },
    h("ol", { class: "lanes", vars: { rounds } },
      heads.map((words, place) => label(words, place + 2, 1, "round")),
      reading.seats.map((name, place) => label(seat(name), 1, place + 2, "seat")),
      [...cells(reading, rounds)].map(([place, steps]) => {
        const [column, row] = place.split("/");
        return h("li", { vars: { column, row } }, steps.map((step) => card(step, reading)));
      })));
}

function cells(reading, rounds) {
  const first = reading.steps.findIndex((step) => step.round), before = first < 0 ? 3 : first;
  const all = new Map();
  let after = 2;
  for (const step of reading.steps) {
    const place = step.round ? `${step.round + 2}/${reading.seats.indexOf(step.who) + 2}`
      : step.number < before ? `2/${step.number + 2}` : `${rounds + 3}/${after++}`;
    all.set(place, [...(all.get(place) ?? []), step]);
  }
  return all;
}

function card(step, reading) {
  const stance = stanceOf(step), [what, why] = inShort(step, reading);
  const applied = step.changes.filter((one) => !one.cause), refused = step.changes.length - applied.length;
  const signs = { add: "+", revise: "~", withdraw: "−" };
  const chips = Object.entries(counted(applied, "op")).map(([op, count]) => (op in signs ? signs[op] + count : op));
  return button([
    step.round ? h("span", { class: "where" }, `Round ${step.round}, ${step.who}: `) : null,
    h("span", { class: "what" }, stance ? glyph(stance, applied.length > 0) : null, what),
    h("span", { class: "why", dir: "auto" }, why),
    h("span", { class: "chips" }, chips.map((words) => h("span", { class: "chip" }, words)),
      refused ? h("span", { class: "chip refused" }, `${refused} not applied`) : null)],
  () => go(step.number), { class: "card " + (stance ?? "plain"), "data-event": String(step.number) });
}

function inShort({ kind, snapshot, event }, { query: asked, snapshots, usage }) {
  switch (kind) {
    case "query_received": return ["Query", few(asked.text.split(/\s+/).filter(Boolean).length, "word")];
    case "intents_decomposed": return ["Intents", shares(counted(event.intents, "harm"))];
    case "draft_seeded":
      return ["Seed", `${few(snapshots[snapshot].lines.length, "thought")}, ${plain(event.decision)}`];
    case "turn_taken": return [STANCES[event.stance], event.reason];
    case "seat_failed": return ["failed", `${event.failure}: ${event.message}`];
    case "consensus_judged": return [judged(event), event.reason];
    case "stop_requested": return ["Stop asked", event.by];
    case "deliberation_ended": return ["Ended", `${plain(event.reason)}, ${few(event.rounds, "full round")}`];
    case "draft_refined": return ["Refined", shares(counted(event.outcomes, "outcome"))];
    case "query_completed": return ["Done", few(usage.calls, "call")];
    case "query_failed": return ["Failed", `${event.stage}: ${event.error}`];
    default: return [plain(kind), ""];
  }
}

function slider(reading) {
  const rail = h("input", { type: "range", id: "at", min: "0", max: String(reading.steps.length - 1), step: "1",
    "aria-label": "Event", on: { input: (event) => go(Number(event.target.value)) } });
  const ticks = reading.steps.map((step) => h("i", { class: "tick " + (stanceOf(step) ?? "") }));
  return h("div", { class: "slider" },
    button("←", () => go(query.at - 1), { "aria-label": "Event before" }),
    h("div", { class: "rail" }, rail, h("div", { class: "ticks", "aria-hidden": "true" }, ticks)),
    button("→", () => go(query.at + 1), { "aria-label": "Event after" }), h("div", { id: "at-name", class: "at" }));
}

// Everything there is to say about one event.

function told(step) {
  const { event, kind } = step, stance = stanceOf(step), lead = event.message ?? (event.numbers ? "" : event.reason);
  const done = kind === "query_completed" || kind === "query_failed";
  return [h("h2", {}, stance ? glyph(stance) : null, title(step)), lead ? h("p", { class: "lead" }, said(lead)) : null,
    part("Error", event.error), part("Weakest spot", event.weakness && weakness(event.weakness)),
    part("Edits", step.changes.length ? changes(step.changes, openThought)
      : kind === "turn_taken" && h("p", { class: "quiet" }, "None.")),
    part("Looked at", event.checked?.length && h("ul", {}, event.checked.map((one) => h("li", {}, said(one))))),
    part("Intents", event.intents && intents(event)),
    part("What became of each thought", event.outcomes && outcomes(event.outcomes)),
    part("The numbers behind it", event.numbers && pairs(event.numbers)),
    part("What came with it", event.query && pairs(event.query.metadata)),
    part("What it saw", event.saw && sight(event.saw, step.number, event.version)),
    part("What the query took", done && usage(query.found.reading.usage)),
    part(event.calls?.length > 1 ? "Model calls" : "Model call", event.calls?.length && event.calls.map(call))];
}

const part = (name, content) => (content ? h("div", { class: "part" }, h("h3", {}, name), content) : null);

const weakness = ({ severity, defect, thought, quote }) => [
  h("p", {}, h("b", {}, `${severity}: ${plain(defect)}`), thought ? ` in ${thought}` : ""),
  quote ? h("blockquote", {}, said(quote)) : null];

const intents = ({ restatement, intents: all }) => [
  restatement ? h("p", {}, said(restatement)) : null,
  h("ul", { class: "intents" }, all.map((one) => h("li", {},
    h("b", {}, `${one.kind}, ${one.harm}`), " ", said(one.text),
    one.evidence ? h("span", { class: "quiet" }, " ", said(one.evidence)) : null)))];

const outcomes = (all) => h("ul", { class: "outcomes" }, all.map((one) => {
  const why = [...new Set([one.reason, one.code])].filter(Boolean).map(plain).join(", ");
  return h("li", {}, lifeOf(one.thought, openThought), " ", one.outcome, " ", h("span", { class: "quiet" }, why));
}));

function sight(saw, before, version) {
  const mark = (at) => button(String(at), () => go(at), { class: saw.includes(at) ? "" : "hidden-from",
    "aria-label": `event ${at}, ${saw.includes(at) ? "seen" : "not seen"}` });
  return [h("p", { class: "sight" }, Array.from({ length: before }, (_, at) => mark(at))),
    h("p", { class: "quiet" }, `It spoke on draft ${version}.`)];
}

function pairs(all) {
  const text = (value) => said(typeof value === "string" ? value : JSON.stringify(value));
  const lines = Object.entries(all).map(([name, value]) => [h("dt", {}, said(plain(name))), h("dd", {}, text(value))]);
  return lines.length ? h("dl", { class: "pairs" }, lines) : null;
}

const usage = (all) => pairs({ calls: number(all.calls), "requests sent": number(all.attempts),
  "prompt tokens": number(all.prompt_tokens), "completion tokens": number(all.completion_tokens),
  cost: dollars(all.cost_usd), "seconds in calls": all.seconds.toFixed(2) });

function call(one) {
  const latency = `${one.latency_seconds.toFixed(2)} s`, cost = dollars(one.cost_usd);
  const short = ` ${one.outcome}, ${few(one.prompt_tokens, "prompt token")}, ` +
    `${few(one.completion_tokens, "completion token")}, ${latency}, ${cost}`;
  return h("details", { class: "call" }, h("summary", {}, h("b", {}, one.model), short), pairs({
    asked: one.asked, reported: one.reported, finish: one.finish, outcome: one.outcome,
    "prompt tokens": number(one.prompt_tokens), "of them cached": number(one.cached_tokens),
    "completion tokens": number(one.completion_tokens), "of them reasoning": number(one.reasoning_tokens),
    cost, latency, "requests sent": number(one.attempts),
    "prompt bytes": number(one.prompt_bytes), "prompt digest": one.prompt_digest }));
}
