// The saved page around passes.js, which stands above it in the same module: paste or scan, see the verdict; how old the
// lists are is always in sight.
{
  const known = JSON.parse(document.getElementById("known").textContent);
  const form = document.querySelector("form"), field = form.querySelector("textarea"), verdict = document.getElementById("verdict");
  const age = document.getElementById("age"), camera = document.getElementById("camera"), video = document.querySelector("video");
  const hours = () => (Date.now() - Date.parse(known.saved_at)) / 3600000;
  useFallback(async () => globalThis.nobleEd25519);
  const seconds = () => Date.now() / 1000;
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
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
  const show = ({ reason, code }) => {
    tellAge();
    const valid = reason === "valid", askOnline = ["list_unknown", "online_only", "list_expired", "clock_wrong"].includes(reason);
    verdict.className = valid ? "good" : askOnline ? "stale" : "bad";
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
  // Opened anew at each look: a page that stays open for a week grows old, too.
  const verdictOn = async (text) => {
    const now = seconds(), opened = await openTrustList(bytes(known.trust), { roots: [unhex(known.root)], now });
    if (!opened.list) return opened;
    const lists = new Map();
    for (const token of known.lists) {
      const { list } = await openStatusList(bytes(token), opened.list, { now });
      if (list) lists.set(list.address, list);
    }
    return judge(text, { trust: opened.list, lists, now });
  };
  const check = async (text) => {
    try { show(await verdictOn(text.replace(/^[ \r\n\t]+|[ \r\n\t]+$/g, ""))); } catch {
      verdict.className = "bad"; verdict.textContent = known.words.browser; verdict.hidden = false;
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); check(field.value); });
  tellAge();
  camera.hidden = !("BarcodeDetector" in window) || !navigator.mediaDevices;
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
}
