// Reads QR codes in a camera's picture: by the browser where it can (Chrome on Android), else by ZXing, a megabyte that is
// fetched only then, in a worker that alone may run WebAssembly.
//
//   const reader = await openReader("/gates/guard/reader.js");
//   const text = await reader.read(video);     // "" while there is none; throws when the reader cannot be had

const LONGEST = 1280; // of a picture's side: more takes longer and reads no better

export const canReadCodes = (address) => Boolean(navigator.mediaDevices) && ("BarcodeDetector" in window || Boolean(address && window.Worker));

export async function openReader(address) {
  return (await ofTheBrowser()) || ofTheHouse(address);
}

async function ofTheBrowser() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return {
    name: "browser",
    read: async (video) => { const [found] = await detector.detect(video).catch(() => []); return found ? found.rawValue : ""; },
  };
}

function ofTheHouse(address) {
  const worker = new Worker(address), canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return {
    name: "house",
    // One picture at a time: the next is taken when this one was read.
    read: (video) => new Promise((done, failed) => {
      const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight, 1));
      canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
      canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
      worker.onmessage = (told) => (told.data.trouble ? failed(new Error(told.data.trouble)) : done(told.data.text));
      worker.onerror = (error) => failed(new Error(error.message || "the reader could not be fetched"));
      worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
    }),
  };
}
