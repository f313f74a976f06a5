// Checks a receipt (C2SP tlog-proof) with the browser's own cryptography; nothing is sent anywhere.
(() => {
  "use strict";
  const form = document.querySelector("[data-check]");
  const verdict = document.querySelector("[data-check-verdict]");
  if (!form || !verdict) return;
  form.hidden = false;

  class Wrong extends Error {}
  const utf8 = new TextEncoder();
  const bytesOf = (text) => {
    try {
      return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    } catch {
      throw new Wrong("unreadable");
    }
  };
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const leafHash = (entry) => hash(Uint8Array.of(0), entry);
  const nodeHash = (left, right) => hash(Uint8Array.of(1), left, right);

  function parse(text) {
    const cut = text.indexOf("\n\n");
    const lines = text.slice(0, cut).split("\n");
    if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Wrong("unreadable");
    const extra = lines[0]?.startsWith("extra ") ? bytesOf(lines.shift().slice(6)) : null;
    const index = /^index (0|[1-9][0-9]{0,14})$/.exec(lines.shift() ?? "");
    const note = text.slice(cut + 2);
    const end = note.lastIndexOf("\n\n");
    const [origin, size, root] = note.slice(0, end).split("\n");
    if (!index || !extra || end < 0 || !/^(0|[1-9][0-9]{0,14})$/.test(size ?? "")) throw new Wrong("unreadable");
    return {
      extra, index: BigInt(index[1]), proof: lines.map(bytesOf), origin, size: BigInt(size), root: bytesOf(root ?? ""),
      signed: note.slice(0, end + 1), signatures: note.slice(end + 2).split("\n").filter(Boolean),
    };
  }

  async function checkSignature(receipt, keys) {
    const known = keys.map((text) => {
      const [name, id, ...rest] = text.split("+");
      return { name, id, key: bytesOf(rest.join("+")).slice(1) };
    });
    for (const line of receipt.signatures) {
      const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      if (!name) throw new Wrong("unreadable");
      const content = bytesOf(encoded);
      const id = Array.from(content.slice(0, 4), (b) => b.toString(16).padStart(2, "0")).join("");
      const found = known.find((k) => k.name === name && k.id === id && name === receipt.origin);
      if (!found) continue;
      let key;
      try {
        key = await crypto.subtle.importKey("raw", found.key, { name: "Ed25519" }, false, ["verify"]);
      } catch {
        throw new Wrong("unsupported");
      }
      const good = await crypto.subtle.verify({ name: "Ed25519" }, key, content.slice(4), utf8.encode(receipt.signed));
      if (!good) throw new Wrong("signature_wrong");
      return;
    }
    throw new Wrong("key_unknown");
  }

  // RFC 9162, 2.1.3.2
  async function checkInclusion({ extra, index, size, proof, root }) {
    if (index >= size) throw new Wrong("not_included");
    let at = index;
    let last = size - 1n;
    let found = await leafHash(extra);
    for (const step of proof) {
      if (last === 0n || step.length !== 32) throw new Wrong("not_included");
      if (at & 1n || at === last) {
        found = await nodeHash(step, found);
        while (!(at & 1n) && at) {
          at >>= 1n;
          last >>= 1n;
        }
      } else {
        found = await nodeHash(found, step);
      }
      at >>= 1n;
      last >>= 1n;
    }
    if (last !== 0n || !same(found, root)) throw new Wrong("not_included");
  }

  function show(code, receipt) {
    verdict.hidden = false;
    const wanted = code ? ["bad", code] : ["good"];
    for (const part of verdict.querySelectorAll("[data-said]")) part.hidden = !wanted.includes(part.dataset.said);
    verdict.querySelector("[data-check-facts]").hidden = Boolean(code);
    const fact = (name) => verdict.querySelector(`[data-fact="${name}"]`);
    fact("leaf").hidden = Boolean(code);
    if (code) return;
    fact("origin").textContent = receipt.origin;
    fact("index").textContent = receipt.index;
    fact("size").textContent = receipt.size;
    const text = new TextDecoder().decode(receipt.extra);
    try {
      fact("leaf").textContent = JSON.stringify(JSON.parse(text), null, 1);
    } catch {
      fact("leaf").textContent = text;
    }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-check-file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      const receipt = parse(await file.text());
      await checkSignature(receipt, Array.from(form.querySelectorAll("[data-check-key]"), (k) => k.textContent));
      await checkInclusion(receipt);
      show("", receipt);
    } catch (error) {
      show(error instanceof Wrong ? error.message : "unsupported");
    }
  });
})();
