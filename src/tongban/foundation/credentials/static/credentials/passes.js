// Judges passes and certificates without any network, as strictly as tongban_verify.passes does in Python: the same golden
// vectors hold both to the same verdicts. An ES module without dependencies; nothing else in the house judges in a browser.
//
//   const trust = await openTrustList(bytes, { roots, now, seen });      // {list} or {reason}
//   const status = await openStatusList(bytes, trust.list, { now, seen });
//   const verdict = await judge(text, { trust: trust.list, lists: new Map([[status.list.address, status.list]]), now, here, gate });
//   verdict: { reason, code?, age?, amber }     now in seconds, roots as Uint8Arrays, here a region's code, gate a number
//
// Where the browser has no Ed25519 (before Chrome 137), useFallback(() => import(the vendored noble-ed25519)) supplies it.

const PREFIX = "TB1:", LONGEST = 600, CONTENT = -65537, SKEW = 60, ROTATING = 90;
const TRUST_TYPE = "application/tongban-trust-list+cwt", TRUST_CONTENT = -65538, TRUST_LIFETIME = 7 * 86400, TRUST_LARGEST = 65536;
const STATUS_TYPE = "application/statuslist+cwt", MIN_VERSION = -65538, STATUS_BYTES = 2 ** 21, STATUS_LARGEST = STATUS_BYTES + 65536;
const AMBER_AFTER = 86400, ONLINE_AFTER = 7 * 86400, COME_AND_GO = ["visitor", "courier"];
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

// CBOR, only what a code holds: whole numbers, bytes, text, lists, maps with whole numbers or texts as keys.
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
const decode = (bytes, depth = 4) => {
  let at = 0;
  const take = (count) => { need(at + count <= bytes.length); at += count; return bytes.subarray(at - count, at); };
  const size = (low) => {
    if (low < 24) return low;
    need(low <= 27);
    const number = take(2 ** (low - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    need(Number.isSafeInteger(number));
    return number;
  };
  const item = (level) => {
    need(level <= depth);
    const first = take(1)[0], major = first >> 5, number = size(first & 31);
    if (major === 0) return number;
    if (major === 1) return -1 - number;
    if (major === 2) return Uint8Array.from(take(number));
    if (major === 3) { try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(number)); } catch { throw new Malformed(); } }
    need(major === 4 || major === 5);
    need(number <= bytes.length);
    if (major === 4) return Array.from({ length: number }, () => item(level + 1));
    const map = new Map();
    for (let i = 0; i < number; i++) {
      const key = item(level + 1);
      need((typeof key === "number" || typeof key === "string") && !map.has(key));
      map.set(key, item(level + 1));
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
const isWhole = (value, below) => typeof value === "number" && value >= 0 && value < below;
const isShape = (value, shape) => (shape === "bytes" ? isBytes(value, 8) : shape === "int" ? isWhole(value, 2 ** 53) : typeof value === "string");
const holds = (map, keys) => map instanceof Map && map.size === keys.length && keys.every((key) => map.has(key));
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

// COSE_Sign1, read as strictly as tongban_verify/passes/cose.py reads it.
const openToken = (token, mediaType, depth = 4) => {
  const outer = decode(token);
  need(Array.isArray(outer) && outer.length === 4);
  const [marked, unmarked, payload, signature] = outer;
  need(isBytes(marked) && unmarked instanceof Map && unmarked.size === 0 && isBytes(payload) && isBytes(signature, 64));
  const header = decode(marked);
  need(holds(header, mediaType ? [1, 4, 16] : [1, 4]) && header.get(1) === -8 && isBytes(header.get(4), 4));
  need(!mediaType || header.get(16) === mediaType);
  const covered = Uint8Array.from(encode(["Signature1", marked, new Uint8Array(0), payload]));
  return { kid: hex(header.get(4)), payload: decode(payload, depth), covered, signature };
};

let loadFallback = null, fallback = null;
const imported = new Map(); // keys are few and asked for at every scan
export const useFallback = (load) => { loadFallback = load; };
const viaSubtle = async (signed, key) => {
  const name = hex(key);
  if (!imported.has(name)) imported.set(name, await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]));
  return crypto.subtle.verify({ name: "Ed25519" }, imported.get(name), signed.signature, signed.covered);
};
const isSigned = async (signed, key) => {
  if (!fallback) {
    try { return await viaSubtle(signed, key); } catch (error) {
      if (!loadFallback) throw error;
      fallback = await loadFallback();
    }
  }
  return fallback.verifyAsync(signed.signature, signed.covered, key, { zip215: false });
};
const kidOf = async (key) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", key)).subarray(0, 4));
// Malformed becomes its reason; a browser that cannot check at all says so by the error it throws.
const guarded = async (reason, work) => {
  try { return await work(); } catch (error) { if (error instanceof Malformed) return { reason }; throw error; }
};

const moment = (value) => { need(isWhole(value, 2 ** 33)); return value; };
const trustedKey = async (line) => {
  need(holds(line, [1, 2, 3, 4, 5, 6, 7]) && isBytes(line.get(2), 32) && isBytes(line.get(1), 4));
  need(hex(line.get(1)) === await kidOf(line.get(2)));
  need(typeof line.get(3) === "string" && typeof line.get(7) === "string");
  need(Array.isArray(line.get(4)) && line.get(4).every((one) => typeof one === "number" && TYPES[one]));
  return {
    kid: hex(line.get(1)), key: line.get(2), scope: line.get(3), types: line.get(4).map((one) => TYPES[one]),
    signsFrom: moment(line.get(5)), verifiesUntil: moment(line.get(6)), status: line.get(7),
  };
};
const trustList = async (facts) => {
  need(holds(facts, [1, 4, 6, TRUST_CONTENT]) && typeof facts.get(1) === "string");
  const said = facts.get(TRUST_CONTENT);
  need(holds(said, [1, 2, 3, 4]) && isWhole(said.get(1), 2 ** 32) && isWhole(said.get(2), 2 ** 32));
  need(Array.isArray(said.get(3)) && Array.isArray(said.get(4)) && said.get(4).every((kid) => isBytes(kid, 4)));
  const keys = new Map();
  for (const line of said.get(3)) { const key = await trustedKey(line); need(!keys.has(key.kid)); keys.set(key.kid, key); }
  const issued = moment(facts.get(6)), expires = moment(facts.get(4));
  need(expires - issued <= TRUST_LIFETIME);
  return { city: facts.get(1), version: said.get(1), minVersion: said.get(2), issued, expires, keys, withdrawn: new Set(said.get(4).map(hex)) };
};
const troubleOf = (list, now, needed) => {
  if (now < list.issued - SKEW) return "clock_wrong"; // a list is signed before it is seen: this clock must be behind
  if (now >= list.expires) return "list_expired";
  return list.version < Math.max(needed, list.minVersion) ? "list_superseded" : "";
};
export const openTrustList = (token, { roots, now, seen = 0 }) => guarded("list_malformed", async () => {
  need(token.length <= TRUST_LARGEST);
  const signed = openToken(token, TRUST_TYPE, 6), list = await trustList(signed.payload);
  let root = null;
  for (const one of roots) if (!root && (await kidOf(one)) === signed.kid) root = one;
  if (!root) return { reason: "unknown_root" };
  if (!(await isSigned(signed, root))) return { reason: "list_edited" };
  if (list.version < seen) return { reason: "list_rolled_back" };
  const reason = troubleOf(list, now, 0);
  return reason ? { reason } : { list };
});

// A zlib stream that holds nothing else, at most 2^24 bits; the browser's reader refuses what comes after its end.
export const unpack = async (packed) => {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const bits = new Uint8Array(STATUS_BYTES);
  let length = 0;
  for (;;) {
    const part = await reader.read().catch(() => { throw new Malformed(); });
    if (part.done) return bits.slice(0, length);
    if (length + part.value.length > STATUS_BYTES) { await reader.cancel(); throw new Malformed(); }
    bits.set(part.value, length);
    length += part.value.length;
  }
};
export const openStatusList = (token, trust, { now, seen = 0 }) => guarded("list_malformed", async () => {
  need(token.length <= STATUS_LARGEST && token[0] === 0xd2);
  const signed = openToken(token.subarray(1), STATUS_TYPE), facts = signed.payload;
  need(holds(facts, [2, 6, 65533, 65534, MIN_VERSION]) && typeof facts.get(2) === "string");
  need(typeof facts.get(65534) === "number" && typeof facts.get(MIN_VERSION) === "number");
  const said = facts.get(65533), issued = moment(facts.get(6));
  need(holds(said, ["bits", "lst"]) && said.get("bits") === 1 && isBytes(said.get("lst")));
  const bits = await unpack(said.get("lst")), key = trust.keys.get(signed.kid);
  if (trust.withdrawn.has(signed.kid)) return { reason: "key_withdrawn" };
  if (!key) return { reason: "unknown_key" };
  if (!(await isSigned(signed, key.key))) return { reason: "list_edited" };
  if (issued < seen) return { reason: "list_rolled_back" };
  if (now < issued - SKEW) return { reason: "clock_wrong" };
  return { list: { address: facts.get(2), issued, bits, kid: signed.kid, minVersion: facts.get(MIN_VERSION) } };
});

const holderKey = (found) => {
  need(holds(found, [1]) && holds(found.get(1), [1, -1, -2]));
  const key = found.get(1);
  need(key.get(1) === 1 && key.get(-1) === 6 && isBytes(key.get(-2), 32));
  return key.get(-2);
};
const content = (found) => {
  need(found instanceof Map && [1, 2, 3].every((key) => found.has(key)));
  for (const [key, value] of found) need(key === 1 || key === 2 || (SHAPES[key] && isShape(value, SHAPES[key])));
  const status = found.get(2);
  need(typeof found.get(1) === "number" && TYPES[found.get(1)]);
  need(Array.isArray(status) && status.length === 2 && status.every((n) => isWhole(n, 2 ** 32)));
  return {
    type: TYPES[found.get(1)], name: found.get(3), place: found.get(4) || "", gates: found.get(5), photo: found.has(6) ? hex(found.get(6)) : "",
    plate: found.get(7) || "", number: found.get(8) || "", status,
  };
};
export const read = (text) => {
  need(text.startsWith(PREFIX) && text.length <= LONGEST);
  const signed = openToken(base45(text.slice(PREFIX.length))), facts = signed.payload;
  need(holds(facts, facts instanceof Map && facts.has(8) ? [1, 4, 5, 7, 8, CONTENT] : [1, 4, 5, 7, CONTENT]));
  need(typeof facts.get(1) === "string" && isBytes(facts.get(7), 8));
  const code = {
    kid: signed.kid, issuer: facts.get(1), expires: moment(facts.get(4)), notBefore: moment(facts.get(5)), cti: hex(facts.get(7)),
    holderKey: facts.has(8) ? holderKey(facts.get(8)) : null, content: content(facts.get(CONTENT)), signed,
  };
  return { ...code, isRotating: code.expires - code.notBefore <= ROTATING };
};

const scopeOf = (code, key) => {
  // A key signs for its period only; nothing in a credential says when it was signed, so both its ends are looked at.
  const inTime = code.notBefore >= key.signsFrom - SKEW && code.expires <= key.verifiesUntil;
  return code.issuer.startsWith(key.scope) && key.types.includes(code.content.type) && inTime ? "" : "wrong_scope";
};
const placeOf = (code, here, gate) => {
  if (!code.issuer.startsWith(here)) return "another_community";
  const gates = code.content.gates;
  const opens = gate === null || gates === undefined || (gate >= 0 && gate < 53 && Math.floor(gates / 2 ** gate) % 2 === 1);
  return opens ? "" : "wrong_gate";
};
const datesOf = (code, now) => {
  if (now < code.notBefore - SKEW) return code.isRotating ? "clock_wrong" : "not_yet";
  if (code.isRotating) return now >= code.expires + SKEW ? "stale_code" : "";
  return now >= code.expires ? "expired" : "";
};
const listOf = (code, key, trust, lists) => {
  const [number] = code.content.status;
  const found = lists.get(key.status.split("{issuer}").join(code.issuer).split("{list}").join(String(number)));
  const signer = found && !trust.withdrawn.has(found.kid) ? trust.keys.get(found.kid) : null;
  return signer && code.issuer.startsWith(signer.scope) && signer.types.includes(code.content.type) ? found : null;
};
const statusOf = (code, list, now) => {
  const index = code.content.status[1], place = Math.floor(index / 8);
  if (place >= list.bits.length) return "list_unknown";
  if ((list.bits[place] >> (index % 8)) & 1) return "revoked";
  if (now < list.issued - SKEW) return "clock_wrong";
  return COME_AND_GO.includes(code.content.type) && now - list.issued > ONLINE_AFTER ? "online_only" : "valid";
};
export const judge = (text, { trust, lists, now, here = "", gate = null }) => guarded("malformed", async () => {
  const code = read(text), needed = Math.max(0, ...[...lists.values()].map((one) => one.minVersion));
  const trouble = troubleOf(trust, now, needed);
  if (trouble) return { reason: trouble };
  if (trust.withdrawn.has(code.kid)) return { reason: "key_withdrawn" };
  const key = trust.keys.get(code.kid);
  if (!key) return { reason: "unknown_key" };
  if (!(await isSigned(code.signed, key.key))) return { reason: "edited" };
  const reason = scopeOf(code, key) || placeOf(code, here, gate) || datesOf(code, now);
  if (reason) return { reason, code, amber: false };
  const list = listOf(code, key, trust, lists);
  if (!list) return { reason: "list_unknown", code, amber: false };
  const age = now - list.issued;
  return { reason: statusOf(code, list, now), code, age, amber: age > AMBER_AFTER };
});
