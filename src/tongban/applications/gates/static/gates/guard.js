// The guard's app. It judges by what lies on the phone (passes.js), with and without a network alike: a verdict in a moment,
// large, with its reason. With the house it fetches lists and sends what it saw; what cannot be known offline it says. Of people
// it keeps the marks of passes for a day (when seen, which way), never names.
import { openShelf } from "../web/offline/shelf.js";
import { Offline, Refused, openDevice } from "../web/offline/device.js";
import { openOutbox } from "../web/offline/outbox.js";
import { freshness } from "../web/offline/freshness.js";
import { fill, inTurn, isKept, partsOf, watchCamera, watchEnrolment, watchForm, watchWays } from "../web/offline/door.js";
import { openSealed } from "../web/offline/sealed.js";
import { openCallers } from "./callers.js";
import { openPhotos } from "./photos.js";
import { judge, openStatusList, openTrustList, unhex, useFallback } from "../credentials/passes.js";

useFallback(() => import("../vendor/noble-ed25519/index.js"));
const root = document.querySelector("[data-guard]");
const words = JSON.parse(document.getElementById("guard-words").textContent);
const part = partsOf(root);
const STATE_EVERY = 60000, LISTS_EVERY = 300000, SEND_EVERY = 4000, SEEN_KEPT = 86400000, AGAIN = 600000, STANDS = 20000;
const english = document.documentElement.lang === "en";
const told = (both) => (english ? both.en : both.zh);

const shelf = await openShelf("gate-guard");
const device = openDevice(shelf);
const photos = openPhotos(await openSealed(shelf), device);
const outbox = openOutbox(shelf, (rows) => device.ask("/api/gates/scans", { method: "POST", body: { scans: rows } }), { batch: 500 });
let state = await shelf.get("state") || null; // community, gates, rules, root, when got
let kept = await shelf.get("lists") || null; // {trust, status: [bytes], version, issued: {address: seconds}, got}
let trust = null, lists = new Map();
let seen = new Map(await shelf.get("seen") || []); // cti -> [milliseconds, way, gate]
const camera = watchCamera(root, (code) => take(code));
// A gate without a guard: the same page with nothing to press.
const { openKiosk, callRelay } = root.dataset.kiosk ? await import("./kiosk.js") : {};
const kiosk = openKiosk ? openKiosk(root, words, { startCamera: camera }) : null;
let isOnline = false, way = "in", gate = await shelf.get("gate"), undecided = null, last = 0;
const seconds = () => device.now().getTime() / 1000;

// ---- the lists: only newer ones are taken, and only such as prove themselves -------------------------------------------

async function open_() {
  if (!kept || !state) return "list_missing";
  const opened = await openTrustList(kept.trust, { roots: [unhex(state.root)], now: seconds() });
  if (!opened.list) { trust = null; return opened.reason; }
  trust = opened.list;
  lists = new Map();
  for (const token of kept.status) {
    const { list } = await openStatusList(token, trust, { now: seconds() });
    if (list) lists.set(list.address, list);
  }
  return "";
}
async function bytesOf(path) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 8000);
  try {
    const answer = await fetch(path, { cache: "no-store", credentials: "omit", signal: stop.signal });
    if (!answer.ok) throw new Offline(String(answer.status));
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) { throw error instanceof Offline ? error : new Offline(String(error)); } finally { clearTimeout(timer); }
}
async function fetchLists() {
  const token = await bytesOf("/api/credentials/trust-list.cwt");
  const opened = await openTrustList(token, { roots: [unhex(state.root)], now: seconds(), seen: kept ? kept.version : 0 });
  if (!opened.list) { part("trouble").textContent = words.verdicts[opened.reason] || opened.reason; return; }
  const status = [], issued = {};
  for (const number of state.lists) {
    const found = await bytesOf(`/api/credentials/status/${state.community}/${number}`);
    const { list, reason } = await openStatusList(found, opened.list, { now: seconds() });
    if (!list) { part("trouble").textContent = words.verdicts[reason] || reason; return; }
    if (kept && list.issued < (kept.issued[list.address] || 0)) { part("trouble").textContent = words.verdicts.list_rolled_back; return; }
    status.push(found);
    issued[list.address] = list.issued;
  }
  kept = { trust: token, status, version: opened.list.version, issued, got: Date.now() };
  await shelf.put("lists", kept);
  part("trouble").textContent = "";
  await open_();
}

// ---- a verdict -----------------------------------------------------------------------------------------------------------

const ASKS = new Set(words.asks);
const clock = (milliseconds) => new Date(milliseconds).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
const dayOf = (moment) => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(moment);
const hourOf = (moment) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);
// The type is what was signed; a mark beside it says what the community knows it by (a carer is signed as a visitor).
const ruledAs = ({ type, number }) => (words.ruled.includes(number) ? number : type);
const knownAs = ({ type, number }) => (words.types[number] ? number : type);
function byRules(type) {
  const now = device.now(), day = dayOf(now), hour = hourOf(now);
  const rule = state.rules.find((one) => one.type === type && one.first <= day && day <= one.last);
  if (!rule) return "";
  if (rule.is_closed) return "rule_closed";
  if (rule.gates.length && !rule.gates.includes(gate)) return "wrong_gate";
  return rule.hours && !(rule.hours.slice(0, 5) <= hour && hour < rule.hours.slice(6)) ? "rule_hours" : "";
}
async function verdictOn(text) {
  const trouble = trust ? "" : await open_();
  if (trouble) return { reason: trouble };
  const found = await judge(text, { trust, lists, now: seconds(), here: state.community, gate });
  if (found.reason === "valid") found.reason = byRules(ruledAs(found.code.content)) || "valid";
  return found;
}
async function scanned(typed) {
  hideChoice();
  part("photo").hidden = true;
  const text = typed.replace(/^[ \r\n\t]+|[ \r\n\t]+$/g, "");
  let found = await verdictOn(text);
  // A pass given a minute ago may stand on a list this phone has not fetched yet.
  if (["list_unknown", "list_missing", "list_expired", "list_superseded", "online_only"].includes(found.reason) && isOnline) {
    try { await refreshState(); await fetchLists(); found = await verdictOn(text); } catch { /* it stays with what it knew */ }
  }
  const code = found.code || null, before = code && seen.get(code.cti);
  if (kiosk && before && Date.now() - before[0] < STANDS) return; // whoever was let in a moment ago still holds their phone up
  const isAgain = before && Date.now() - before[0] < AGAIN && before[1] === way;
  const notes = [];
  if (before) notes.push(fill(words.seen, { at: clock(before[0]), gate: nameOf(before[2]), way: words[before[1]] }));
  if (found.amber) notes.push(fill(words.amber, { hours: Math.floor(found.age / 3600) }));
  const answer = found.reason !== "valid" ? (ASKS.has(found.reason) || found.reason === "list_missing" ? "ask" : "deny") : found.amber || isAgain ? "ask" : "allow";
  const scan = {
    nonce: crypto.randomUUID(), gate, way, at: device.now().toISOString(), verdict: found.reason === "list_missing" ? "list_unknown" : found.reason,
    was_let: answer === "allow", cti: code ? code.cti : "", type: code ? knownAs(code.content) : "",
    list_age: found.age === undefined ? null : Math.max(0, Math.round(found.age)), was_offline: !isOnline,
  };
  const isOpen = Boolean(kiosk && state.kiosk && answer === "allow") && await callRelay(state.kiosk, scan.nonce, device.now());
  if (kiosk) scan.was_let = isOpen; // nobody went through a gate that stayed shut
  if (answer === "ask" && !kiosk) { undecided = { scan, code }; part("choice").hidden = false; } else await keep(scan, code);
  // A photo is shown of who stands here by a signature that was right, never of a pass that is stopped.
  const photo = code && answer !== "deny" && !kiosk ? code.content.photo : "", isThere = await photos.show(part("photo"), photo);
  if (code && answer !== "deny" && !kiosk && code.content.type !== "vehicle") notes.push(code.content.number === "household" ? fill(words.household, { n: code.content.name.split(words.between).length }) : isThere ? words.compare : photo ? words.photo_missing : words.no_photo);
  show(answer, found, notes);
  kiosk?.told(answer, isOpen, state.phone);
}
async function keep(scan, code) {
  // Kept before anybody goes on: what was let in must reach the house even if the battery dies now.
  await outbox.put(scan);
  if (code && scan.was_let) {
    seen.set(code.cti, [Date.now(), scan.way, scan.gate]);
    seen = new Map([...seen].filter(([, [at]]) => Date.now() - at < SEEN_KEPT));
    await shelf.put("seen", [...seen]);
  }
  await tell();
}
const nameOf = (number) => { const found = state.gates.find((one) => one.number === number); return found ? told(found.name) : String(number); };
function show(answer, { reason, code }, notes = []) {
  const said = code ? code.content : null;
  part("verdict").className = `guard-verdict is-${answer}`;
  part("said").textContent = words.answers[answer];
  part("why").textContent = reason === "valid" ? "" : words.verdicts[reason] || reason;
  part("who").textContent = said ? [words.types[knownAs(said)], said.name, said.place, said.plate].filter(Boolean).join(" · ") : "";
  part("notes").textContent = notes.join(" ");
  part("code").value = "";
  if (part("choice").hidden) part("code").focus();
  navigator.vibrate?.(answer === "allow" ? 60 : [150, 80, 150]);
  sound(answer);
}
function sound(answer) {
  if (!navigator.userActivation?.hasBeenActive || !window.AudioContext) return;
  const audio = new AudioContext(), tone = audio.createOscillator(), loud = audio.createGain();
  loud.gain.value = 0.2;
  tone.frequency.value = { allow: 1200, ask: 600, deny: 250 }[answer];
  tone.connect(loud).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + (answer === "allow" ? 0.12 : 0.4));
  tone.onended = () => audio.close();
}
const hideChoice = () => { part("choice").hidden = true; undecided = null; };
const decide = async (let_) => {
  const one = undecided;
  hideChoice();
  if (!one) return;
  await keep({ ...one.scan, was_let: let_ }, one.code);
  part("verdict").className = `guard-verdict is-${let_ ? "allow" : "deny"}`;
  part("said").textContent = words.answers[let_ ? "let" : "turned"];
};
part("let-in").addEventListener("click", () => decide(true));
part("turn-away").addEventListener("click", () => decide(false));

// ---- with the house --------------------------------------------------------------------------------------------------------

// A tablet enrolled for a gate stands there and judges one way; it and a guard's phone have a page each.
function stand() {
  if (!kiosk) { if (state.kiosk) location.replace(`/gates/kiosk/${state.kiosk.id}/`); return; }
  if (state.kiosk) ({ gate, way } = state.kiosk); else part("trouble").textContent = words.kiosk.not_one;
}
async function refreshState() {
  const answer = await device.ask("/api/gates/guard", { etag: state ? state.etag : "" });
  // The first root key stays: a phone is enrolled anew when the city's root is replaced.
  state = answer.status === 304 ? { ...state, got: Date.now() } : { ...answer.body, root: state ? state.root : answer.body.root, etag: answer.etag, got: Date.now() };
  await shelf.put("state", state);
  stand();
  if (!state.gates.some((one) => one.number === gate)) gate = state.gates.length ? state.gates[0].number : 0;
  isOnline = true;
}
async function refresh() {
  try {
    await refreshState();
    part("revoked").hidden = true;
    part("main").hidden = false;
    if (!kept || Date.now() - kept.got > LISTS_EVERY || Date.now() - last > LISTS_EVERY) { await fetchLists(); last = Date.now(); if (!kiosk) await photos.refresh(); }
  } catch (error) {
    isOnline = false;
    if (error instanceof Refused && error.status === 401) { part("revoked").hidden = false; await photos.forget(); }
    else if (error instanceof Refused) part("trouble").textContent = error.message;
  }
  draw();
  await tell();
}
async function send() {
  if (!isOnline) await refresh();
  if (isOnline) { try { await outbox.deliver(); } catch (error) { if (error instanceof Offline) isOnline = false; } }
  await tell();
}
function ageOf(minutes) {
  if (minutes < 1) return words.just_now;
  return minutes < 60 ? fill(words.minutes, { n: minutes }) : fill(words.hours, { n: Math.floor(minutes / 60) });
}
async function tell() {
  const how = freshness({ at: kept ? kept.got : 0, now: Date.now(), isOnline, skew: device.skew(), freshFor: 86400000, usableFor: 7 * 86400000 });
  const waiting = await outbox.state(), banner = part("banner");
  banner.className = `guard-banner is-${!isOnline && how.level === "fresh" ? "stale" : how.level}`;
  const age = kept ? ageOf(how.minutes) : "";
  part("how").textContent = fill(words.banner[how.level === "none" || how.level === "old" ? how.level : isOnline ? "online" : "offline"], { age });
  part("keys").textContent = trust ? fill(words.keys, { days: Math.max(0, Math.floor((trust.expires - seconds()) / 86400)) }) : "";
  part("clock").hidden = !how.isClockWrong;
  part("waiting").textContent = waiting.waiting ? fill(words.waiting, { n: waiting.waiting }) : "";
  part("refused").textContent = waiting.refused ? fill(words.refused, { n: waiting.refused }) : "";
  root.dataset.online = isOnline ? "yes" : "no";
  root.dataset.lists = kept ? kept.got : "";
  root.dataset.waiting = waiting.waiting;
}
function draw() {
  if (!state) return;
  part("community").textContent = english ? state.name_en : state.name;
  part("gate").replaceChildren(...state.gates.map((one) => new Option(told(one.name), one.number, false, one.number === gate)));
  part("phone").textContent = fill(words.doubts, { phone: state.phone });
  if (kiosk && state.kiosk) part("where").textContent = `${nameOf(gate)} · ${words[way]}`;
}
part("gate").addEventListener("change", async (event) => { gate = Number(event.target.value); await shelf.put("gate", gate); });
watchWays(root, (chosen) => { way = chosen; });
const take = inTurn(scanned, (why) => show("ask", { reason: why }));
watchForm(root, take);
const callers = openCallers(root, words, {
  device, shelf, gate: () => gate,
  answered: (isWelcome, caller) => { hideChoice(); part("photo").hidden = true; show(isWelcome ? "allow" : "deny", { reason: isWelcome ? "consented" : "not_consented" }, [caller.said]); part("who").textContent = `${caller.name} · ${caller.place}`; part("verdict").scrollIntoView({ block: "center" }); },
});
part("look-up").addEventListener("submit", async (event) => {
  event.preventDefault();
  const list = part("found");
  try {
    const { body } = await device.ask("/api/gates/look-up", { method: "POST", body: { nonce: crypto.randomUUID(), tail: part("tail").value.trim(), gate, way } });
    list.replaceChildren(...await Promise.all(body.map(async (one) => {
      const line = document.createElement("li"), face = Object.assign(new Image(120, 160), { alt: part("photo").alt });
      line.textContent = [told(one.kind), one.name, one.place, one.plate].filter(Boolean).join(" · ");
      if (await photos.show(face, one.photo)) line.prepend(face, document.createElement("br"));
      return line;
    })));
    if (!body.length) list.textContent = words.nobody;
  } catch (error) { list.textContent = error instanceof Refused ? error.message : words.no_network; }
});

// ---- enrolment, the camera, whether it would start offline -------------------------------------------------------------------

async function begin() {
  const enrolled = await device.isEnrolled();
  part("enrol").hidden = enrolled;
  part("main").hidden = !enrolled || !state;
  part("banner").hidden = !enrolled;
  if (!enrolled) return;
  if (state && !state.gates.some((one) => one.number === gate)) gate = state.gates.length ? state.gates[0].number : 0;
  if (state) stand();
  draw();
  if (kept) await open_();
  await refresh();
  await send();
  if (state?.kiosk) await kiosk?.resume();
  else await callers.resume();
}
watchEnrolment(root, { device, outbox, words, begin, stays: (text) => { part("tested").textContent = text; } });
part("test").addEventListener("click", async () => {
  // Judges a code that is nobody's: what matters is that this browser can, and that lists and app are kept.
  const trouble = await open_(), nothing = trouble ? null : await verdictOn("TB1:0");
  const can = await isKept() && !trouble && nothing.reason === "malformed";
  part("tested").textContent = can ? fill(words.can_offline, { n: lists.size }) : words.cannot_offline;
});
if (kiosk) part("try-relay").addEventListener("click", async () => {
  part("tested").textContent = await callRelay(state.kiosk, crypto.randomUUID(), device.now()) ? words.kiosk.opened : words.kiosk.unreached;
});
window.addEventListener("online", refresh);
window.addEventListener("offline", () => { isOnline = false; tell(); });
navigator.serviceWorker?.register(root.dataset.worker, { scope: root.dataset.scope });
await begin();
setInterval(() => { if (part("enrol").hidden) refresh(); }, STATE_EVERY);
setInterval(() => { if (part("enrol").hidden) send(); }, SEND_EVERY);
root.dataset.ready = "yes";
