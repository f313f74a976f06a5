// Reads and judges a code without any network, as strictly as rules/code.py and rules/verdicts.py do: the same golden
// vectors (tests/vectors.json) hold both to the same verdicts. Plain JavaScript: it is written into one HTML file.
"use strict";
const TBVerify = (() => {
  const PREFIX = "TB1:", LONGEST = 600, CONTENT = -65537, SKEW = 60;
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const TYPES = { 1: "resident", 2: "tenant", 3: "visitor", 4: "courier", 5: "vehicle", 6: "certificate" };
  const SHAPES = { 3: "text", 4: "text", 5: "int", 6: "bytes", 7: "text", 8: "text" };
  class Malformed extends Error {}
  const need = (right) => { if (!right) throw new Malformed(); };

  const base45 = (text) => {
    const bytes = [];
    for (let start = 0; start < text.length; start += 3) {
      const group = text.slice(start, start + 3);
      let number = 0;
      for (let place = 0; place < group.length; place++) {
        const value = ALPHABET.indexOf(group[place]);
        need(value >= 0);
        number += value * 45 ** place;
      }
      need(group.length > 1 && number < 256 ** (group.length - 1));
      if (group.length === 3) bytes.push(number >> 8);
      bytes.push(number & 255);
    }
    return Uint8Array.from(bytes);
  };

  // CBOR, only what a code holds: whole numbers, bytes, text, lists, maps with whole numbers as keys.
  const head = (major, number) => {
    const top = major << 5;
    if (number < 24) return [top | number];
    if (number < 256) return [top | 24, number];
    if (number < 65536) return [top | 25, number >> 8, number & 255];
    if (number < 2 ** 32) return [top | 26, ...[24, 16, 8, 0].map((bits) => (number >>> bits) & 255)];
    const high = Math.floor(number / 2 ** 32), low = number >>> 0;
    return [top | 27, ...[24, 16, 8, 0].map((bits) => (high >>> bits) & 255), ...[24, 16, 8, 0].map((bits) => (low >>> bits) & 255)];
  };
  const encode = (value) => {
    if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
    if (value instanceof Uint8Array) return [...head(2, value.length), ...value];
    if (typeof value === "string") { const plain = new TextEncoder().encode(value); return [...head(3, plain.length), ...plain]; }
    if (Array.isArray(value)) return [...head(4, value.length), ...value.flatMap(encode)];
    const entries = [...value].map(([key, held]) => [encode(key), encode(held)]);
    entries.sort(([a], [b]) => a.length - b.length || compare(a, b));
    return [...head(5, entries.length), ...entries.flatMap(([key, held]) => [...key, ...held])];
  };
  const compare = (a, b) => { for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i]; return 0; };
  const decode = (bytes) => {
    let at = 0;
    const take = (count) => { need(at + count <= bytes.length); at += count; return bytes.subarray(at - count, at); };
    const size = (low) => {
      if (low < 24) return low;
      need(low <= 27);
      const number = take(2 ** (low - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
      need(Number.isSafeInteger(number));
      return number;
    };
    const item = (depth) => {
      need(depth <= 4);
      const first = take(1)[0], major = first >> 5, number = size(first & 31);
      if (major === 0) return number;
      if (major === 1) return -1 - number;
      if (major === 2) return Uint8Array.from(take(number));
      if (major === 3) { try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(number)); } catch { throw new Malformed(); } }
      need(major === 4 || major === 5);
      need(number <= bytes.length);
      if (major === 4) return Array.from({ length: number }, () => item(depth + 1));
      const map = new Map();
      for (let i = 0; i < number; i++) {
        const key = item(depth + 1);
        need(typeof key === "number" && !map.has(key));
        map.set(key, item(depth + 1));
      }
      return map;
    };
    const value = item(1);
    need(at === bytes.length);
    const again = encode(value);
    need(again.length === bytes.length && again.every((byte, i) => byte === bytes[i]));
    return value;
  };

  const isBytes = (value, length) => value instanceof Uint8Array && (length === undefined || value.length === length);
  const isShape = (value, shape) => (shape === "bytes" ? isBytes(value) : typeof value === (shape === "int" ? "number" : "string"));
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

  const content = (found) => {
    need(found instanceof Map && [1, 2, 3].every((key) => found.has(key)));
    for (const [key, value] of found) need(key === 1 || key === 2 || (SHAPES[key] && isShape(value, SHAPES[key])));
    const status = found.get(2);
    need(typeof found.get(1) === "number" && TYPES[found.get(1)]);
    need(Array.isArray(status) && status.length === 2 && status.every((n) => typeof n === "number" && n >= 0 && n < 2 ** 32));
    return { type: TYPES[found.get(1)], name: found.get(3), place: found.get(4) || "", plate: found.get(7) || "", number: found.get(8) || "", status };
  };
  const read = (text) => {
    need(text.startsWith(PREFIX) && text.length <= LONGEST);
    const outer = decode(base45(text.slice(PREFIX.length)));
    need(Array.isArray(outer) && outer.length === 4);
    const [marked, unmarked, payload, signature] = outer;
    need(isBytes(marked) && unmarked instanceof Map && unmarked.size === 0 && isBytes(payload) && isBytes(signature, 64));
    const header = decode(marked), facts = decode(payload);
    need(header instanceof Map && header.size === 2 && header.get(1) === -8 && isBytes(header.get(4), 4));
    need(facts instanceof Map && [1, 4, 5, 7, CONTENT].every((key) => facts.has(key)));
    need([...facts.keys()].every((key) => [1, 4, 5, 7, 8, CONTENT].includes(key)));
    need(typeof facts.get(1) === "string" && isBytes(facts.get(7), 8) && (!facts.has(8) || isBytes(facts.get(8))));
    for (const key of [4, 5]) need(typeof facts.get(key) === "number" && facts.get(key) >= 0 && facts.get(key) < 2 ** 33);
    return {
      kid: hex(header.get(4)), issuer: facts.get(1), expires: facts.get(4), notBefore: facts.get(5), cti: hex(facts.get(7)),
      content: content(facts.get(CONTENT)), signature,
      signed: Uint8Array.from(encode(["Signature1", marked, new Uint8Array(0), payload])),
    };
  };

  const isSigned = async (code, key) => {
    const imported = await crypto.subtle.importKey("raw", unhex(key.public_key), { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, imported, code.signature, code.signed);
  };

  // The verdict: {reason, code?}. ``statusOf(code)`` answers valid, revoked, not_recorded or list_unknown; now in seconds.
  const judge = async (text, { keys, statusOf, now }) => {
    let code;
    try { code = read(text); } catch (error) { if (error instanceof Malformed) return { reason: "malformed" }; throw error; }
    const key = keys.find((one) => one.kid === code.kid);
    if (!key) return { reason: "unknown_key" };
    if (!(await isSigned(code, key))) return { reason: "edited" };
    if (key.state === "withdrawn") return { reason: "key_withdrawn", code };
    const began = code.notBefore >= Date.parse(key.signs_from) / 1000 - SKEW;
    if (code.issuer !== key.issuer || !key.types.includes(code.content.type) || !began) return { reason: "wrong_scope", code };
    if (now < code.notBefore - SKEW) return { reason: "not_yet", code };
    if (now >= code.expires) return { reason: "expired", code };
    return { reason: statusOf(code), code };
  };

  const statusFrom = (lists) => (code) => {
    const [number, index] = code.content.status, list = lists[`${code.issuer}/${number}`];
    if (list === undefined) return "list_unknown";
    const bits = Uint8Array.from(atob(list), (character) => character.charCodeAt(0));
    if (index >> 3 >= bits.length) return "list_unknown";
    return (bits[index >> 3] >> (index & 7)) & 1 ? "revoked" : "valid";
  };
  return { judge, statusFrom };
})();
