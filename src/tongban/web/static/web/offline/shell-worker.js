// Keeps the pages and files of an app that has to start without a network. A page's own worker says which:
//   const SHELL = {name, version, page, files, reader}; importScripts(this file)
// The reader of codes is kept where the browser reads none itself, and wherever it was asked for.
// The network comes first for the page, so that a new version is there at the next start; files are named by their version.
"use strict";
(() => {
  const kept = `tongban-${SHELL.name}-${SHELL.version}`;
  const everything = [SHELL.page, ...SHELL.files, ...("BarcodeDetector" in self ? [] : SHELL.reader)];

  self.addEventListener("install", (event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(kept);
      // All or nothing: half of an app is none.
      await Promise.all(everything.map(async (address) => {
        const answer = await fetch(new Request(address, { cache: "reload" }));
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        await cache.put(address, answer);
      }));
      await self.skipWaiting();
    })());
  });

  self.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(`tongban-${SHELL.name}-`) && name !== kept);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })());
  });

  async function page(request) {
    const cache = await caches.open(kept);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 3000); // a network that is there and does not answer
    try {
      const answer = await fetch(request.url, { signal: stop.signal, credentials: "same-origin" });
      if (answer.ok && !answer.redirected) { await cache.put(SHELL.page, answer.clone()); return answer; }
    } catch { /* below */ } finally { clearTimeout(timer); }
    return (await cache.match(SHELL.page)) || Response.error();
  }

  async function keptOnceAsked(request, path) {
    const cache = await caches.open(kept), known = await cache.match(path);
    if (known) return known;
    const answer = await fetch(request);
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  }

  self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
    if (event.request.mode === "navigate" && address.pathname === SHELL.page) { event.respondWith(page(event.request)); return; }
    if (SHELL.reader.includes(address.pathname)) { event.respondWith(keptOnceAsked(event.request, address.pathname)); return; }
    if (!SHELL.files.includes(address.pathname)) return;
    event.respondWith((async () => (await (await caches.open(kept)).match(address.pathname)) || fetch(event.request))());
  });
})();
