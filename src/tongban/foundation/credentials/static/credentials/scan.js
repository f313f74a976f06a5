// Reads a code with the camera where the browser can; everything works without this file by pasting the text.
(() => {
  const box = document.querySelector("[data-scan]");
  const form = document.querySelector("[data-scan-form]");
  if (!box || !form || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const start = box.querySelector("[data-scan-start]");
  const video = box.querySelector("[data-scan-video]");
  const state = box.querySelector("[data-scan-state]");
  const field = form.querySelector("[name=c]");
  box.hidden = false;

  const stop = (stream) => { stream.getTracks().forEach((track) => track.stop()); video.hidden = true; start.hidden = false; };

  const look = async (detector, stream) => {
    const codes = await detector.detect(video).catch(() => []);
    const found = codes.map((code) => code.rawValue).find((text) => text.startsWith("TB1:"));
    if (found) { stop(stream); field.value = found; form.submit(); return; }
    if (stream.active) setTimeout(() => look(detector, stream), 150);
  };

  start.addEventListener("click", async () => {
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      start.hidden = true;
      state.textContent = state.dataset.looking;
      await video.play();
      look(detector, stream);
    } catch {
      state.textContent = state.dataset.refused;
    }
  });
})();
