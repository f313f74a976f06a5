// Reads a code with the camera; everything works without this file by pasting the text.
import { canReadCodes, openReader } from "../web/offline/codes.js";

const box = document.querySelector("[data-scan]"), form = document.querySelector("[data-scan-form]");
const start = box.querySelector("[data-scan-start]"), video = box.querySelector("[data-scan-video]");
const state = box.querySelector("[data-scan-state]"), address = box.dataset.reader;
box.hidden = !canReadCodes(address);
start.addEventListener("click", async () => {
  let stream = null;
  try {
    const reader = await openReader(address);
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    start.hidden = true;
    state.textContent = state.dataset.looking;
    await video.play();
    await look(reader, stream);
  } catch {
    stop(stream);
    state.textContent = state.dataset.refused;
  }
});
async function look(reader, stream) {
  const found = await reader.read(video);
  if (found.startsWith("TB1:")) {
    stop(stream);
    form.querySelector("[name=c]").value = found;
    form.submit();
  } else if (stream.active) setTimeout(() => look(reader, stream), 150);
}
function stop(stream) {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  video.hidden = true;
  start.hidden = false;
}
