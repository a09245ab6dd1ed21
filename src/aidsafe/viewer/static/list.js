"use strict";
// The overview of the runs, and the table of queries with its search and filters.

const ORDERS = {
  decision: ["comply", "safe_complete", "clarify", "refuse"],
  ending: ["consensus", "stagnation", "undecided", "coverage", "budget.rounds", "budget.turns", "budget.calls",
    "budget.tokens", "budget.cost", "budget.time", "exhausted", "external", "none"],
  state: ["completed", "failed", "pending"],
};
const NOTABLE = {
  seat_failed: "a seat failed", repaired: "a reply was repaired or refused", not_applied: "an edit was not applied",
  unverified: "a quote is not verified", removed: "the refiner removed a thought", decided: "the decision changed",
};
const COLUMNS = { row: "Query", decision: "Decision", ending: "Ended", turns: "Deliberation", edits: "Edits",
  removed: "Removed", words: "Words", tokens: "Tokens" };
const WITHIN = { "": "anywhere", query: "the query", thoughts: "thoughts", response: "responses" };
const VERBS = ["objected", "agreed", "abstained", "edited", "failed"];
const GROUPS = { ending: "How deliberations ended", decision: "Decisions", rounds: "Rounds" };
const FIGURES = {
  queries: (all) => number(all.queries), completed: (all) => number(all.completed),
  failed: (all) => number(all.failed), pending: (all) => number(all.pending), calls: (all) => number(all.calls),
  tokens: (all) => number(all.prompt_tokens + all.completion_tokens), cost: (all) => dollars(all.cost_usd),
};
const PAGE = 50;

const list = { question: {}, shown: "", asked: 0 };
const lines = () => [...document.querySelectorAll("#rows tbody tr")];

async function showList(question) {
  list.question = { run: "0", ...question };
  const run = runs[Number(list.question.run)] ?? runs[0];
  document.title = `${run.name} · aidsafe`;
  byId("main").replaceChildren(
    h("h1", {}, runs.length > 1 ? "Runs side by side" : run.name),
    ...(given ? [] : [h("div", { id: "overview" }), toolbar(run)]),
    h("div", { class: "tally" }, h("p", { id: "found" }), legend()),
    h("div", { class: "wide", id: "rows" }), h("p", { id: "more" }));
  refreshOverview();
  list.shown = "";
  await refreshRows();
}

const legend = () => h("p", { class: "legend" },
  Object.entries(STANCES).map(([stance, word]) => h("span", {}, glyph(stance), word)),
  h("span", {}, glyph("object", true), "underlined: changed the draft"));

// The runs in numbers.

function refreshOverview() {
  if (!byId("overview")) return;
  const groups = Object.keys(GROUPS).map((name) => h("section", {}, h("h2", {}, GROUPS[name]),
    valuesOf(name).map((value) => bar(runs[0], name, value, plain(value)))));
  byId("overview").replaceChildren(
    ...(runs.length > 1 ? [compared()]
      : [about(runs[0]), figures(runs[0].totals), h("div", { class: "groups" }, groups)]),
    ...runs.filter((run) => run.problem).map((run) => h("p", { role: "alert" }, `${run.name}: ${run.problem}`)));
}

const about = (run) => h("p", { class: "quiet" },
  `Recipe ${run.recipe}, seed ${run.seed}, ${few(Object.keys(run.seats).length, "seat")}, models: `,
  Object.entries(run.models).map(([name, spec]) => (name === spec ? name : `${name} (${spec})`)).join(", "));

const figures = (all) => h("dl", { class: "figures" }, Object.entries(FIGURES).map(([name, value]) =>
  h("div", { class: value(all) === "0" ? "none" : "" }, h("dt", {}, name), h("dd", {}, value(all)))));

function valuesOf(name) {
  const named = [...new Set(runs.flatMap((run) => Object.keys(run.counts[name])))].filter((value) => value !== "");
  const known = ORDERS[name] ?? named.map(Number).sort((a, b) => a - b).map(String);
  return known.filter((value) => named.includes(value));
}

function bar(run, name, value, label) {
  const counts = run.counts[name], count = counts[value] ?? 0;
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  // Side by side, a bar is a share of its run; alone, it is measured by the longest.
  const largest = Math.max(1, ...(label ? Object.values(counts) : [all]));
  const chosen = list.question[name] === value && list.question.run === String(run.number);
  return button([
    h("span", { class: label ? "" : "away" }, label || `${plain(value)}: `),
    h("b", { vars: { share: count / largest } }), h("span", {}, number(count)),
    h("span", { class: "percent" }, all ? `${Math.round((100 * count) / all)} %` : "")],
  () => changeQuestion({ run: String(run.number), [name]: chosen ? "" : value }),
  { class: "bar", "aria-pressed": String(chosen) });
}

function compared() {
  const row = (label, cells) => h("tr", {}, h("th", { scope: "row" }, label), cells.map((cell) => h("td", {}, cell)));
  const name = (run) => h("a", { href: listAddress({ run: run.number }),
    "aria-current": String(run.number) === list.question.run ? "true" : null }, run.name);
  const head = runs.map((run) => h("th", { scope: "col" }, name(run), about(run)));
  const over = (title) => h("tr", {}, h("th", { scope: "rowgroup", colSpan: runs.length + 1, class: "over" }, title));
  return h("div", { class: "wide" }, h("table", { class: "compared" },
    h("caption", { class: "away" }, "The runs in numbers"), h("thead", {}, h("tr", {}, h("td", {}), head)),
    h("tbody", {}, Object.entries(FIGURES).map(([label, value]) => row(label, runs.map((run) => value(run.totals))))),
    Object.entries(GROUPS).map(([group, title]) => h("tbody", {}, over(title),
      valuesOf(group).map((value) => row(plain(value), runs.map((run) => bar(run, group, value, ""))))))));
}

// Search and filters.

function toolbar(run) {
  const field = (label, control, extra = "") => h("label", { class: extra }, h("span", {}, label), control);
  const option = ([value, text]) => (Array.isArray(text) ? h("optgroup", { label: value }, text.map(option))
    : h("option", { value }, text));
  const select = (name, options) => h("select", { id: "by-" + name,
    on: { change: (event) => changeQuestion({ [name]: event.target.value }) } }, options.map(option));
  const typed = (name, attributes) => h("input", { id: "by-" + name, ...attributes,
    on: { input: (event) => soon(() => changeQuestion({ [name]: event.target.value })) } });
  const any = (options) => [["", "any"], ...options];
  const same = (values) => any(values.map((value) => [value, plain(value)]));
  const did = (seat) => [seat, VERBS.map((verb) => [`${seat}:${verb}`, `${seat} ${verb}`])];
  const placeholder = "words or a “quoted phrase”";
  const search = { type: "search", autocomplete: "off", spellcheck: "false", placeholder };
  const count = { type: "number", min: "0", inputmode: "numeric" };
  const bar = h("form", { class: "tools", role: "search", on: { submit: (event) => event.preventDefault() } },
    field("Search", typed("text", search), "search"),
    field("In", select("within", Object.entries(WITHIN))),
    field("State", select("state", same(ORDERS.state))), field("Ended", select("ending", same(ORDERS.ending))),
    field("Decision", select("decision", same(ORDERS.decision))),
    field("Cites", select("policy", any(Object.entries(run.policies ?? {}).map(([id, policy]) => [id, policy.title])))),
    field("Seat", select("seat", any(Object.keys(run.seats).map(did)))),
    field("Where", select("notable", any(Object.entries(NOTABLE)))),
    field("Words from", typed("shortest", count), "count"), field("to", typed("longest", count), "count"),
    button("Clear", () => showAt(listAddress({ run: list.question.run })), { class: "link", id: "clear" }));
  fill(bar);
  return bar;
}

function fill(bar) {
  for (const field of bar.querySelectorAll("[id^=by-]")) field.value = list.question[field.id.slice(3)] ?? "";
}

let waiting = 0;
function soon(act) {
  clearTimeout(waiting);
  waiting = setTimeout(act, 140);
}

function changeQuestion(change) {
  const moved = "run" in change && change.run !== list.question.run;
  list.question = { ...list.question, ...change };
  history.replaceState(null, "", listAddress(list.question));
  if (moved) return showList(list.question);
  refreshOverview();
  fill(document.querySelector(".tools"));
  return refreshRows();
}

// The queries that were asked for.

async function refreshRows() {
  const turn = ++list.asked;
  const found = await askQueries(list.question);
  const shown = JSON.stringify(found);
  if (turn !== list.asked || shown === list.shown) return;
  list.shown = shown;
  byId("found").textContent = tally(found.count, runs[Number(list.question.run)]);
  const focused = document.activeElement?.closest("tr")?.dataset.id;
  const none = h("p", { class: "empty" }, "No query is like that.");
  byId("rows").replaceChildren(found.lines.length ? table(found.lines) : none);
  more(found.next);
  lines().find((row) => focused !== undefined && row.dataset.id === focused)?.querySelector("a").focus();
}

function tally(count, run) {
  const all = few(given ? count : run.indexed, "query", "queries") + (runs.length > 1 ? ` of ${run.name}` : "");
  return given || count === run.indexed ? all : `${number(count)} of ${all}`;
}

function more(next) {
  const act = async () => {
    list.asked += 1;
    const found = await askQueries({ ...list.question, after: next });
    const added = found.lines.map(line);
    document.querySelector("#rows tbody").append(...added);
    added[0]?.querySelector("a").focus();
    more(found.next);
  };
  byId("more").replaceChildren(...(next ? [button("Show more", act)] : []));
}

function table(found) {
  const head = Object.entries(COLUMNS).map(([name, label]) => heading(name, label));
  return h("table", { class: "lines" }, h("caption", { class: "away" }, "Queries"),
    h("thead", {}, h("tr", {}, head)), h("tbody", {}, found.map(line)));
}

function heading(name, label) {
  const { order = "row", falling = "" } = list.question, now = order === name;
  const turned = now ? (falling ? "" : "1") : ["row", "ending", "decision"].includes(name) ? "" : "1";
  const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, now ? (falling ? "↓" : "↑") : "");
  return h("th", { scope: "col", class: "c-" + name, "aria-sort": now ? (falling ? "descending" : "ascending") : null },
    given ? label : button([label, arrow], () => changeQuestion({ order: name, falling: turned })));
}

function line(entry) {
  const cell = (name, ...content) => h("td", { class: "c-" + name }, ...content);
  const count = (name) => cell(name, entry[name] ? number(entry[name]) : h("span", { class: "zero" }, "0"));
  const link = h("a", { href: queryAddress(list.question.run, entry.id) }, said(entry.head || "(empty)", "head"));
  return h("tr", { "data-id": entry.id },
    h("th", { scope: "row", class: "c-row" }, link, h("span", { class: "id" }, entry.id), snippet(entry.snippet)),
    cell("decision", entry.state === "failed" ? h("span", { class: "pill bad" }, "failed") : pill(entry.decision)),
    cell("ending", entry.ending ? plain(entry.ending) : entry.state === "pending" ? "under way" : ""),
    cell("turns", ribbon(entry.ribbon)), ["edits", "removed", "words", "tokens"].map(count));
}

const snippet = (found) => found && h("span", { class: "snippet" }, `${found.where}: `,
  found.pieces.map(([mark, text]) => (mark === "+" ? h("mark", {}, text) : text)));
