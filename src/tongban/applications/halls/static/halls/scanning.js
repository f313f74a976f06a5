// Scan with the camera; a hand scanner types into the field and needs none of this.
import { canReadCodes, openReader } from "../web/offline/codes.js";

const button = document.querySelector("[data-camera]"), form = document.querySelector("[data-scan]");
const video = document.querySelector("[data-video]"), trouble = document.querySelector("[data-trouble]");
const address = form.dataset.reader;
button.hidden = !canReadCodes(address);
button.addEventListener("click", async () => {
  button.disabled = true;
  trouble.hidden = true;
  try {
    const reader = await openReader(address);
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    await look(reader);
  } catch {
    video.hidden = true;
    trouble.hidden = button.disabled = false;
  }
});
async function look(reader) {
  const text = await reader.read(video);
  if (!text) { setTimeout(() => look(reader), 150); return; }
  form.querySelector("[name=code]").value = text;
  form.submit();
}
