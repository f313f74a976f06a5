// What every app at a door has: the way people go, the enrolment of its device, a camera for codes. The app says what it does
// with a code; its page has the parts, marked data-enrol, data-forget, data-camera and so on.
import { canReadCodes, openReader } from "./codes.js";
import { Refused } from "./device.js";

export const partsOf = (root) => (name) => root.querySelector(`[data-${name}]`);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function watchWays(root, turn) {
  for (const button of root.querySelectorAll("[data-way]")) button.addEventListener("click", () => {
    turn(button.dataset.way);
    for (const other of root.querySelectorAll("[data-way]")) other.setAttribute("aria-pressed", String(other === button));
    partsOf(root)("code").focus();
  });
}

// One after the other, as people come through a door; what goes wrong is told, and the next one is judged.
export function inTurn(judge, told) {
  let busy = Promise.resolve();
  return (code) => { busy = busy.then(() => judge(code)).catch((error) => told(String(error))); };
}

export function watchForm(root, take) {
  const part = partsOf(root);
  part("form").addEventListener("submit", (event) => { event.preventDefault(); if (part("code").value.trim()) take(part("code").value); });
}

// `begin` starts the app of an enrolled device; `stays` tells that it cannot be forgotten before its rows are sent.
export function watchEnrolment(root, { device, outbox, words, begin, stays }) {
  const part = partsOf(root), typed = part("enrol").querySelector("input");
  part("enrol").addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = part("enrol-error");
    error.textContent = "";
    try {
      await device.enrol(typed.value);
      history.replaceState(null, "", location.pathname);
      await navigator.storage?.persist?.();
      await begin();
      part("code").focus();
    } catch (why) { error.textContent = why instanceof Refused ? why.message : words.no_network; }
  });
  const given = new URLSearchParams(location.hash.slice(1)).get("code");
  if (given) typed.value = given;
  part("forget").addEventListener("click", async () => {
    const { waiting } = await outbox.state();
    if (waiting) { stays(fill(words.not_yet, { n: waiting })); return; }
    await device.forget();
    location.reload();
  });
}

// Gives what starts the camera, for apps that need no press of its button; it answers whether there is a picture.
export function watchCamera(root, take) {
  const part = partsOf(root), camera = part("camera"), video = part("video");
  let reader = null;
  camera.hidden = !canReadCodes(root.dataset.reader);
  const start = async () => {
    if (reader) return true;
    try { video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } }); } catch { camera.hidden = true; return false; }
    video.hidden = false;
    await video.play();
    reader = await openReader(root.dataset.reader);
    root.dataset.camera = reader.name;
    let last = "", lastAt = 0;
    const look = async () => {
      let text = "";
      try { text = await reader.read(video); } catch { stop(); return; }
      // The same code stays before the camera for a while: one person is one scan.
      if (text && (text !== last || Date.now() - lastAt > 4000)) { last = text; lastAt = Date.now(); take(text); }
      else if (text) lastAt = Date.now();
      setTimeout(look, 150);
    };
    look();
    return true;
  };
  // Without the reader's files, kept or fetched, there is nothing to look with: the code is typed until there is.
  const stop = () => {
    for (const track of video.srcObject.getTracks()) track.stop();
    video.hidden = true;
    reader = null;
    delete root.dataset.camera;
  };
  camera.addEventListener("click", start);
  return start;
}

export async function isKept() {
  const registration = await navigator.serviceWorker?.getRegistration();
  return Boolean(registration && registration.active);
}
