// Reads the QR code in one picture after another. It stands in a worker with a content policy of its own, which lets it compile
// WebAssembly; no page may. The app's own worker says where the parts are:
//   const READER = {script, program}; then this file
"use strict";
importScripts(READER.script);
ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => READER.program } });

self.addEventListener("message", async ({ data }) => {
  try {
    const picture = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
    const [found] = await ZXingWASM.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    self.postMessage({ text: found ? found.text : "" });
  } catch (error) {
    self.postMessage({ trouble: String(error) });
  }
});
