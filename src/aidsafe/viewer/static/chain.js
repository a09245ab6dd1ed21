"use strict";
// The chain of thoughts at one event, the edits that changed it, and the life of each thought.

const ENDS = ["withdrawn", "removed", "merged", "rewritten", "kept"];
const MARKS = ["added", "revised", ...ENDS];
const elsewhere = (into, id) => (into.length && into[0] !== id ? " into " + into.join(", ") : "");
const lifeOf = (id, open, attributes = {}) =>
  button(id, () => open(id), { class: "id", "aria-label": `the life of ${id}`, ...attributes });

function chain(reading, step, thought, open) {
  const snapshot = reading.snapshots[step.snapshot];
  if (!snapshot) return h("p", { class: "quiet" }, "There is no draft yet.");
  const fresh = snapshot.event === step.number;
  const kept = snapshot.lines.filter((one) => fresh || !["withdrawn", "removed"].includes(one.mark));
  const shown = kept.map((one) => chainLine(reading.states[one.state], fresh ? one.mark : "", thought, open));
  const conflict = (one) => h("p", {}, one.rules.join(" against "), ": ", said(one.resolved_by));
  return [
    h("h2", {}, snapshot.version === null ? "Finished chain" : `Draft ${snapshot.version}`, pill(snapshot.decision)),
    shown.length ? h("ol", { class: "chain" }, shown) : h("p", { class: "quiet" }, "No thoughts."),
    h("h3", {}, "Response"), h("p", { class: "response" }, said(snapshot.response)),
    snapshot.conflicts.length ? [h("h3", {}, "Rules that pull apart"), snapshot.conflicts.map(conflict)] : null];
}

function chainLine(state, mark, chosen, open) {
  const from = state.from && !["kept", "removed"].includes(mark) ? ` from ${state.from.join(", ")}` : "";
  return h("li", { class: "line " + (MARKS.includes(mark) ? mark : "") },
    h("div", { class: "by" }, lifeOf(state.id, open, { "aria-pressed": String(chosen === state.id) }),
      h("span", { class: "quiet" }, `${state.author}, ${state.round ? "round " + state.round : "seed"}`),
      mark ? h("span", { class: "mark" }, mark + from) : null),
    said(state.text, "thought"), citations(state.citations));
}

const citations = (all, open = false) =>
  (all.length ? h("div", { class: "cites" }, all.map((one) => citation(one, open))) : null);

function citation({ policy, rule, quote, verified }, open) {
  const known = runs[query.run]?.policies?.[policy], found = known?.rules.find((one) => one.id === rule);
  const part = (label, text) => h("p", {}, h("span", { class: "label" }, label), text);
  return h("details", { class: verified ? "cite" : "cite unverified", open },
    h("summary", {}, h("b", {}, rule), verified ? " ✓ verified" : " ✗ not verified"),
    h("div", { class: "beside" }, part("Quoted", said(quote || "nothing")),
      part(known ? `${known.title}, ${found?.kind ?? "no such rule"}` : policy, ruleText(found?.text, quote))));
}

function ruleText(text, quote) {
  if (!text) return h("span", { class: "quiet" }, "The text of this rule is not at hand.");
  const at = quote ? text.indexOf(quote) : -1;
  return h("span", {}, at < 0 ? text : [text.slice(0, at), h("mark", {}, quote), text.slice(at + quote.length)]);
}

const changes = (all, open) => h("ul", { class: "changes" }, all.map((one) => change(one, open)));

const change = (one, open) => h("li", { class: one.cause ? "refused" : "" },
  h("div", { class: "by" }, h("b", {}, one.cause ? `not applied: ${one.op}` : one.op), " ",
    one.thought ? lifeOf(one.thought, open) : null, one.cause ? h("span", { class: "mark" }, plain(one.cause)) : null),
  h("p", { class: "said diff", dir: "auto" }, changed(one)),
  one.reason ? h("p", { class: "quiet" }, said(one.reason)) : null, citations(one.citations));

function changed(one) {
  switch (one.op) {
    case "add": return h("ins", {}, one.after);
    case "withdraw": return h("del", {}, one.before);
    case "decide": return [plain(one.before), " → ", h("b", {}, plain(one.after))];
    case "resolve": return [one.rules.join(" against "), ": ", one.after];
    default: return pieces(one.diff);
  }
}

function life(moments, id, go, close) {
  const text = (one) => (one.diff.length ? h("p", { class: "said diff", dir: "auto" }, pieces(one.diff))
    : one.text ? h("p", {}, said(one.text)) : null);
  return [h("h2", {}, "The life of ", id, " ", button("Back to the event", close, { class: "link" })),
    h("ol", { class: "moments" }, moments.map((one) => h("li", { class: "moment " + one.what },
      h("div", { class: "by" }, button(`Event ${one.event}`, () => go(one.event), { class: "link" }),
        h("b", {}, `${one.what} by ${one.who}`), h("span", { class: "mark" }, elsewhere(one.into, id))),
      one.reason ? h("p", { class: "quiet" }, said(plain(one.reason))) : null,
      text(one), citations(one.citations, true))))];
}

function lives(reading, at, thought, open) {
  return Object.entries(reading.lives).map(([id, moments]) => {
    const first = moments[0], last = moments[moments.length - 1], ended = ENDS.includes(last.what);
    const words = moments.map((one) => `${one.what} by ${one.who} at event ${one.event}`).join(", ");
    return button([
      h("span", { class: "id" }, id), h("span", { class: "quiet" }, first.who), h("span", { class: "away" }, words),
      track(moments, at, ended ? last.event : reading.steps.length - 1, reading.steps.length),
      h("span", { class: "end" }, ended ? last.what + elsewhere(last.into, id) : "stands")],
    () => open(id), { class: "life", "aria-pressed": String(thought === id) });
  });
}

function track(moments, at, end, count) {
  const from = moments[0].event, span = { at: from + 1, to: end + 2, half: 0.5 / (end + 1 - from) };
  return h("span", { class: "track", vars: { count } },
    h("i", { class: "now", vars: { at: at + 1 } }), h("i", { class: "span", vars: span }),
    moments.map((one) => h("i", { class: "moment " + one.what, vars: { at: one.event + 1 } })));
}
