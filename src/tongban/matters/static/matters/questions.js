/* An answer may bring or take away questions: the server says which (decision 0009). Whatever somebody has typed, chosen or is
   composing meanwhile stays as it is, for its answer is older than the form. */
(function () {
  "use strict";
  var OWN = ["value", "checked", "selected"];

  htmx.defineExtension("questions", {
    handleSwap: function (style, target, fragment) {
      if (style !== "questions") return false;
      return Idiomorph.morph(target, fragment.children, {
        morphStyle: "innerHTML",
        callbacks: {
          beforeNodeMorphed: function (node) { return !(node.matches && node.matches("[data-as-it-is]")); },
          beforeAttributeUpdated: function (name, node) { return node.readOnly || OWN.indexOf(name) < 0; },
        },
      });
    },
  });
})();
