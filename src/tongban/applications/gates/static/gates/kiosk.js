// The guard's page at a gate without a guard: full screen, one answer at a time, nothing to press. Whoever is let in has the gate
// opened by its relay; whoever is not, or where nobody knows, reads whom to call. It never opens on "ask".
import { fill, partsOf } from "../web/offline/door.js";

const ALLOWED_FOR = 5000, OTHERS_FOR = 15000, PATIENCE = 3000, BEGUN = "tongban-gate-kiosk-begun";
const encode = (text) => new TextEncoder().encode(text);
const unbase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

// Calls the relay as the house calls webhooks (Standard Webhooks), so that it can tell a call of this tablet from any other.
export async function callRelay({ relay, secret, gate, way }, id, now) {
  const at = Math.floor(now.getTime() / 1000), body = JSON.stringify({ type: "gates.open", gate, way });
  const key = await crypto.subtle.importKey("raw", unbase64(secret.replace(/^whsec_/, "")), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = base64(await crypto.subtle.sign("HMAC", key, encode(`${id}.${at}.${body}`)));
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
  const headers = { "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${signature}` };
  try {
    return (await fetch(relay, { method: "POST", headers, body, credentials: "omit", cache: "no-store", signal: stop.signal })).ok;
  } catch { return false; } finally { clearTimeout(timer); }
}

export function openKiosk(root, words, { startCamera }) {
  const part = partsOf(root);
  let timer = 0;
  const wait = () => {
    part("verdict").className = "guard-verdict";
    part("said").textContent = words.kiosk.waiting;
    for (const name of ["who", "why", "notes", "then"]) part(name).textContent = "";
    part("code").focus();
  };
  const stayAwake = () => { if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {}); };
  part("begin").addEventListener("click", async () => {
    await document.documentElement.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
    await begin();
  });
  async function begin() {
    root.dataset.begun = "yes";
    localStorage.setItem(BEGUN, "yes");
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
    wait();
    if (!await startCamera()) part("then").textContent = words.kiosk.no_camera;
  }
  return {
    // After a power cut nobody is there to press anything: where the camera was allowed once, it goes on by itself.
    resume: async () => {
      const allowed = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
      if (allowed?.state === "granted" && localStorage.getItem(BEGUN)) await begin();
    },
    told: (answer, isOpen, phone) => {
      clearTimeout(timer);
      part("then").textContent = answer === "allow" ? (isOpen ? words.kiosk.go : fill(words.kiosk.stuck, { phone })) : fill(words.kiosk.call, { phone });
      if (answer === "allow" && !isOpen) { part("verdict").className = "guard-verdict is-ask"; part("said").textContent = words.kiosk.shut; }
      timer = setTimeout(wait, answer === "allow" && isOpen ? ALLOWED_FOR : OTHERS_FOR);
    },
  };
}
