// The page around TBVerify: paste or scan, see the verdict; how old the lists are is always in sight.
"use strict";
(() => {
  const known = JSON.parse(document.getElementById("known").textContent);
  const form = document.querySelector("form"), field = form.querySelector("textarea"), verdict = document.getElementById("verdict");
  const age = document.getElementById("age"), camera = document.getElementById("camera"), video = document.querySelector("video");
  const hours = () => (Date.now() - Date.parse(known.saved_at)) / 3600000;
  const tellAge = () => {
    const state = hours() > 168 ? "old" : hours() > 24 ? "stale" : "fresh";
    age.className = state;
    age.textContent = known.words[state].replace("{at}", known.saved_local);
  };
  const row = (label, value) => {
    const line = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = label; dd.textContent = value; line.append(dt, dd);
    return line;
  };
  const day = (seconds) => new Date(seconds * 1000).toLocaleString(known.lang, { timeZone: "Asia/Shanghai" });
  const show = ({ reason: found, code }) => {
    tellAge();
    const reason = found === "valid" && hours() > 168 ? "list_unknown" : found;
    const valid = reason === "valid";
    verdict.className = valid ? "good" : reason === "list_unknown" ? "stale" : "bad";
    verdict.replaceChildren();
    const title = document.createElement("h2"), text = document.createElement("p");
    title.textContent = valid ? known.words.good : known.words.bad;
    text.textContent = known.reasons[reason];
    verdict.append(title, text);
    if (code) {
      const facts = document.createElement("dl"), said = code.content;
      const lines = [["type", known.types[said.type]], ["holder", said.name], ["number", said.number], ["place", said.place],
        ["plate", said.plate], ["valid", `${day(code.notBefore)} – ${day(code.expires)}`]];
      for (const [label, value] of lines) if (value) facts.append(row(known.words[label], value));
      verdict.append(facts);
    }
    verdict.hidden = false;
    verdict.focus();
  };
  const check = async (text) => {
    try {
      show(await TBVerify.judge(text.replace(/^[ \r\n\t]+|[ \r\n\t]+$/g, ""), { keys: known.keys, statusOf: TBVerify.statusFrom(known.lists), now: Date.now() / 1000 }));
    } catch {
      verdict.className = "bad"; verdict.textContent = known.words.browser; verdict.hidden = false;
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); check(field.value); });
  tellAge();
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  camera.hidden = false;
  camera.addEventListener("click", async () => {
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream; video.hidden = false;
      await video.play();
      const look = async () => {
        const found = (await detector.detect(video).catch(() => [])).find((one) => one.rawValue.startsWith("TB1:"));
        if (!found) { setTimeout(look, 150); return; }
        stream.getTracks().forEach((track) => track.stop());
        video.hidden = true; field.value = found.rawValue; check(found.rawValue);
      };
      look();
    } catch { camera.hidden = true; }
  });
})();
