// A device that was enrolled: it exchanges its code for a token once, speaks to the house with it, and knows how wrong its
// own clock is. The token stays in the browser's own storage; a device that is lost is stopped in the house.
//
//   const device = openDevice(shelf);
//   await device.enrol("ABCDE-FGHJK");            // throws Refused with the house's words
//   await device.isEnrolled(); await device.forget();
//   const answer = await device.ask("/api/halls/X/door", { etag });     // {status, body, etag}; throws Offline or Refused
//   device.now()                                   // Date by the house's clock, as far as it is known

const PATIENCE = 4000;
const SKEW_KEPT = "skew";

export class Offline extends Error {}
export class Refused extends Error {
  constructor(status, body) {
    super((body && body.message) || `HTTP ${status}`);
    this.status = status;
    this.code = (body && body.code) || "";
  }
}

export function openDevice(shelf, { language = document.documentElement.lang, patience = PATIENCE } = {}) {
  let skew = 0;
  const ready = shelf.get(SKEW_KEPT).then((kept) => { skew = kept || 0; });

  async function spoken(path, options, token) {
    const headers = { Accept: "application/json", "Accept-Language": language, ...(token && { Authorization: `Bearer ${token}` }), ...options.headers };
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const began = Date.now();
      const answer = await fetch(path, { method: options.method || "GET", headers, body, cache: "no-store", credentials: "omit", signal: stop.signal });
      const text = await answer.text();
      if (answer.status >= 502) throw new Offline(String(answer.status)); // a proxy before a house that is down
      const told = Date.parse(answer.headers.get("Date") || "");
      // Half of the way is the best guess; a second more or less is nothing to a door.
      if (told) { skew = Math.round(told + 500 - (began + Date.now()) / 2); shelf.put(SKEW_KEPT, skew); }
      return { status: answer.status, text, etag: answer.headers.get("ETag") || "" };
    } catch (error) {
      throw error instanceof Offline ? error : new Offline(String(error));
    } finally {
      clearTimeout(timer);
    }
  }
  const parsed = (answer) => {
    let body = null;
    try { body = answer.text ? JSON.parse(answer.text) : null; } catch { throw new Offline("not the house"); } // a hotel's log-in page
    if (answer.status >= 400) throw new Refused(answer.status, body);
    return { status: answer.status, body, etag: answer.etag };
  };

  return {
    isEnrolled: async () => Boolean(await shelf.get("token")),
    enrol: async (code) => {
      const { body } = parsed(await spoken("/api/devices/activate", { method: "POST", body: { code } }));
      await shelf.put("token", body.token);
    },
    forget: () => shelf.clear(),
    ask: async (path, options = {}) => {
      await ready;
      const headers = { ...(options.etag && { "If-None-Match": options.etag }), ...(options.key && { "Idempotency-Key": options.key }) };
      return parsed(await spoken(path, { ...options, headers }, await shelf.get("token")));
    },
    now: () => new Date(Date.now() + skew),
    skew: () => skew,
  };
}
