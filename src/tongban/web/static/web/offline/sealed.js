// A shelf whose values and rows are sealed with AES-GCM under a key that this browser made and hands to nobody. That keeps
// what lies there from whoever copies the browser's files, not from whoever holds the phone unlocked: keep little, and not long.
//
//   const shelf = await openSealed(await openShelf("grid-round"));     // the same things as a shelf

const KEY = "key";

export async function openSealed(shelf) {
  let key = await shelf.get(KEY);
  if (!key) {
    key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await shelf.put(KEY, key);
  }
  const sealed = async (value) => {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const content = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(JSON.stringify(value)));
    return { nonce, content };
  };
  // What another key sealed cannot be read any more: it counts as not there.
  const opened = async (kept) => {
    try {
      const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.nonce }, key, kept.content);
      return JSON.parse(new TextDecoder().decode(clear));
    } catch { return undefined; }
  };
  return {
    get: async (name) => { const kept = await shelf.get(name); return kept && opened(kept); },
    put: async (name, value) => shelf.put(name, await sealed(value)),
    remove: (name) => shelf.remove(name),
    add: async (row) => shelf.add(await sealed(row)),
    drop: (place) => shelf.drop(place),
    count: () => shelf.count(),
    every: async () => Promise.all((await shelf.every()).map(async ({ key: place, row }) => ({ key: place, row: await opened(row) }))),
  };
}
