(function () {
  "use strict";
  var tools = document.getElementById("tools");
  var search = document.getElementById("search");
  var shown = document.getElementById("shown");
  var cases = Array.prototype.slice.call(document.querySelectorAll("details.case"));
  var chips = Array.prototype.slice.call(tools.querySelectorAll(".chip"));

  function apply() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var off = {};
    chips.forEach(function (chip) {
      off[chip.dataset.status] = chip.getAttribute("aria-pressed") === "false";
    });
    var count = 0;
    cases.forEach(function (c) {
      var hit = !off[c.dataset.status] && words.every(function (w) {
        return c.dataset.search.indexOf(w) >= 0;
      });
      c.hidden = !hit;
      if (hit) { count++; }
    });
    document.querySelectorAll(".group").forEach(function (g) {
      g.hidden = !g.querySelector("details.case:not([hidden])");
    });
    shown.textContent = count === cases.length ? "" : count + " of " + cases.length;
  }

  function foldAll(open) {
    cases.forEach(function (c) { if (!c.hidden) { c.open = open; } });
  }

  // A link to a case that the filter hides shows all cases again.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var c = target && target.closest("details.case");
    if (!c) { return; }
    if (c.hidden) {
      search.value = "";
      chips.forEach(function (chip) { chip.setAttribute("aria-pressed", "true"); });
      apply();
    }
    c.open = true;
    target.scrollIntoView();
  }

  // On paper nothing can be unfolded.
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (d) { d.open = false; });
  });

  search.addEventListener("input", apply);
  chips.forEach(function (chip) {
    chip.addEventListener("click", function () {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") === "false"));
      apply();
    });
  });
  document.getElementById("unfold").addEventListener("click", function () { foldAll(true); });
  document.getElementById("fold").addEventListener("click", function () { foldAll(false); });
  window.addEventListener("hashchange", reveal);
  tools.hidden = false;
  reveal();
})();
