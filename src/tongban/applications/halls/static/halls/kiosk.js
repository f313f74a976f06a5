// The hall's tablet: prints the slip once, and clears a form nobody has touched for a minute, after asking.
// Chromium started with --kiosk-printing prints without a question.
"use strict";
if (document.querySelector("[data-ticket]")) window.addEventListener("load", () => window.print());
(() => {
  const more = document.querySelector("[data-clear]");
  if (!more) return;
  let clears = 0;
  const wait = () => {
    clearTimeout(clears);
    clears = setTimeout(() => location.replace(more.dataset.again), Number(more.dataset.clear) * 1000);
  };
  more.hidden = false;
  more.addEventListener("click", wait);
  wait();
})();
(() => {
  const box = document.querySelector("[data-idle]");
  if (!box) return;
  const button = box.querySelector("button");
  let asks = 0, clears = 0;
  const clear = () => location.replace(box.dataset.again);
  function wait() {
    clearTimeout(asks);
    clearTimeout(clears);
    box.hidden = true;
    asks = setTimeout(() => {
      if (![...document.querySelectorAll("form [name=name], form [name=document_number], form [name=phone]")].some((one) => one.value) && !document.querySelector("[role=alert]")) {
        wait();
        return;
      }
      box.hidden = false;
      button.focus();
      clears = setTimeout(clear, 15000);
    }, Number(box.dataset.idle) * 1000);
  }
  for (const what of ["pointerdown", "keydown", "input"]) document.addEventListener(what, wait);
  // A page that comes back out of the browser's memory would show the last visitor's answers.
  window.addEventListener("pageshow", (event) => { if (event.persisted) clear(); });
  wait();
})();
