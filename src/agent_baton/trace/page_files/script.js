"use strict";
(function () {
  var rows = [], sketches = {};
  var by = function (id) { return document.getElementById(id); };
  var PAGE = 50;
  var NUMBER = { 5: 1, 6: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: 1, 14: 1 };
  // column of the table -> place in a row that it is sorted by
  var COLUMNS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14];
  var SIZES = { k: 1e3, M: 1e6, G: 1e9 };
  var SVG = "http://www.w3.org/2000/svg";
  var KINDS = { complete: "ok", green: "ok", failed: "bad", veto: "bad", red: "bad", changes: "warn", interrupted: "warn", asked: "warn",
    waived: "warn", "in flight": "now", "at work": "now", open: "none", skipped: "none", removed: "none", "not run": "none" };
  var known = {}, found = rows, page = 0, sorted = -1, falling = true;

  // what stands compressed in the page: see trace/page.py and trace/sketch.py
  function unpacked() {
    var text = atob(by("data").textContent.trim());
    var bytes = new Uint8Array(text.length);
    for (var place = 0; place < text.length; place += 1) { bytes[place] = text.charCodeAt(place); }
    var source = new ReadableStream({ start: function (into) { into.enqueue(bytes); into.close(); } });
    var stream = source.pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer().then(function (whole) {
      var size = new DataView(whole).getUint32(0, true);
      var head = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 4, size)));
      var columns = {}, at = 4 + size;
      head.columns.forEach(function (name, number) {
        columns[name] = numbers(new Uint8Array(whole, at, head.sizes[number]));
        at += head.sizes[number];
      });
      return { head: head, columns: columns };
    });
  }
  function numbers(bytes) {
    var at = 0;
    return function () {
      var value = 0, weight = 1, byte;
      do { byte = bytes[at]; at += 1; value += (byte & 127) * weight; weight *= 128; } while (byte > 127);
      return value;
    };
  }
  function times(count, make) {
    var made = [];
    for (var n = 0; n < count; n += 1) { made.push(make()); }
    return made;
  }
  function sketched(head, next) {
    var clock = 0;
    function name(column) { return head.names[next[column]()]; }
    function maybe(column) { var value = next[column](); return value === 0 ? null : value - 1; }
    function moment(column) { var late = next[column](); return clock + (late % 2 ? -(late + 1) / 2 : late / 2); }
    function attempt() {
      var made = { agent: name("agent"), model: name("model"), end: name("end"), verdict: name("verdict"), start: moment("start"),
        seconds: maybe("seconds"), files: maybe("files"), wrong: next.false(), tokens: maybe("tokens"), cents: maybe("cents"),
        estimated: next.estimated(), untrue: times(next.untrue(), function () { return name("untrue_text"); }) };
      clock = made.start + (made.seconds || 0);
      return made;
    }
    function step() {
      var made = { id: name("step_id"), status: name("status"), attempts: times(next.attempts(), attempt) };
      made.agent = made.attempts.length ? made.attempts[made.attempts.length - 1].agent : name("step_agent");
      return made;
    }
    function run() {
      var made = { result: name("result"), source: name("source"), reason: name("reason"), start: moment("run_start"), tenths: maybe("tenths"),
        tail: name("tail") };
      clock = made.start + Math.round((made.tenths || 0) / 10);
      return made;
    }
    function phase() {
      return { id: next.phase_id(), name: name("phase_name"), gate: name("gate_state"), steps: times(next.steps(), step),
        runs: times(next.runs(), run) };
    }
    for (var n = 0; n < head.sketched; n += 1) {
      clock = 0;
      sketches[head.rows[n][0]] = { left: next.left_out(), phases: times(next.phases(), phase) };
    }
  }

  function shape(into, tag, facts, words) {
    var made = document.createElementNS(SVG, tag);
    Object.keys(facts).forEach(function (fact) { made.setAttribute(fact, facts[fact]); });
    if (words !== undefined) { made.textContent = words; }
    into.appendChild(made);
    return made;
  }
  function cut(words, most) { return words.length <= most ? words : words.slice(0, most - 1) + "…"; }
  function drawing(into, title, label, width, height, fixed) {
    cell(into, "h2", title);
    var frame = cell(into, "div", "", "wide drawing");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", title);
    var facts = { "class": fixed ? "fixed" : "chart", viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": label };
    if (fixed) { facts.width = width; facts.height = height; }
    return shape(frame, "svg", facts);
  }
  function bar(svg, x, y, width, height, kind, title) {
    shape(shape(svg, "rect", { "class": kind, x: x, y: y, width: Math.max(width, 1), height: height }), "title", {}, title);
  }
  function graph(into, id, sketch) {
    var tallest = Math.max.apply(null, sketch.phases.map(function (phase) { return phase.steps.length + (phase.gate ? 1 : 0); }));
    var svg = drawing(into, "Phases", "Phases and steps of " + id, sketch.phases.length * 208 + 14, 26 + tallest * 32, true);
    sketch.phases.forEach(function (phase, column) {
      var x = column * 208 + 14;
      shape(svg, "text", { x: x, y: 13, "class": "name" }, cut(phase.id + " " + phase.name, 26));
      phase.steps.forEach(function (step, place) {
        var tries = step.attempts.length > 1 ? ", " + step.attempts.length + " attempts" : "";
        bar(svg, x, 22 + place * 32, 168, 24, "box " + (KINDS[step.status] || "now"), "step " + step.id + ": " + step.agent + ", " + step.status + tries);
        shape(svg, "text", { x: x + 6, y: 38 + place * 32, "class": "in" }, cut(step.id + " " + step.agent, 26));
      });
      if (phase.gate) {
        var y = 22 + phase.steps.length * 32;
        bar(svg, x, y, 168, 24, "box " + KINDS[phase.gate] + " gate", "gate of phase " + phase.id + ": " + phase.gate);
        shape(svg, "text", { x: x + 6, y: y + 16, "class": "in" }, "gate: " + phase.gate);
      }
    });
  }
  function timeline(into, id, sketch, whole) {
    var lanes = [];
    sketch.phases.forEach(function (phase) {
      phase.steps.forEach(function (step) { if (step.attempts.length) { lanes.push([step.id + " " + step.agent, step.attempts, ""]); } });
      if (phase.runs.length) { lanes.push(["gate " + phase.id, phase.runs, " gate"]); }
    });
    var wide = 520, height = lanes.length * 15 + 20, scale = wide / Math.max(whole, 1);
    var svg = drawing(into, "Timeline", "Timeline of " + id + ": " + lanes.length + " rows of attempts and gate runs", 640, height);
    shape(svg, "line", { "class": "axis", x1: 120, y1: 0, x2: 120, y2: height - 18 });
    lanes.forEach(function (lane, place) {
      shape(svg, "text", { x: 114, y: place * 15 + 11, "class": "name", "text-anchor": "end" }, cut(lane[0], 17));
      lane[1].forEach(function (piece) {
        var seconds = piece.tenths === undefined ? piece.seconds : piece.tenths === null ? null : piece.tenths / 10;
        var length = seconds === null ? whole - piece.start : seconds, end = piece.end || piece.result;
        bar(svg, Math.min(120 + scale * piece.start, 638), place * 15 + 2, Math.max(scale * length, 2), 11, (KINDS[end] || "now") + lane[2],
          lane[0] + ": " + end + (seconds === null ? "" : ", " + took(Math.round(seconds))));
      });
    });
    shape(svg, "text", { x: 120, y: height - 4, "class": "tick" }, "0");
    shape(svg, "text", { x: 640, y: height - 4, "class": "tick", "text-anchor": "end" }, took(whole));
  }
  function grid(into, title, heads) {
    cell(into, "h2", title);
    var frame = cell(into, "div", "", "wide");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", title);
    var made = cell(frame, "table", "", "numbers"), line = cell(cell(made, "thead", ""), "tr", "");
    heads.forEach(function (head) { cell(line, "th", head).scope = "col"; });
    return cell(made, "tbody", "");
  }
  function badge(line, words) { cell(cell(line, "td", ""), "span", words, "badge " + (KINDS[words] || "now")); }
  function attempts(into, sketch) {
    var body = grid(into, "Claims and evidence", ["step", "agent", "end", "what git says", "files", "time", "tokens", "cost"]);
    sketch.phases.forEach(function (phase) {
      phase.steps.forEach(function (step) {
        step.attempts.forEach(function (one, place) {
          var line = cell(body, "tr", ""), about = one.estimated ? "~" : "";
          cell(line, "th", step.id + (place ? " #" + (place + 1) : "")).scope = "row";
          cell(line, "td", one.agent + " [" + one.model + "]");
          badge(line, one.end);
          var said = cell(line, "td", one.verdict, "prose");
          if (one.wrong) { cell(said, "b", " " + one.wrong + " not true", "bad"); }
          one.untrue.forEach(function (words, place) {
            if (words) { cell(said, "div", (place ? "not true: " : "it claimed: ") + words); }
          });
          cell(line, "td", one.files === null ? "–" : one.files);
          cell(line, "td", one.seconds === null ? "–" : took(one.seconds));
          cell(line, "td", one.tokens === null ? "unknown" : about + (one.tokens / 10).toFixed(1) + "k");
          cell(line, "td", one.cents === null ? "unknown" : about + "$" + (one.cents / 100).toFixed(2));
        });
      });
    });
  }
  function gates(into, sketch) {
    var body = grid(into, "Gates", ["phase", "run", "result", "source", "time", "why"]);
    sketch.phases.forEach(function (phase) {
      phase.runs.forEach(function (run, place) {
        var line = cell(body, "tr", "");
        cell(line, "th", phase.id).scope = "row";
        cell(line, "td", place + 1);
        badge(line, run.result);
        cell(line, "td", run.source);
        cell(line, "td", run.tenths === null ? "unknown" : (run.tenths / 10).toFixed(1) + " s");
        var why = cell(line, "td", run.reason, "prose");
        if (run.tail) { cell(why, "pre", run.tail).tabIndex = 0; }
      });
    });
  }
  function drawTask(row) {
    var into = by("brief-drawn"), sketch = sketches[row[0]];
    into.textContent = "";
    if (!sketch || !sketch.phases.length) { return; }
    graph(into, row[0], sketch);
    if (sketch.left) { cell(into, "p", "and " + sketch.left + " more steps", "muted"); }
    timeline(into, row[0], sketch, row[5]);
    attempts(into, sketch);
    gates(into, sketch);
  }

  function took(seconds) {
    if (seconds < 60) { return seconds + "s"; }
    if (seconds < 3600) { return Math.floor(seconds / 60) + "m " + two(seconds % 60) + "s"; }
    if (seconds < 86400) { return Math.floor(seconds / 3600) + "h " + two(Math.floor(seconds % 3600 / 60)) + "m"; }
    return Math.floor(seconds / 86400) + "d " + two(Math.floor(seconds % 86400 / 3600)) + "h";
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function amount(text) {
    var match = /^~?([\d.]+)([kMG]?)/.exec(text);
    return match ? Number(match[1]) * (SIZES[match[2]] || 1) : -1;
  }
  function cell(line, tag, text, kind) {
    var made = document.createElement(tag);
    made.textContent = text;
    if (kind) { made.className = kind; }
    line.appendChild(made);
    return made;
  }
  function shownRow(row) {
    var line = document.createElement("tr");
    var head = cell(line, "th", "");
    head.scope = "row";
    var link = document.createElement("a");
    link.href = "#" + row[0];
    link.textContent = row[0];
    head.appendChild(link);
    cell(line, "td", row[1], "prose");
    [row[2], row[3], row[4], took(row[5]), row[6] + "/" + row[7], row[8], row[9], row[10], row[11], row[12], row[13]].forEach(
      function (text) { cell(line, "td", text); });
    return line;
  }
  function draw() {
    var body = by("list").tBodies[0];
    var last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    page = Math.min(page, last);
    body.textContent = "";
    found.slice(page * PAGE, (page + 1) * PAGE).forEach(function (row) { body.appendChild(shownRow(row)); });
    by("count").textContent = found.length + " of " + rows.length + " tasks";
    by("page").textContent = "page " + (page + 1) + " of " + (last + 1);
    by("before").disabled = page === 0;
    by("after").disabled = page === last;
    by("pages").hidden = last === 0;
  }
  function choose() {
    var words = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    var status = by("status").value;
    found = rows.filter(function (row) {
      var text = (row[0] + " " + row[1] + " " + row[2]).toLowerCase();
      return (!status || row[3] === status) && words.every(function (word) { return text.indexOf(word) >= 0; });
    });
    if (sorted >= 0) { order(); }
    page = 0;
    draw();
  }
  function order() {
    var place = COLUMNS[sorted];
    var value = place === 12 ? function (row) { return amount(row[12]); } : function (row) { return row[place]; };
    found = found.slice().sort(function (a, b) {
      var x = value(a), y = value(b);
      return (x < y ? -1 : x > y ? 1 : 0) * (falling ? -1 : 1);
    });
  }
  function sortBy(column) {
    falling = sorted === column ? !falling : Boolean(NUMBER[COLUMNS[column]]);
    sorted = column;
    Array.prototype.forEach.call(by("list").tHead.rows[0].cells, function (head, place) {
      head.setAttribute("aria-sort", place === column ? (falling ? "descending" : "ascending") : "none");
    });
    order();
    page = 0;
    draw();
  }
  function heads() {
    Array.prototype.forEach.call(by("list").tHead.rows[0].cells, function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", function () { sortBy(column); });
      head.textContent = "";
      head.appendChild(button);
    });
  }
  function brief(row) {
    var list = by("brief-facts");
    list.textContent = "";
    by("brief-name").textContent = row[1];
    [["Task", row[0]], ["Type", row[2]], ["Status", row[3]], ["Began (UTC)", row[4]], ["Took", took(row[5])],
      ["Steps", row[6] + "/" + row[7]], ["Attempts", row[8]], ["Rework", row[9]], ["Red gate runs", row[10]],
      ["False claims", row[11]], ["Tokens", row[12]], ["Cost", row[13]]].forEach(function (pair) {
      var item = document.createElement("div");
      cell(item, "dt", pair[0]);
      cell(item, "dd", pair[1]);
      list.appendChild(item);
    });
    by("brief-command").textContent = "baton story " + row[0];
    drawTask(row);
  }
  function go(event) {
    var name = decodeURIComponent(location.hash.slice(1));
    var row = known[name];
    var own = row && by(name);
    document.querySelectorAll(".task.open").forEach(function (task) { task.classList.remove("open"); });
    by("brief").hidden = !(row && !own);
    if (row && !own) { brief(row); }
    var shown = row ? own || by("brief") : null;
    by("overview").classList.toggle("away", Boolean(shown));
    if (shown) {
      shown.classList.add("open");
      if (event) { shown.focus({ preventScroll: true }); scrollTo(0, 0); }
    }
    document.title = (row ? row[0] : document.querySelector("#overview h1").textContent) + " – Agent Baton";
  }
  function theme() {
    var button = by("theme"), root = document.documentElement, themes = ["system", "light", "dark"], now = "system";
    function set(name) {
      now = name;
      if (name === "system") { root.removeAttribute("data-theme"); } else { root.setAttribute("data-theme", name); }
      button.textContent = "Theme: " + name;
    }
    try { now = localStorage.getItem("baton-theme") || now; } catch (error) { now = "system"; }
    set(themes.indexOf(now) < 0 ? "system" : now);
    button.hidden = false;
    button.addEventListener("click", function () {
      set(themes[(themes.indexOf(now) + 1) % 3]);
      try { localStorage.setItem("baton-theme", now); } catch (error) { return; }
    });
  }
  function begin(read) {
    rows = found = read.head.rows;
    rows.forEach(function (row) { known[row[0]] = row; });
    sketched(read.head, read.columns);
    rows.map(function (row) { return row[3]; }).filter(function (name, place, all) { return all.indexOf(name) === place; }).sort()
      .forEach(function (name) { var option = cell(by("status"), "option", name); option.value = name; });
    heads();
    by("find").hidden = false;
    by("find").addEventListener("submit", function (event) { event.preventDefault(); });
    by("words").addEventListener("input", choose);
    by("status").addEventListener("change", choose);
    by("before").addEventListener("click", function () { page -= 1; draw(); });
    by("after").addEventListener("click", function () { page += 1; draw(); });
    addEventListener("hashchange", go);
    draw();
    go();
  }
  theme();
  if (window.DecompressionStream) { unpacked().then(begin); } else { by("old").hidden = false; }
}());
