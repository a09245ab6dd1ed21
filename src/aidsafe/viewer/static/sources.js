"use strict";
// Where what is shown comes from: the server that sent this page, or what was saved in it.

const given = JSON.parse(byId("given")?.textContent ?? "null");

const wording = (fields) =>
  String(new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined)));

async function ask(path, params = {}) {
  const answer = await fetch(`${path}?${wording(params)}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function askRuns() {
  return given ? given.runs : (await ask("runs")).runs;
}

async function askQueries(question) {
  return given ? { lines: given.lines, count: given.lines.length, next: "" } : ask("queries", question);
}

async function askTranscript(run, id) {
  if (!given) {
    const found = await ask("transcript", { run, id });
    if (!found) throw new Error("There is no such query in this run.");
    return found;
  }
  const place = given.lines.findIndex((line) => line.id === id);
  if (place < 0) throw new Error("This query is not on the page that was saved.");
  const beside = (other) => given.lines[other]?.id ?? null;
  return { ...given.transcripts[id], previous: beside(place - 1), next: beside(place + 1), elsewhere: [] };
}

const listAddress = (question = {}) => "#/" + (wording(question) ? "?" + wording(question) : "");
const queryAddress = (run, id, event, thought) =>
  "#/" + ["q", run, id, event, thought].filter((part) => part !== undefined).map(encodeURIComponent).join("/");
