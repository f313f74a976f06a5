// An event found on a round: noted with a photo, kept with the visits until there is a network, sent photo first.

import { isForGood } from "../web/offline/outbox.js";

const LONGEST = 1600; // of a photo's side: enough to see what is broken, small enough for a poor network
const SLOW = 180000; // milliseconds a photo may take
const TAKEN = ["image/jpeg", "image/png", "image/webp"], MOST = 20 * 1024 * 1024; // as the purpose grid.photo takes them

const inText = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done({ type: blob.type, data: reader.result.slice(reader.result.indexOf(",") + 1) });
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});
const asFile = ({ type, data }) => new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], `photo.${type.slice(6)}`, { type });

// Drawn anew, smaller and without what the camera wrote into it (where and with which telephone it was taken).
async function small(file) {
  let picture = null;
  try { picture = await createImageBitmap(file); } catch { return TAKEN.includes(file.type) && file.size <= MOST ? file : null; }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}

// `put` keeps what was noted, `told` says so; what is given back opens the form for a dwelling.
export function watchReport(root, told, { words, put }) {
  const form = root.querySelector("form"), button = form.querySelector("button");
  const { where } = form.elements;
  let dwelling = null;
  where.addEventListener("input", () => { dwelling = null; });

  async function note() {
    const typed = new FormData(form), file = typed.get("photo");
    const photo = file && file.size ? await small(file) : null;
    if (file && file.size && !photo) return words.photo_unreadable;
    const event = { nonce: crypto.randomUUID(), kind: typed.get("kind"), said: typed.get("said"), where: typed.get("where"), dwelling_id: dwelling, at: new Date().toISOString() };
    await put({ event, photo: photo && await inText(photo) });
    form.reset();
    dwelling = null;
    root.open = false;
    return words.kept;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try { told.textContent = await note(); } catch { told.textContent = words.not_kept; } finally { button.disabled = false; }
  });
  return (door) => {
    where.value = door.address;
    dwelling = door.dwelling_id;
    root.open = true;
    told.textContent = "";
    root.scrollIntoView({ block: "start" });
    form.querySelector("input").focus();
  };
}

// What the house says of a photo it does not take; nothing when all went well. The event goes without it then.
export async function sendReport({ event, photo }, { ask, token }) {
  const headers = { "X-CSRFToken": token };
  let photo_id = null, why = "";
  if (photo) {
    const body = new FormData();
    body.append("purpose", "grid.photo");
    body.append("file", asFile(photo));
    const sent = { method: "POST", headers: { ...headers, "Idempotency-Key": crypto.randomUUID() }, body, patience: SLOW };
    try { ({ id: photo_id } = await ask("/api/documents", sent)); } catch (error) {
      if (!isForGood(error)) throw error;
      why = error.message;
    }
  }
  await ask("/api/grid/events", { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify({ ...event, photo_id }) });
  return why;
}
