// The scanner of a hall's door. With the house it asks the house; without it, it judges by the list it fetched last, says how
// old that is, keeps what it let in, and tells the house later. What it cannot know offline it says instead of guessing:
// who registered after the list was fetched, and who went in or out at another door since.
import { openShelf } from "../web/offline/shelf.js";
import { Offline, Refused, openDevice } from "../web/offline/device.js";
import { openOutbox } from "../web/offline/outbox.js";
import { freshness } from "../web/offline/freshness.js";
import { fill, inTurn, isKept, partsOf, watchCamera, watchEnrolment, watchForm, watchWays } from "../web/offline/door.js";

const root = document.querySelector("[data-scanner]");
const words = JSON.parse(document.getElementById("scanner-words").textContent);
const part = partsOf(root);
const LIST_EVERY = 30000, SEND_EVERY = 4000, ALPHABET = /^[23456789A-HJKMNP-TV-Z]{14}$/;

const shelf = await openShelf("hall-scanner");
const device = openDevice(shelf);
const tellScan = (hall, scan) => device.ask(`/api/halls/${hall}/scans`, { method: "POST", body: scan, key: scan.nonce });
const outbox = openOutbox(shelf, (row) => tellScan(row.hall, row.scan), {
  told: (row, answer) => { if (!(answer instanceof Error) && row.scan.verdict === "admitted" && answer.body.verdict !== "admitted") differs += 1; },
});
let door = await shelf.get("door") || null;
let seen = new Map(await shelf.get("seen") || []); // code's mark -> [is inside, milliseconds], what this device saw today
let isOnline = false, way = "in", entrance = await shelf.get("entrance") || "", differs = 0, unsure = null;

// ---- what it knows ---------------------------------------------------------------------------------------------------

const readCode = (text) => {
  const inAddress = /\/v\/([A-Za-z0-9]+)/.exec(text);
  return (inAddress ? inAddress[1] : text).replace(/[\s\-·.]+/g, "").toUpperCase();
};
const markOf = async (code) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${door.salt}|${code}`));
  return [...new Uint8Array(digest).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
const know = (found) => {
  door = { ...found, got: Date.now() };
  known = new Map(found.known.map((line) => [line.slice(0, 16), { party: parseInt(line.slice(16, -1), 16), isInside: line.endsWith("1") }]));
  if (!door.entrances.some((one) => one.code === entrance)) entrance = door.entrances[0].code;
  // What this device saw before the list was made is in the list.
  seen = new Map([...seen].filter(([, [, at]]) => at > Date.parse(found.at) - 5000));
};
let known = new Map();
if (door) { const { got } = door; know(door); door.got = got; }
const inside = () => {
  let count = door.inside;
  for (const [mark, [isIn]] of seen) {
    const one = known.get(mark);
    if (!one || one.isInside !== isIn) count += (isIn ? 1 : -1) * (one ? one.party : 1);
  }
  return Math.max(0, count);
};
const isToday = () => door && device.now() < new Date(door.day_ends);

// ---- a scan ----------------------------------------------------------------------------------------------------------

async function judge(code) {
  const mark = await markOf(code), one = known.get(mark), saw = seen.get(mark);
  if (way === "out") return { verdict: "out", mark };
  if (!isToday()) return { verdict: "unsure_day", mark };
  if (!one) return saw && saw[0] ? { verdict: "already_inside", mark } : { verdict: "unsure", mark };
  if (saw ? saw[0] : one.isInside) return { verdict: "already_inside", mark };
  return { verdict: inside() + one.party > door.capacity ? "full" : "admitted", mark };
}
const scanOf = (code, more = {}) => ({ nonce: crypto.randomUUID(), code, way, entrance, ...more });

async function scanned(text) {
  hideChoice();
  const code = readCode(text);
  if (!ALPHABET.test(code)) { show("misread", "bad"); return; }
  if (isOnline) {
    try {
      const { body } = await tellScan(door.code, scanOf(code));
      if (body.verdict === "admitted" || body.verdict === "out") await saw(await markOf(code), body.verdict === "admitted");
      show(body.verdict, TONES[body.verdict] || "bad", body.inside);
      return;
    } catch (error) {
      if (!(error instanceof Offline)) { await refused(error); return; }
      setOnline(false);
    }
  }
  const { verdict, mark } = await judge(code);
  if (verdict === "admitted" || verdict === "out") { await keep(code, mark, verdict); return; }
  if (verdict.startsWith("unsure") || verdict === "full") { unsure = { code, mark }; part("choice").hidden = false; }
  show(verdict, TONES[verdict] || "warn");
}
const TONES = { admitted: "good", out: "good", already_inside: "info", full: "warn" };
async function saw(mark, isIn) {
  seen.set(mark, [isIn, Date.now()]);
  await shelf.put("seen", [...seen]);
}
async function keep(code, mark, verdict) {
  // Kept before anything is shown: what was let in must reach the house even if the battery dies now.
  await outbox.put({ hall: door.code, scan: scanOf(code, { at: device.now().toISOString(), verdict }) });
  await saw(mark, verdict === "admitted");
  show(verdict, "good");
  await tell();
}
function show(verdict, tone, count = null) {
  const box = part("verdict");
  box.className = `scanner-verdict is-${tone}`;
  part("said").textContent = words.verdicts[verdict] || verdict;
  part("count").textContent = door ? fill(words.inside, { n: count === null ? inside() : count, most: door.capacity }) : "";
  part("code").value = "";
  if (part("choice").hidden) part("code").focus();
  navigator.vibrate?.(tone === "good" ? 60 : [120, 80, 120]);
}
const hideChoice = () => { part("choice").hidden = true; unsure = null; };
part("let-in").addEventListener("click", async () => {
  const one = unsure;
  hideChoice();
  if (one) await keep(one.code, one.mark, "admitted");
});
part("turn-away").addEventListener("click", () => { hideChoice(); show("turned_away", "warn"); });
async function refused(error) {
  if (error.status === 401) { await tell(); part("revoked").hidden = false; }
  part("verdict").className = "scanner-verdict is-bad";
  part("said").textContent = error.message;
}

// ---- with the house --------------------------------------------------------------------------------------------------

function setOnline(value) { isOnline = value; tell(); }
async function refresh() {
  try {
    const answer = await device.ask("/api/hall-door", { etag: door ? door.etag : "" });
    if (answer.status === 304) door.got = Date.now();
    else know({ ...answer.body, etag: answer.etag });
    await shelf.put("door", door);
    await shelf.put("seen", [...seen]);
    part("revoked").hidden = true;
    part("main").hidden = false;
    isOnline = true;
  } catch (error) {
    isOnline = false;
    if (error instanceof Refused) await refused(error);
  }
  drawDoor();
  await tell();
}
async function send() {
  if (!isOnline) await refresh(); // the way back is tried again and again; a device is not told that the house is there
  if (isOnline && (await outbox.state()).waiting) {
    try {
      await outbox.deliver();
      await refresh(); // what was told changes who is inside
    } catch (error) { if (error instanceof Offline) isOnline = false; }
  }
  await tell();
}
async function tell() {
  const now = Date.now(), how = freshness({ at: door ? door.got : 0, now, isOnline, skew: device.skew() });
  const state = await outbox.state();
  const when = door ? new Date(door.got).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) : "";
  const banner = part("banner");
  banner.className = `scanner-banner is-${how.level}`;
  const level = how.level !== "none" && !isToday() ? "old" : how.level;
  part("how").textContent = fill(words.banner[level], { at: when, n: known.size });
  part("clock").hidden = !how.isClockWrong;
  part("waiting").textContent = state.waiting ? fill(words.waiting, { n: state.waiting }) : "";
  part("refused").textContent = state.refused ? fill(words.refused, { n: state.refused }) : "";
  part("differs").textContent = differs ? fill(words.differs, { n: differs }) : "";
  root.dataset.level = level;
  root.dataset.waiting = state.waiting;
}
function drawDoor() {
  if (!door) return;
  part("hall").textContent = document.documentElement.lang === "en" ? door.name_en : door.name;
  const list = part("entrance");
  list.replaceChildren(...door.entrances.map((one) => new Option(document.documentElement.lang === "en" ? one.name.en : one.name.zh, one.code, false, one.code === entrance)));
  list.closest("label").hidden = door.entrances.length < 2;
  part("count").textContent = fill(words.inside, { n: inside(), most: door.capacity });
}
part("entrance").addEventListener("change", async (event) => { entrance = event.target.value; await shelf.put("entrance", entrance); });
watchWays(root, (chosen) => { way = chosen; });
const take = inTurn(scanned, (why) => show(why, "bad"));
watchForm(root, take);

// ---- enrolment, the camera, whether it would start offline -------------------------------------------------------------

async function begin() {
  const enrolled = await device.isEnrolled();
  part("enrol").hidden = enrolled;
  part("main").hidden = !enrolled || !door;
  if (!enrolled) { part("banner").hidden = true; return; }
  part("banner").hidden = false;
  drawDoor();
  await refresh();
  await send();
}
watchEnrolment(root, { device, outbox, words, begin, stays: (text) => { part("said").textContent = text; } });
part("test").addEventListener("click", async () => {
  const can = await isKept() && Boolean(door) && isToday();
  part("tested").textContent = can ? fill(words.can_offline, { n: known.size }) : words.cannot_offline;
});
watchCamera(root, take);
window.addEventListener("online", refresh);
window.addEventListener("offline", () => setOnline(false));
navigator.serviceWorker?.register(root.dataset.worker, { scope: root.dataset.scope });
await begin();
setInterval(() => { if (!part("enrol").hidden) return; refresh(); }, LIST_EVERY);
setInterval(() => { if (!part("enrol").hidden) return; send(); }, SEND_EVERY);
root.dataset.ready = "yes";
