// The window's desk by keyboard: each button names its key; typing in a field is left alone. While nobody is at the
// window the page asks for the queue anew every ten seconds.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const at = event.target;
  if (at instanceof HTMLElement && at.closest("input, select, textarea, button, a") && event.key !== "Escape") {
    if (event.key === "Enter" || at.closest("input, select, textarea")) return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!found) return;
  event.preventDefault();
  if (found.tagName === "SELECT") found.focus();
  else found.click();
});
if (!document.querySelector(".hall-now .hall-number")) {
  setInterval(() => {
    if (document.visibilityState === "visible" && !document.querySelector(":focus:is(input, select)")) location.reload();
  }, 10000);
}
