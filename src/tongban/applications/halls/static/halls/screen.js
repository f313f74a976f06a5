// The screen on the wall: asks for the snapshot every two seconds, shows the whole state each time, says new calls aloud
// twice where the browser has a voice, and says openly when it has lost its connection.
"use strict";
(() => {
  const root = document.querySelector("[data-board]");
  const english = document.documentElement.lang === "en";
  const known = new Set();
  let version = "", first = true, missed = 0;
  const text = (zh, en) => (english ? en : zh);
  const row = (...parts) => {
    const li = document.createElement("li");
    for (const part of parts) {
      const span = document.createElement("span");
      span.textContent = part;
      li.append(span);
    }
    return li;
  };
  function say(call) {
    document.querySelector("[data-say]").textContent = english ? call.say_en : call.say;
    if (!("speechSynthesis" in window)) return;
    for (let n = 0; n < 2; n += 1) {
      const speech = new SpeechSynthesisUtterance(call.say);
      speech.lang = "zh-CN";
      speech.rate = 0.9;
      window.speechSynthesis.speak(speech);
    }
  }
  function show(board) {
    const calls = document.querySelector("[data-calls]");
    calls.replaceChildren(...board.calls.slice(0, 8).map((call) => {
      const li = row(call.number, text(`${call.window} 号窗口`, `Window ${call.window}`));
      if (call.state === "called") li.className = "is-new";
      if (call.state === "called" && !known.has(call.call)) {
        known.add(call.call);
        if (!first) say(call);
      }
      return li;
    }));
    if (!board.calls.length) calls.append(row("—"));
    document.querySelector("[data-lines]").replaceChildren(...board.lines.map((line) => {
      const li = document.createElement("li");
      const b = document.createElement("b");
      b.textContent = line.prefix;
      li.append(b, text(` ${line.name} · ${line.waiting} 人 · ${line.wait}`, ` ${line.name_en} · ${line.waiting} waiting · ${line.wait_en}`));
      return li;
    }));
    document.querySelector("[data-inside]").textContent = text(`厅内 ${board.inside} / ${board.capacity} 人`, `${board.inside} / ${board.capacity} inside`);
    first = false;
  }
  async function ask() {
    try {
      // The browser itself asks whether anything changed (ETag, 304) and answers from its cache when not.
      const answer = await fetch(root.dataset.board, { cache: "no-cache" });
      if (!answer.ok) throw new Error(String(answer.status));
      const board = await answer.json();
      if (board.version !== version) show(board);
      version = board.version;
      missed = 0;
    } catch {
      missed += 1;
      if (missed > 2) version = ""; // after a gap the whole state is asked for again
    }
    document.querySelector("[data-stale]").hidden = missed < 2;
    setTimeout(ask, 2000);
  }
  async function digits() {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "application/json" }, cache: "no-store" });
      document.querySelector("[data-digits]").textContent = (await answer.json()).code;
    } catch { /* the old digits are accepted for two minutes */ }
    setTimeout(digits, 10000);
  }
  ask();
  setTimeout(digits, 10000);
})();
