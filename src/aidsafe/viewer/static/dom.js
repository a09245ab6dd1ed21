"use strict";
// Elements and words. Text from outside only ever becomes text nodes.

// Controls but tab and line end, marks of direction and of invisibility, tags, halves of pairs.
const UNSEEN = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180b-\\u180f\\u200b\\u200e\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\ud800-\\udfff" +
  "\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]", "gu");

function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) set(element, key, value);
  element.append(...nodes(children));
  return element;
}

function set(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
  else if (key === "vars") for (const [name, to] of Object.entries(value)) element.style.setProperty("--" + name, to);
  else if (key in element && typeof value !== "string") element[key] = value;
  else element.setAttribute(key, value);
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
    .flatMap((child) => (child instanceof Node ? [child] : seen(String(child))));
}

function seen(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(UNSEEN)) {
    if (found.index > at) parts.push(document.createTextNode(text.slice(at, found.index)));
    const code = found[0].codePointAt(0).toString(16).padStart(4, "0");
    const mark = document.createElement("span");
    mark.className = "unseen";
    mark.title = "a character that is not seen: U+" + code.toUpperCase();
    mark.textContent = `\\u{${code}}`;
    parts.push(mark);
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push(document.createTextNode(text.slice(at)));
  return parts;
}

const byId = (id) => document.getElementById(id);
const said = (text, extra = "") => h("span", { class: "said " + extra, dir: "auto" }, text);
const number = (value) => Number(value).toLocaleString("en");
const few = (count, one, many = one + "s") => `${number(count)} ${count === 1 ? one : many}`;
const dollars = (value) => (value === null ? "price unknown" : `$${value.toFixed(value > 0 && value < 1 ? 4 : 2)}`);
const plain = (word) => String(word).replace(/_/g, " ").replace(/^budget\./, "budget: ");
const shares = (tally) => Object.entries(tally).map(([name, count]) => `${count} ${plain(name)}`).join(", ");
const counted = (items, key) => items.reduce((all, item) => ({ ...all, [item[key]]: (all[item[key]] ?? 0) + 1 }), {});
const pieces = (all) => all.map(([mark, text]) =>
  (mark === "=" ? nodes([text]) : h(mark === "+" ? "ins" : "del", {}, text)));

const STANCES = { agree: "agrees", object: "objects", abstain: "abstains", failed: "failed" };
const glyph = (stance, changed = false) =>
  h("i", { class: `glyph ${stance in STANCES ? stance : "other"}${changed ? " changed" : ""}`, "aria-hidden": "true" });
const pill = (decision) => (decision ? h("span", { class: "pill" }, plain(decision)) : null);
const button = (label, act, attributes = {}) =>
  h("button", { type: "button", on: { click: act }, ...attributes }, label);
const tell = (text) => { byId("told").textContent = text; };

function ribbon(letters) {
  const meant = { a: "agree", o: "object", s: "abstain", x: "failed" };
  const rounds = letters.split("|").filter(Boolean);
  const words = rounds.map((round, place) =>
    `round ${place + 1}: ${[...round].map((letter) => meant[letter.toLowerCase()] ?? letter).join(", ")}`);
  const marks = rounds.map((round) =>
    h("span", {}, [...round].map((letter) => glyph(meant[letter.toLowerCase()], letter !== letter.toLowerCase()))));
  return h("span", { class: "ribbon", role: "img", "aria-label": words.join("; ") || "no turn" }, marks);
}
