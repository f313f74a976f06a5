// Visitors without a pass: the home is asked through the house, and its answer is shown as a verdict; or the guard telephones
// and notes what was said. Needs the network: without it the guard is told to telephone. A question outlives its page: its mark
// lies on the phone until it is answered or nobody can answer it any more, never the visitor's name.
//
//   const callers = openCallers(root, words, { device, shelf, gate: () => 1, answered: (isWelcome, caller) => … });
//   await callers.resume();
import { Refused } from "../web/offline/device.js";
import { fill, partsOf } from "../web/offline/door.js";

const LOOK_EVERY = 3000, ANSWERED_WITHIN = 900000, KEPT = "caller";

export function openCallers(root, words, { device, shelf, gate, answered }) {
  const part = partsOf(root);
  let nonce = "", timer = 0;
  const say = (text) => { part("caller-state").textContent = text; };
  const trouble = (error) => say(error instanceof Refused ? error.message : words.no_network);
  const ask = async (path, body) => (await device.ask(path, body && { method: "POST", body })).body;

  const forget = () => { nonce = ""; return shelf.remove(KEPT); };
  function told(caller) {
    const isOpen = caller.state === "asked";
    part("caller-noted").hidden = !isOpen;
    part("caller").querySelector("button").disabled = isOpen;
    if (isOpen) { say(fill(caller.is_told ? words.callers.waiting : words.callers.nobody, caller)); timer = setTimeout(look, LOOK_EVERY); return; }
    forget();
    say(caller.state === "past" ? fill(words.callers.past, caller) : "");
    part("caller-who").value = "";
    if (caller.state !== "past") { part("caller").reset(); answered(caller.state === "agreed", caller); }
  }
  async function look() {
    if (!nonce) return;
    const asked = nonce;
    try {
      const caller = await ask(`/api/gates/callers?nonce=${asked}`);
      if (asked === nonce) told(caller);
    } catch (error) {
      trouble(error);
      if (asked !== nonce) return;
      if (error instanceof Refused && error.status === 404) await forget(); // it never arrived: the guard asks again
      else timer = setTimeout(look, LOOK_EVERY);
    }
  }
  part("caller").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = crypto.randomUUID(), body = { nonce: said, gate: gate(), place: part("caller-place").value.trim(), name: part("caller-name").value.trim() };
    try {
      await shelf.put(KEPT, { nonce: said, at: device.now().getTime() }); // before it is asked: the page may be closed meanwhile
      const caller = await ask("/api/gates/callers", body);
      nonce = said;
      told(caller);
    } catch (error) { trouble(error); }
  });
  for (const button of root.querySelectorAll("[data-noted]")) button.addEventListener("click", async () => {
    clearTimeout(timer);
    try {
      told(await ask("/api/gates/callers/answer", { nonce, is_welcome: button.dataset.noted === "yes", who: part("caller-who").value.trim() }));
    } catch (error) { trouble(error); timer = setTimeout(look, LOOK_EVERY); }
  });
  return {
    // A question whose page was closed before the answer. What is older than an answer can be is nobody's at this gate any more.
    async resume() {
      const kept = await shelf.get(KEPT);
      if (!kept || nonce) return;
      if (device.now().getTime() - kept.at > ANSWERED_WITHIN) { await forget(); return; }
      nonce = kept.nonce;
      part("caller").closest("details").open = true;
      await look();
    },
  };
}
