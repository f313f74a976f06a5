// What a device keeps between two starts: values by name and lists in their order, in IndexedDB. Everything returns promises.
//
//   const shelf = await openShelf("hall-scanner");
//   await shelf.put("door", {...}); await shelf.get("door");
//   const key = await shelf.add({...}); await shelf.every(); await shelf.drop(key); await shelf.clear();

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

export async function openShelf(name) {
  const opening = indexedDB.open(`tongban-${name}`, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("values");
    opening.result.createObjectStore("rows", { autoIncrement: true });
  };
  const base = await asked(opening);
  const store = (kind, mode = "readonly") => base.transaction(kind, mode).objectStore(kind);
  // A write is told of when it is on the disk, not when it was asked for: the battery may be out the next moment.
  const written = (kind, work) => new Promise((done, failed) => {
    const change = base.transaction(kind, "readwrite", { durability: "strict" });
    const request = work(change.objectStore(kind));
    change.oncomplete = () => done(request.result);
    change.onerror = change.onabort = () => failed(change.error);
  });
  return {
    get: (key) => asked(store("values").get(key)),
    put: (key, value) => written("values", (values) => values.put(value, key)),
    remove: (key) => written("values", (values) => values.delete(key)),
    add: (row) => written("rows", (rows) => rows.add(row)),
    drop: (key) => written("rows", (rows) => rows.delete(key)),
    count: () => asked(store("rows").count()),
    every: async () => {
      const rows = store("rows");
      const [keys, values] = await Promise.all([asked(rows.getAllKeys()), asked(rows.getAll())]);
      return keys.map((key, place) => ({ key, row: values[place] }));
    },
    clear: async () => { await written("values", (values) => values.clear()); await written("rows", (rows) => rows.clear()); },
  };
}
