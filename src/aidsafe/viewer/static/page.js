"use strict";
// Ways around: addresses, keys, light and dark, and looking again while a run goes on.

let runs = [];
let latest = "";
let keys = remembered("keys") !== "off";

function remembered(name) {
  try { return localStorage.getItem("aidsafe." + name); } catch { return null; }
}

function remember(name, value) {
  try { localStorage.setItem("aidsafe." + name, value); } catch { /* a page opened from a file may remember nothing */ }
}

function whereTo() {
  const [path, params = ""] = location.hash.replace(/^#\/?/, "").split("?");
  try {
    const [view, run, id, event, thought] = path.split("/").map(decodeURIComponent);
    if (view === "q" && id !== undefined) return { run: Number(run) || 0, id, event, thought };
  } catch { /* an address that was cut short leads to the list */ }
  return { question: Object.fromEntries(new URLSearchParams(params)) };
}

async function show() {
  const to = whereTo();
  try {
    if (to.id !== undefined) await showQuery(to);
    else if (given?.lines.length === 1) await showQuery({ run: 0, id: given.lines[0].id });
    else await showList(to.question);
  } catch (error) {
    byId("main").replaceChildren(h("h1", {}, "Nothing to show"), h("p", { role: "alert" }, error.message),
      h("p", {}, h("a", { href: "#/" }, "All queries")));
  }
}

function showAt(address) {
  if (location.hash === address || (location.hash === "" && address === "#/")) show();
  else location.hash = address;
}

// The strip at the top.

function drawTop() {
  const notices = [...new Set(runs.map((run) => run.notice).filter(Boolean))];
  byId("top").replaceChildren(
    h("div", { class: "strip" }, button("Skip to the content", () => byId("main").focus(), { class: "skip" }),
      h("a", { href: "#/", class: "name" }, "aidsafe"), h("span", { class: "standing" }, standing()),
      button("Light or dark", turnTheme, { class: "link" }),
      button("Keys", help, { class: "link", "aria-haspopup": "dialog" })),
    ...notices.map(notice));
}

function standing() {
  const behind = runs.filter((run) => run.level === false && !run.problem);
  const sum = (value) => behind.reduce((all, run) => all + value(run), 0);
  const percent = Math.floor((100 * sum((run) => run.indexed)) / Math.max(1, sum((run) => run.totals.queries)));
  if (behind.length) return `reading the run, ${percent} %`;
  return runs.some((run) => run.live) ? [h("i", { class: "pulse" }), "live"] : null;
}

function notice(text) {
  const [first, ...rest] = text.split(/(?<=:)\s/);
  return h("details", { class: "notice" }, h("summary", {}, first.replace(/:$/, "")), h("p", {}, rest.join(" ")));
}

function turnTheme() {
  const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  remember("theme", root.dataset.theme);
}

// Keys.

const KEYS = {
  "/": "search", "j, k": "next and previous line of the list", "Enter": "open the line",
  "← →": "event before and after", "Home, End": "first and last event", "t": "next thought and its life",
  "n, p": "next and previous query", "u": "up to the list", "d": "light or dark", "?": "this help", "Esc": "close it",
};

function help() {
  const turn = () => { keys = box.checked; remember("keys", keys ? "on" : "off"); };
  const box = h("input", { type: "checkbox", checked: keys, on: { change: turn } });
  const lines = Object.entries(KEYS).map(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)]);
  byId("help").replaceChildren(h("h2", { id: "help-title" }, "Keys"), h("dl", { class: "pairs" }, lines),
    h("p", {}, h("label", {}, box, " keys without Ctrl or Alt do these things")),
    h("p", {}, button("Close", () => byId("help").close())));
  byId("help").showModal();
}

function onList(key) {
  const links = lines().map((row) => row.querySelector("a")), at = links.indexOf(document.activeElement);
  const acts = { j: () => links[Math.min(at + 1, links.length - 1)]?.focus(),
    k: () => links[Math.max(at - 1, 0)]?.focus(), "/": () => byId("by-text")?.focus() };
  acts[key]?.();
  return key in acts;
}

function onQuery(key) {
  const thoughts = Object.keys(query.found.reading.lives);
  const press = (id) => () => byId(id).click();
  const acts = { ArrowLeft: () => go(query.at - 1), ArrowRight: () => go(query.at + 1),
    Home: () => go(0), End: () => go(lastEvent()),
    n: press("next"), p: press("previous"), u: press("up"), "/": press("up"),
    t: () => select(query.at, thoughts[(thoughts.indexOf(query.thought) + 1) % thoughts.length]) };
  acts[key]?.();
  return key in acts;
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape" && target.matches("input")) target.blur();
  if (!keys || event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (target.matches("input:not([type=range]), select")) return;
  if (target.matches("input[type=range]") && /^(Arrow|Home|End)/.test(key)) return;
  if (key === "?") help();
  else if (key === "d") turnTheme();
  else if (!(byId("at") ? onQuery(key) : onList(key))) return;
  event.preventDefault();
});

// Looking again.

async function lookAgain() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    tell("The server does not answer; what is shown may be old.");
  }
  setTimeout(lookAgain, runs.some((run) => run.live || !run.level) ? 1500 : 4000);
}

async function refresh() {
  const now = await askRuns(), text = JSON.stringify(now);
  if (text === latest) return;
  [runs, latest] = [now, text];
  drawTop();
  if (byId("at")) await refreshQuery();
  refreshOverview();
  if (byId("rows") && lines().length <= PAGE) await refreshRows();
}

async function begin() {
  const theme = remembered("theme"), top = byId("top");
  if (theme) document.documentElement.dataset.theme = theme;
  const measure = () => document.documentElement.style.setProperty("--top", `${top.offsetHeight - 1}px`);
  new ResizeObserver(measure).observe(top);
  runs = await askRuns();
  latest = JSON.stringify(runs);
  drawTop();
  await show();
  addEventListener("hashchange", () => { scrollTo(0, 0); show(); });
  if (!given) setTimeout(lookAgain, 1500);
}

begin();
