// What was done without the house and has to reach it: kept on the shelf in its order, sent one after the other, each with a
// key of its own so that sending twice is once. What the house refuses for good is put aside and counted, never lost in silence.
// What is not ``mine`` waits for whoever did it, and keeps nothing else back.
//
//   const outbox = openOutbox(shelf, async (row) => device.ask(...), { told: (row, answer) => …, mine: (row) => … });
//   await outbox.put({...}); await outbox.deliver(); await outbox.state();     // {waiting, refused}
//
// With {batch: 500} `send` gets so many rows at once; a batch that is refused for good is sent again row by row.

import { Offline, Refused } from "./device.js";

const REFUSED = "refused";
const FOR_GOOD = [400, 404, 409, 410, 413, 422];

// Whether the house says no and will say so again; anything else is worth another try.
export const isForGood = (error) => error instanceof Refused && FOR_GOOD.includes(error.status);

export function openOutbox(shelf, send, { told = () => {}, mine = () => true, batch = 0 } = {}) {
  let running = null;

  async function inBatches(waiting) {
    for (let begin = 0; begin < waiting.length; begin += batch) {
      const some = waiting.slice(begin, begin + batch);
      try { await send(some.map((one) => one.row)); } catch (error) {
        if (!isForGood(error)) throw error;
        await oneByOne(some);
        continue;
      }
      for (const { key } of some) await shelf.drop(key);
    }
  }
  async function oneByOne(waiting) {
    for (const { key, row } of waiting) {
      try {
        const answer = await send(batch ? [row] : row);
        await shelf.drop(key);
        told(row, answer);
      } catch (error) {
        if (!isForGood(error)) throw error; // try again later
        await shelf.put(REFUSED, [...((await shelf.get(REFUSED)) || []), { row, why: error.message }].slice(-100));
        await shelf.drop(key);
        told(row, error);
      }
    }
  }
  async function once() {
    const waiting = (await shelf.every()).filter((one) => mine(one.row));
    await (batch ? inBatches(waiting) : oneByOne(waiting));
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
