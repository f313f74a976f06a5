// What was done without the house and has to reach it: kept on the shelf in its order, sent one after the other, each with a
// key of its own so that sending twice is once. What the house refuses for good is put aside and counted, never lost in silence.
// What is not ``mine`` waits for whoever did it, and keeps nothing else back.
//
//   const outbox = openOutbox(shelf, async (row) => device.ask(...), { told: (row, answer) => …, mine: (row) => … });
//   await outbox.put({...}); await outbox.deliver(); await outbox.state();     // {waiting, refused}

import { Offline, Refused } from "./device.js";

const REFUSED = "refused";
const FOR_GOOD = [400, 404, 409, 410, 413, 422];

export function openOutbox(shelf, send, { told = () => {}, mine = () => true } = {}) {
  let running = null;

  async function once() {
    for (const { key, row } of await shelf.every()) {
      if (!mine(row)) continue;
      try {
        const answer = await send(row);
        await shelf.drop(key);
        told(row, answer);
      } catch (error) {
        if (!(error instanceof Refused) || !FOR_GOOD.includes(error.status)) throw error; // try again later
        await shelf.put(REFUSED, [...((await shelf.get(REFUSED)) || []), { row, why: error.message }].slice(-100));
        await shelf.drop(key);
        told(row, error);
      }
    }
  }
  return {
    put: (row) => shelf.add(row),
    // Only one delivery at a time: two would send the same row side by side.
    deliver: () => (running = running || once().finally(() => { running = null; })),
    state: async () => ({ waiting: await shelf.count(), refused: ((await shelf.get(REFUSED)) || []).length }),
    refused: async () => (await shelf.get(REFUSED)) || [],
    read: () => shelf.remove(REFUSED),
  };
}
export { Offline, Refused };
