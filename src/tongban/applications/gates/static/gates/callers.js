// Visitors without a pass: the home is asked through the house, and its answer is shown as a verdict; or the guard telephones
// and notes what was said. Needs the network: without it the guard is told to telephone.
//
//   openCallers(root, words, { device, gate: () => 1, answered: (isWelcome, caller) => … });
import { Refused } from "../web/offline/device.js";
import { fill, partsOf } from "../web/offline/door.js";

const LOOK_EVERY = 3000;

export function openCallers(root, words, { device, gate, answered }) {
  const part = partsOf(root);
  let nonce = "", timer = 0;
  const say = (text) => { part("caller-state").textContent = text; };
  const trouble = (error) => say(error instanceof Refused ? error.message : words.no_network);
  const ask = async (path, body) => (await device.ask(path, body && { method: "POST", body })).body;

  function told(caller) {
    const isOpen = caller.state === "asked";
    part("caller-noted").hidden = !isOpen;
    part("caller").querySelector("button").disabled = isOpen;
    if (isOpen) { say(fill(caller.is_told ? words.callers.waiting : words.callers.nobody, caller)); timer = setTimeout(look, LOOK_EVERY); return; }
    nonce = "";
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
    } catch (error) { trouble(error); if (asked === nonce) timer = setTimeout(look, LOOK_EVERY); }
  }
  part("caller").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = crypto.randomUUID(), body = { nonce: said, gate: gate(), place: part("caller-place").value.trim(), name: part("caller-name").value.trim() };
    try {
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
}
