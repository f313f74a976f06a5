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

  const known = (texts) =>
    texts.map((text) => {
      const [name, id, ...rest] = text.split("+");
      const content = bytesOf(rest.join("+"));
      return { text, name, id, algorithm: content[0], key: content.slice(1) };
    });

  function signaturesOf(receipt) {
    return receipt.signatures.map((line) => {
      const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      if (!name) throw new Wrong("unreadable");
      const content = bytesOf(encoded);
      const id = Array.from(content.slice(0, 4), (b) => b.toString(16).padStart(2, "0")).join("");
      return { name, id, signature: content.slice(4) };
    });
  }

  async function fits(key, signature, message) {
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      throw new Wrong("unsupported");
    }
    return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, utf8.encode(message));
  }

  async function checkSignature(receipt, keys) {
    for (const { name, id, signature } of signaturesOf(receipt)) {
      const found = known(keys).find((k) => k.name === name && k.id === id && name === receipt.origin);
      if (!found) continue;
      if (!(await fits(found.key, signature, receipt.signed))) throw new Wrong("signature_wrong");
      return;
    }
    throw new Wrong("key_unknown");
  }

  // Cosignatures (C2SP tlog-cosignature, Ed25519): the witnesses that saw this very checkpoint, and when.
  async function witnessesOf(receipt, listed) {
    const seen = [];
    for (const { name, id, signature } of signaturesOf(receipt)) {
      const found = known(listed.map((w) => w.textContent)).find((k) => k.name === name && k.id === id && k.algorithm === 4);
      if (!found) continue;
      const at = new DataView(signature.buffer, 0, 8).getBigUint64(0);
      const said = `cosignature/v1\ntime ${at}\n${receipt.signed}`;
      if (!(await fits(found.key, signature.slice(8), said))) throw new Wrong("signature_wrong");
      const label = listed.find((w) => w.textContent === found.text).dataset.checkWitness;
      seen.push(`${label} ${new Date(Number(at) * 1000).toLocaleString(document.documentElement.lang)}`);
    }
    return seen;
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

  function show(code, receipt, witnesses) {
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
    fact("witnesses").textContent = witnesses.join("；") || "–";
    const text = new TextDecoder().decode(receipt.extra);
    try {
      fact("leaf").textContent = JSON.stringify(JSON.parse(text), null, 1);
    } catch {
      fact("leaf").textContent = text;
    }
  }

  async function judge(text) {
    try {
      const receipt = parse(text);
      await checkSignature(receipt, Array.from(form.querySelectorAll("[data-check-key]"), (k) => k.textContent));
      await checkInclusion(receipt);
      show("", receipt, await witnessesOf(receipt, Array.from(form.querySelectorAll("[data-check-witness]"))));
    } catch (error) {
      show(error instanceof Wrong ? error.message : "unsupported");
    }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-check-file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await judge(await file.text());
  });

  // "/log/check#<leaf hash>": fetch that receipt ourselves, so that a link from a case is one click.
  const asked = /^#([0-9a-f]{64})$/.exec(location.hash);
  if (asked) {
    fetch(`${form.dataset.checkReceipts}${asked[1]}`).then(
      async (answer) => (answer.ok ? judge(await answer.text()) : show(answer.status === 503 ? "waiting" : "not_found")),
      () => show("not_found"),
    );
  }
})();
