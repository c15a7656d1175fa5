/* What the page does beyond reading: draws the charts, moves the map. Without it the paper drawings stand in their place. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  var island = JSON.parse(document.getElementById("figures").textContent);

  /* Charts: "@ink" in a figure is a colour of the style sheet, so that charts follow light and dark. */
  function coloured(value, style) {
    if (typeof value === "string") {
      return /^@[a-z]+$/.test(value) ? style.getPropertyValue("--" + value.slice(1)).trim() : value;
    }
    if (Array.isArray(value)) { return value.map(function (one) { return coloured(one, style); }); }
    if (value && typeof value === "object") {
      var made = {};
      Object.keys(value).forEach(function (key) {
        made[key] = key === "text" || key === "ticktext" ? value[key] : coloured(value[key], style);
      });
      /* A title is an object under the key "title"; only plain texts are left alone. */
      if (value.text && typeof value.text === "object" && !Array.isArray(value.text)) { made.text = coloured(value.text, style); }
      return made;
    }
    return value;
  }
  function plot() {
    if (!window.Plotly) { return; }
    var style = getComputedStyle(root);
    document.querySelectorAll("[data-figure]").forEach(function (box) {
      var figure = island.figures[box.getAttribute("data-figure")];
      if (!figure) { return; }
      box.closest("figure").classList.add("drawn");
      var made = coloured(figure.plot, style);
      window.Plotly.react(box, made.data, made.layout, {
        responsive: true, displaylogo: false, displayModeBar: false, locale: island.language, scrollZoom: false, doubleClick: false
      });
    });
  }
  plot();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", plot);

  /* Map: levels of detail, one step with its ways, moving and sizing. */
  document.querySelectorAll("figure.map").forEach(function (map) {
    var canvas = map.querySelector(".canvas"), choose = map.querySelector("[data-choose]"), home, view;
    function drawing() { return canvas.querySelector("svg"); }
    /* On a narrow screen the map scrolls as the page does; elsewhere it moves within its frame. */
    var narrow = window.matchMedia("(max-width: 52rem)");
    function show() {
      drawing().setAttribute("viewBox", view.join(" "));
      if (!narrow.matches) { canvas.style.touchAction = view[2] < home[2] ? "none" : "pan-y"; }
    }
    function fit() { view = home.slice(); show(); }
    function start() {
      var box = drawing().viewBox.baseVal;
      home = [box.x, box.y, box.width, box.height];
      fit();
      reach();
      canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;
    }
    function zoom(factor, x, y) {
      var width = Math.min(home[2] * 1.5, Math.max(home[2] / 12, view[2] * factor)), change = width / view[2];
      if (x === undefined) { x = view[0] + view[2] / 2; y = view[1] + view[3] / 2; }
      view = [x - (x - view[0]) * change, y - (y - view[1]) * change, width, view[3] * change];
      show();
    }
    function scale() {
      var box = drawing().getBoundingClientRect();
      return Math.max(view[2] / box.width, view[3] / box.height);
    }
    function at(event) {
      var point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing().getScreenCTM().inverse());
      return [point.x, point.y];
    }
    /* Lenses: what is asked of the drawing. Colours, signs and labels follow by the style sheet. */
    var lenses = map.querySelectorAll(".lenses input");
    function ask() {
      lenses.forEach(function (lens) {
        if (lens.checked) { drawing().setAttribute("data-lens", lens.value); }
        map.querySelector('[data-legend="' + lens.value + '"]').hidden = !lens.checked;
      });
    }
    lenses.forEach(function (lens) { lens.addEventListener("change", ask); });
    /* Steps by keyboard: one of them can be reached with the tabulator, the arrow keys lead on as the map is read. */
    function steps() { return Array.prototype.slice.call(drawing().querySelectorAll("[data-step]")); }
    function reach() {
      drawing().setAttribute("role", "group");
      steps().forEach(function (box, place) {
        box.setAttribute("role", "button");
        box.setAttribute("tabindex", place ? "-1" : "0");
      });
    }
    function walk(event) {
      var box = event.target.closest("[data-step]"), all = steps(), place = all.indexOf(box), next = {
        ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1
      }[event.key];
      if (!box) { return false; }
      if (event.key === "Enter" || event.key === " ") { pick(box); return true; }
      if (next === undefined) { return false; }
      next = Math.max(0, Math.min(all.length - 1, next));
      box.setAttribute("tabindex", "-1");
      all[next].setAttribute("tabindex", "0");
      all[next].focus();
      return true;
    }
    function pick(box) {
      choose.value = box && choose.value !== box.getAttribute("data-step") ? box.getAttribute("data-step") : "";
      highlight();
    }
    function highlight() {
      var step = choose.value, near = {};
      near[step] = true;
      drawing().querySelectorAll("[data-from]").forEach(function (way) {
        var from = way.getAttribute("data-from"), to = way.getAttribute("data-to"), on = !step || from === step || to === step;
        way.classList.toggle("faded", !on);
        if (on && step) { near[from] = near[to] = true; }
      });
      drawing().querySelectorAll("[data-step]").forEach(function (box) {
        box.classList.toggle("faded", Boolean(step) && !near[box.getAttribute("data-step")]);
        box.setAttribute("aria-pressed", String(Boolean(step) && box.getAttribute("data-step") === step));
      });
    }
    map.querySelectorAll("[data-level]").forEach(function (button) {
      button.addEventListener("click", function () {
        var next = button.getAttribute("data-level"), pressed = map.querySelector('[data-level][aria-pressed="true"]');
        if (pressed === button) { return; }
        fit();
        map.querySelector('template[data-drawing="' + pressed.getAttribute("data-level") + '"]').content.appendChild(drawing());
        var template = map.querySelector('template[data-drawing="' + next + '"]');
        canvas.appendChild(template.content.querySelector("svg"));
        pressed.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-pressed", "true");
        map.querySelector("[data-shown]").textContent = template.getAttribute("data-text");
        start();
        ask();
        highlight();
      });
    });
    map.querySelectorAll("[data-zoom]").forEach(function (button) {
      button.addEventListener("click", function () {
        var way = button.getAttribute("data-zoom");
        if (way === "fit") { fit(); } else { zoom(way === "in" ? 0.75 : 1 / 0.75); }
      });
    });
    choose.addEventListener("change", highlight);
    canvas.addEventListener("click", function (event) {
      var box = event.target.closest("[data-step]");
      if (moved) { return; }
      pick(box);
    });
    canvas.addEventListener("wheel", function (event) {
      if (!event.ctrlKey) { return; }
      event.preventDefault();
      var point = at(event);
      zoom(event.deltaY < 0 ? 0.87 : 1.15, point[0], point[1]);
    }, { passive: false });
    var drag = null, moved = false;
    canvas.addEventListener("pointerdown", function (event) {
      if (event.button === 0 && !narrow.matches) { drag = [event.clientX, event.clientY]; moved = false; }
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!drag) { return; }
      var dx = event.clientX - drag[0], dy = event.clientY - drag[1], size = scale();
      if (!moved && Math.abs(dx) + Math.abs(dy) < 5) { return; }
      if (!moved) { canvas.setPointerCapture(event.pointerId); drawing().classList.add("dragging"); }
      moved = true;
      drag = [event.clientX, event.clientY];
      view[0] -= dx * size;
      view[1] -= dy * size;
      show();
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () { drag = null; drawing().classList.remove("dragging"); });
    });
    canvas.addEventListener("keydown", function (event) {
      if (walk(event)) { event.preventDefault(); return; }
      var step = view[2] / 10, moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (moves[event.key]) { view[0] += moves[event.key][0]; view[1] += moves[event.key][1]; show(); }
      else if (event.key === "+") { zoom(0.75); }
      else if (event.key === "-" || event.key === "−") { zoom(1 / 0.75); }
      else if (event.key === "0" || event.key === "Escape") { fit(); }
      else { return; }
      event.preventDefault();
    });
    window.addEventListener("beforeprint", fit);
    start();
    ask();
    highlight();
  });
}());
