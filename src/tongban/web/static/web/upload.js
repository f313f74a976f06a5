/* Sends a chosen file at once and resumably (tus 1.0); the form then carries the document's id instead of the file.
   Without this script the form sends the file itself. */
(function () {
  "use strict";

  function fingerprint(file, options) {
    // What the browser remembers for resuming: a hash, since file names on a shared computer tell about people.
    if (!window.crypto || !crypto.subtle) return Promise.resolve(null);
    const text = [file.name, file.type, file.size, file.lastModified, options.endpoint, options.metadata.purpose].join("|");
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)).then(function (hash) {
      return "tongban-" + Array.from(new Uint8Array(hash)).map(function (b) { return b.toString(16).padStart(2, "0"); }).join("");
    });
  }

  function prepare(box) {
    if (box.dataset.ready || !window.tus || !tus.isSupported) return;
    box.dataset.ready = "1";
    const one = function (name) { return box.querySelector(name); };
    const input = one("input[type=file]"), hidden = one("input[type=hidden]");
    const kept = one(".doc-kept"), going = one(".doc-going"), error = one(".doc-error");
    const choose = one(".doc-choose"), buttons = one(".doc-buttons");
    const progress = one("progress"), said = one(".doc-said"), standing = one(".doc-standing");
    const form = input.form, required = input.required;
    const say = box.dataset;
    let upload = null, documentId = hidden.value, watching = 0;

    function token() {
      const found = form && form.querySelector("input[name=csrfmiddlewaretoken]");
      return found ? found.value : document.querySelector("meta[name=csrf-token]").content;
    }
    function show(part) {
      box.dataset.empty = part === null ? "1" : "";
      if (box.closest(".doc-inputs")) oneEmpty(box.closest(".doc-inputs"));
      const hadFocus = box.contains(document.activeElement);
      kept.hidden = part !== kept;
      going.hidden = part !== going;
      // A field the server complained about keeps its input: the error summary links to it.
      choose.hidden = part === going || part === kept && !box.closest(".tb-invalid");
      input.required = required && part === null;
      buttons.hidden = false;
      // Whoever works with the keyboard stays where they were, though the control they used went away.
      if (hadFocus) (part === going ? one(".doc-cancel") : part === kept ? one(".doc-replace") : input).focus();
    }
    function fail(text) {
      upload = null;
      show(hidden.value ? kept : null);
      error.textContent = text || say.sayFailed;
      error.hidden = false;
      input.value = "";
    }
    function keep(name) {
      hidden.value = documentId;
      one(".doc-name").textContent = name;
      input.value = "";
      show(kept);
      watch();
    }
    function watch() {
      clearTimeout(watching);
      if (!hidden.value) return;
      fetch("/documents/" + hidden.value + "/status/", { headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (found) {
          if (!found) return;
          if (found.state === "refused") { hidden.value = ""; fail(found.message); return; }
          standing.textContent = found.message;
          if (found.state === "scanning") watching = setTimeout(watch, 3000);
        })
        .catch(function () { watching = setTimeout(watch, 10000); });
    }
    function refusalOf(problem) {
      const answer = problem.originalResponse;
      if (!answer) return "";
      try { return JSON.parse(answer.getBody()).message; } catch { return ""; }
    }

    function start(file) {
      error.hidden = true;
      if (file.size > Number(say.limit)) { fail(say.sayLarge); return; }
      progress.value = 0;
      said.textContent = say.saySending + " " + file.name;
      show(going);
      upload = new tus.Upload(file, {
        endpoint: say.tus, chunkSize: 8 * 1024 * 1024, retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000],
        headers: { "X-CSRFToken": token() }, metadata: { filename: file.name, purpose: say.purpose },
        fingerprint: fingerprint, removeFingerprintOnSuccess: true,
        onShouldRetry: function (problem) {
          const status = problem.originalResponse ? problem.originalResponse.getStatus() : 0;
          if (!status) said.textContent = say.sayPaused;
          return !status || status === 409 || status === 423 || status >= 500 && status !== 507;
        },
        onAfterResponse: function (request, answer) { documentId = answer.getHeader("Tongban-Document") || documentId; },
        onProgress: function (sent, total) {
          progress.value = 100 * sent / total;
          said.textContent = sent < total ? say.saySending + " " + Math.floor(100 * sent / total) + "%" : say.sayChecking;
        },
        onError: function (problem) { fail(refusalOf(problem)); },
        onSuccess: function () { upload = null; keep(file.name); },
      });
      upload.findPreviousUploads().then(function (earlier) {
        if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
        upload.start();
      });
    }

    input.addEventListener("change", function () { if (input.files.length) start(input.files[0]); });
    one(".doc-cancel").addEventListener("click", function () {
      if (upload) upload.abort(true).catch(function () {});
      upload = null;
      input.value = "";
      show(hidden.value ? kept : null);
    });
    one(".doc-replace").addEventListener("click", function () { input.click(); });
    one(".doc-remove").addEventListener("click", function () {
      const gone = hidden.value;
      hidden.value = documentId = "";
      show(null);
      // What a saved form holds already goes when the form is saved without it.
      if (gone === hidden.dataset.attached) return;
      fetch("/documents/" + gone + "/discard/", { method: "POST", headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" } });
    });
    if (form) form.addEventListener("submit", function (event) {
      // The bytes are on their way already: sending the file with the form as well would send it twice.
      if (!upload) return;
      event.preventDefault();
      error.textContent = said.textContent;
      error.hidden = false;
    });
    if (hidden.value) { show(kept); watch(); } else box.dataset.empty = "1";
  }

  // Of several inputs for one question, those in use and one more are enough to see.
  function oneEmpty(group) {
    let seen = 0;
    group.querySelectorAll(".doc-slot").forEach(function (slot) {
      const box = slot.querySelector(".doc-input");
      slot.hidden = box.dataset.empty === "1" && seen++ > 0;
    });
  }

  function all(root) {
    root.querySelectorAll(".doc-input").forEach(prepare);
    root.querySelectorAll(".doc-inputs").forEach(oneEmpty);
  }
  document.addEventListener("DOMContentLoaded", function () { all(document); });
  document.addEventListener("htmx:load", function (event) { all(event.detail.elt.parentNode || document); });
  if (document.readyState !== "loading") all(document);
})();
