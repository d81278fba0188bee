(function () {
  "use strict";
  document.documentElement.className = "js";

  document.addEventListener("DOMContentLoaded", function () {
    var list = function (of, what) { return Array.prototype.slice.call(of.querySelectorAll(what)); };
    var grid = document.getElementById("grid");
    var search = document.getElementById("search");
    var shown = document.getElementById("shown");
    var bodies = list(grid, "tbody");
    var rows = list(grid, "tr.c");
    var chips = list(document, "[data-show]");
    var heads = list(grid, ".who");
    var texts = null; // what the search looks in, made when it is first used

    function text(i) {
      texts = texts || rows.map(function (r) {
        return (r.cells[0].textContent + " " + r.nextElementSibling.textContent).toLowerCase();
      });
      return texts[i];
    }

    function show() {
      var mode = chips.filter(function (c) { return c.getAttribute("aria-pressed") === "true"; })[0].dataset.show;
      var who = heads.map(function (h, i) { return i + 1; }).filter(function (i) { return heads[i - 1].getAttribute("aria-pressed") === "true"; });
      var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      var count = 0;
      rows.forEach(function (r, i) {
        var hit = mode === "all" || words.length > 0 || (mode === "differ" && r.classList.contains("d")) ||
          (mode === "fail" && r.classList.contains("b")) ||
          (mode === "worse" && /▼/.test(r.textContent));
        hit = hit && who.every(function (k) { return /\b[fnwvs]\b/.test(r.cells[k].className); });
        hit = hit && words.every(function (w) { return text(i).indexOf(w) >= 0; });
        r.classList.toggle("out", !hit);
        r.nextElementSibling.classList.toggle("out", !hit);
        if (hit) { count++; }
      });
      bodies.forEach(function (b) {
        b.firstElementChild.classList.toggle("out", mode !== "differ" || words.length + who.length > 0 ? !b.querySelector("tr.c:not(.out)") : false);
      });
      shown.textContent = count + " of " + rows.length + " cases";
      return count;
    }

    function fold(body, folded) {
      body.classList.toggle("folded", folded);
      body.querySelector("button").setAttribute("aria-expanded", String(!folded));
    }

    function open(row, opened) {
      row.nextElementSibling.classList.toggle("open", opened);
      row.querySelector("button").setAttribute("aria-expanded", String(opened));
    }

    // Unfolds or folds the row or group of a button; without a second argument, the other way.
    function toggle(button, unfolded) {
      var row = button.closest("tr");
      var is = button.getAttribute("aria-expanded") === "true";
      var want = unfolded === undefined ? !is : unfolded;
      if (row.className.split(" ")[0] === "g") { fold(row.parentNode, !want); } else { open(row, want); }
    }

    // A few cases are shown at once, many by group.
    function settle(count) {
      bodies.forEach(function (b) { fold(b, count > 60 || !b.querySelector("tr.c:not(.out)")); });
    }

    function update() {
      var narrowed = search.value.trim() !== "" || heads.some(function (h) { return h.getAttribute("aria-pressed") === "true"; });
      settle(narrowed ? Math.min(show(), 60) : show());
    }

    search.addEventListener("input", update);
    chips.forEach(function (chip) {
      chip.addEventListener("click", function () {
        chips.forEach(function (c) { c.setAttribute("aria-pressed", String(c === chip)); });
        update();
      });
    });
    heads.forEach(function (head) {
      head.addEventListener("click", function () {
        head.setAttribute("aria-pressed", String(head.getAttribute("aria-pressed") === "false"));
        update();
      });
    });
    document.getElementById("unfold").addEventListener("click", function () { bodies.forEach(function (b) { fold(b, false); }); });
    document.getElementById("fold").addEventListener("click", function () {
      rows.forEach(function (r) { open(r, false); });
      bodies.forEach(function (b) { fold(b, true); });
    });

    grid.addEventListener("click", function (e) {
      var button = e.target.closest("tbody button");
      var cell = e.target.closest("tr.c td, tr.g td");
      if (button) { toggle(button); } else if (cell) { toggle(cell.parentNode.querySelector("button")); }
    });

    // The observation of a client is once in the page, in the row below the case;
    // a cell takes its title from there when the pointer is over it.
    grid.addEventListener("mouseover", function (e) {
      var cell = e.target.closest("tr.c td");
      if (!cell || cell.title) { return; }
      list(cell.parentNode.nextElementSibling, "li").forEach(function (li) {
        if ((" " + li.dataset.c + " ").indexOf(" " + cell.cellIndex + " ") >= 0) {
          cell.title = heads[cell.cellIndex - 1].firstElementChild.textContent + ": " + li.firstElementChild.textContent + ", " + li.childNodes[1].textContent.trim();
        }
      });
    });

    document.addEventListener("keydown", function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey) { return; }
      if (e.key === "Escape" && e.target === search) { search.value = ""; update(); return; }
      if (e.target === search) { return; }
      if (e.key === "/") { e.preventDefault(); search.focus(); return; }
      var button = e.target.closest && e.target.closest("#grid tbody button");
      var step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && (button || e.target.id === "pane")) {
        var buttons = list(grid, "tbody button").filter(function (b) { return b.offsetParent !== null; });
        var next = buttons[button ? buttons.indexOf(button) + step : 0];
        if (next) { e.preventDefault(); next.focus(); }
      } else if (button && e.key === "ArrowRight") {
        e.preventDefault();
        toggle(button, true);
      } else if (button && e.key === "ArrowLeft") {
        e.preventDefault();
        var row = button.closest("tr");
        if (row.classList.contains("c") && button.getAttribute("aria-expanded") === "false") { // to its group
          row.parentNode.querySelector("button").focus();
        } else {
          toggle(button, false);
        }
      }
    });

    rows.forEach(function (r) { open(r, false); });
    update();
    document.getElementById("tools").hidden = false;
  });
})();
