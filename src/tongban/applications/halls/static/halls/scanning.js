// Scan with the camera where the browser can read codes itself; a hand scanner types into the field and needs none of this.
"use strict";
(async () => {
  const button = document.querySelector("[data-camera]");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const video = document.querySelector("[data-video]");
    const form = document.querySelector("[data-scan]");
    const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    const look = async () => {
      const found = await reader.detect(video).catch(() => []);
      if (found.length) {
        form.querySelector("[name=code]").value = found[0].rawValue;
        form.submit();
        return;
      }
      setTimeout(look, 150);
    };
    look();
  });
})();
