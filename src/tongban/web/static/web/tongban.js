/* Small comforts for pages that already work without JavaScript. Nothing here is needed to get something done. */
(function () {
  "use strict";
  var doc = document;
  var typing = function (target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  };

  /* Copy a number: the button shows only where copying is possible. */
  function offerCopying(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy][hidden]").forEach(function (button) {
      button.hidden = false;
    });
  }

  function copy(button) {
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var label = button.querySelector("span");
      var before = label.textContent;
      label.textContent = button.dataset.done;
      setTimeout(function () { label.textContent = before; }, 2000);
    });
  }

  function shutMenus(except) {
    doc.querySelectorAll("details.tb-menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  doc.addEventListener("click", function (event) {
    var target = event.target.closest("[data-copy],[data-print],[data-close],[data-back]");
    shutMenus(event.target.closest("details.tb-menu"));
    if (!target) return;
    if (target.hasAttribute("data-copy")) copy(target);
    if (target.hasAttribute("data-print")) window.print();
    if (target.hasAttribute("data-close")) target.closest(target.dataset.close).remove();
    if (target.hasAttribute("data-back") && history.length > 1) { event.preventDefault(); history.back(); }
  });

  /* A second press of a slow button would send the form twice; the page's cache may bring the button back. */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-repeat") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post") form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  /* Lists that choose at once: a select with data-submit sends its form. */
  doc.addEventListener("change", function (event) {
    if (event.target.hasAttribute("data-submit")) event.target.form.requestSubmit();
  });

  /* Keyboard: / to the search box, j and k through the rows of a list, Enter opens, Escape shuts menus. */
  function step(by) {
    var rows = Array.prototype.slice.call(doc.querySelectorAll("[data-rows] tbody tr"));
    if (!rows.length) return;
    var at = rows.findIndex(function (row) { return row.classList.contains("is-chosen"); });
    var to = Math.min(Math.max(at + by, 0), rows.length - 1);
    if (rows[at]) rows[at].classList.remove("is-chosen");
    rows[to].classList.add("is-chosen");
    var link = rows[to].querySelector("a");
    if (link) link.focus();
  }

  doc.addEventListener("keydown", function (event) {
    if (event.key === "Escape") shutMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    var box = doc.querySelector("[data-search-box]");
    if (event.key === "/" && box) { event.preventDefault(); box.focus(); box.select(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });

  /* Errors first: a reader of the screen hears the summary. */
  var summary = doc.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  /* htmx sends the token that Django wants, and never runs code that stands in attributes. */
  doc.addEventListener("htmx:configRequest", function (event) {
    var token = doc.querySelector("meta[name=csrf-token]");
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  doc.addEventListener("htmx:load", function (event) { offerCopying(event.detail.elt); });
  offerCopying(doc);
  doc.querySelectorAll("[data-needs-script][hidden]").forEach(function (part) { part.hidden = false; });
})();
