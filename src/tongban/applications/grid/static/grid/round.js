// The round: who is confirmed where, kept on the phone until there is a network. What a colleague said differently is settled
// by a person, on another page.

import { openOutbox, Offline, Refused } from "../web/offline/outbox.js";
import { openSealed } from "../web/offline/sealed.js";
import { openShelf } from "../web/offline/shelf.js";
import { sendReport, watchReport } from "./report.js";

const start = JSON.parse(document.getElementById("start").textContent);
const { words } = start;
const part = (name) => document.querySelector(`[data-${name}]`);
const text = (both) => (document.documentElement.lang === "en" ? both.en : both.zh);
let shelf = null;
let outbox = null;
let clashes = 0;
let reported = 0;
let lostPhotos = []; // what the house said of photos it did not take
let reportAt = () => {};
let isReached = navigator.onLine; // whether the house answered last: a network may be there and lead nowhere
const PATIENCE = 10000, AGAIN = 10000; // milliseconds

function make(name, attributes, ...parts) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  found.append(...parts.flat());
  return found;
}

// ---- what stands on the page ---------------------------------------------------------------------------------------

function age(at) {
  const minutes = Math.floor((Date.now() - at) / 60000);
  if (minutes < 1) return words.now;
  return minutes < 120 ? words.minutes.replace("{n}", minutes) : words.hours.replace("{n}", Math.floor(minutes / 60));
}

async function show() {
  const round = await kept();
  const queue = await shelf.every();
  const refused = await outbox.refused();
  const lines = [isReached ? words.online : words.offline];
  if (round) lines.push(words.loaded.replace("{age}", age(Date.parse(round.loaded_at))));
  const visits = queue.filter(({ row }) => !row || row.visit).length, events = queue.length - visits;
  if (visits) lines.push(words.unsent.replace("{n}", visits));
  if (events) lines.push(words.events_unsent.replace("{n}", events));
  if (!queue.length) lines.push(words.sent);
  if (queue.some(({ row }) => row && !isMine(row))) lines.push(words.another);
  part("banner").className = `grid-banner ${isReached ? "is-online" : "is-offline"}`;
  part("banner").textContent = lines.join(" · ");
  part("notes").replaceChildren(...notes(refused));
  part("reports").replaceChildren(...queue.filter(({ row }) => isMine(row) && row.event).map(({ row }) => waiting(row.event)));
  const done = new Set(queue.map(({ row }) => row && row.visit && row.visit.dwelling_id));
  const open = document.querySelector("[data-doors] details[open]");
  const doors = round ? round.doors.map((door) => item(door, done.has(door.dwelling_id), open && open.dataset.dwelling)) : [];
  part("doors").replaceChildren(...(doors.length ? doors : [make("li", { class: "grid-none" }, words.empty)]));
}

function waiting({ kind, where, said }) {
  const head = make("strong", {}, `${start.kinds[kind]} · ${where}`);
  return make("li", { class: "is-done" }, head, " ", make("small", {}, `${said} · ${words.event_waits}`));
}

function notes(refused) {
  const found = [];
  if (reported) {
    const link = make("a", { href: start.events }, words.see_events);
    const lost = lostPhotos.map((why) => make("p", {}, words.photo_lost.replace("{why}", why)));
    const tone = lost.length ? "warning" : "success";
    found.push(make("div", { class: `tb-message tb-message-${tone}`, role: "status" }, make("div", {}, make("p", {}, words.reported.replace("{n}", reported), " ", link), lost)));
  }
  if (clashes) {
    const link = make("a", { href: start.edits }, words.compare);
    found.push(make("div", { class: "tb-message tb-message-warning", role: "alert" }, make("p", {}, words.clash.replace("{n}", clashes), " ", link)));
  }
  if (refused.length) {
    const read = make("button", { type: "button", class: "btn btn-quiet" }, words.noted);
    read.addEventListener("click", async () => { await outbox.read(); await show(); });
    const lines = refused.map((one) => make("p", {}, words.refused.replace("{why}", one.why)));
    found.push(make("div", { class: "tb-message tb-message-error", role: "alert" }, make("div", {}, lines, read)));
  }
  return found;
}

function item(door, isDone, open) {
  if (isDone) return make("li", { class: "is-done" }, make("strong", {}, door.address), " ", make("small", {}, words.done));
  const why = make("small", {}, door.why.map(text).join("；"));
  const whole = make("details", { "data-dwelling": door.dwelling_id }, make("summary", {}, make("strong", {}, door.address), why), form(door));
  whole.open = open === door.dwelling_id;
  return make("li", {}, whole);
}

function form(door) {
  const isEmpty = !door.residents.length;
  const absent = make("button", { type: "button", class: "btn btn-quiet" }, words.absent);
  absent.addEventListener("click", () => keep(door, "absent", []));
  const report = make("button", { type: "button", class: "btn btn-quiet" }, words.report_here);
  report.addEventListener("click", () => { report.closest("details").open = false; reportAt(door); });
  const acts = make("p", { class: "tb-actions grid-thumbs" }, make("button", { type: "submit", class: "btn btn-warm" }, isEmpty ? words.vacant : words.save), absent, report);
  const found = make("form", {}, isEmpty ? make("p", {}, words.nobody) : door.residents.map(person), acts);
  found.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(found);
    const said = door.residents.map((one) => ({ residence_id: one.id, seen: one.facts, wanted: wanted(one, chosen.get(one.id)) }));
    keep(door, isEmpty ? "vacant" : "met", said);
  });
  return found;
}

function person(one) {
  const now = one.facts.is_present === "no" ? "away" : "here";
  const boxes = [["here", words.here], ["away", words.away], ["gone", words.gone]].map(([value, label]) => {
    const box = make("input", { type: "radio", name: one.id, value });
    box.checked = value === now;
    return make("label", { class: "tb-choice" }, box, ` ${label}`);
  });
  return make("fieldset", { class: "grid-says" }, make("legend", {}, `${one.name} · ${text(one.kind)}`), boxes);
}

// Everything that was seen is said again: whoever changed one of these facts meanwhile is not overwritten.
function wanted(one, choice) {
  const said = { ...one.facts };
  if (choice === "away") said.is_present = "no";
  if (choice === "here" && said.is_present === "no") said.is_present = "yes";
  if (choice === "gone") said.until = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
  return said;
}

// ---- what is kept and sent -------------------------------------------------------------------------------------------

async function kept() {
  const round = await shelf.get("round");
  if (round && Date.parse(round.good_until) < Date.now()) { await shelf.remove("round"); return null; }
  return round && round.person_id === start.person ? round : null;
}

async function keep(door, outcome, said) {
  await put({ visit: { nonce: crypto.randomUUID(), dwelling_id: door.dwelling_id, outcome, at: new Date().toISOString(), said } });
}

async function put(row) {
  await outbox.put({ person: start.person, ...row });
  await show();
  deliver(); // nobody at a door waits for the network
}

async function fetched(path, { patience = PATIENCE, ...options } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(path, { cache: "no-store", signal: stop.signal, ...options });
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch (error) { throw nothingThere(String(error)); } finally { clearTimeout(timer); }
}

function nothingThere(why) {
  isReached = false;
  return new Offline(why);
}

// The page may have been kept for days: the token that writing needs is asked for anew.
async function token() {
  const page = new DOMParser().parseFromString((await fetched(location.pathname)).text, "text/html");
  const found = page.querySelector("meta[name=csrf-token]");
  if (!found) throw nothingThere("not the house");
  return found.content;
}

async function ask(path, options = {}) {
  const answer = await fetched(path, options);
  let body = null;
  try { body = JSON.parse(answer.text); } catch { throw nothingThere("not the house"); } // a hotel's log-in page
  isReached = true;
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}

const isMine = (row) => Boolean(row) && row.person === start.person;

async function send(row) {
  if (!row.event) { await sendVisit(row.visit); return; }
  const why = await sendReport(row, { ask, token: await token() });
  reported += 1;
  if (why) lostPhotos.push(why);
}

async function sendVisit(visit) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": await token() };
  const [result] = await ask("/api/grid/visits", { method: "POST", headers, body: JSON.stringify({ visits: [visit] }) });
  if (result.state === "refused") throw new Refused(422, result);
  clashes += result.edits.filter((one) => one.state === "clash" || one.state === "refused").length;
}

async function deliver() {
  if (!navigator.onLine) isReached = false;
  else try { await outbox.deliver(); } catch { /* signed out, or no network after all: it stays on the phone */ }
  await show();
}

async function refresh() {
  await deliver();
  if (navigator.onLine) try { await shelf.put("round", await ask("/api/grid/round")); } catch { /* what was loaded before stays */ }
  await show();
}

// No browser says when a network that led nowhere leads to the house again. Not while somebody is filling in at a door.
async function tryAgain() {
  const isAtADoor = document.querySelector("[data-doors] details[open]");
  if (!isAtADoor && (!isReached || (await outbox.state()).waiting)) await refresh();
}

async function begin() {
  if (!window.isSecureContext || !window.indexedDB || !window.crypto.subtle) {
    part("banner").textContent = words.impossible;
    return;
  }
  // The list does not wait for the worker: without one the page only cannot start without a network.
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(start.worker).catch(() => {});
  shelf = await openSealed(await openShelf("grid-round"));
  outbox = openOutbox(shelf, send, { mine: isMine });
  await show();
  await refresh();
  part("load").addEventListener("click", refresh);
  part("report").hidden = false;
  reportAt = watchReport(part("report"), part("told"), { words, put });
  window.addEventListener("online", refresh);
  window.addEventListener("offline", () => { isReached = false; show(); });
  setInterval(tryAgain, AGAIN);
}

begin();
