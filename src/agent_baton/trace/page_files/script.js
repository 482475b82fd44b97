"use strict";
(function () {
  var rows = JSON.parse(document.getElementById("data").textContent).rows;
  var by = function (id) { return document.getElementById(id); };
  var PAGE = 50;
  var NUMBER = { 5: 1, 6: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: 1, 14: 1 };
  // column of the table -> place in a row that it is sorted by
  var COLUMNS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14];
  var SIZES = { k: 1e3, M: 1e6, G: 1e9 };
  var known = {}, found = rows, page = 0, sorted = -1, falling = true;
  rows.forEach(function (row) { known[row[0]] = row; });

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
    by("brief-command").textContent = "baton trace show " + row[0];
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
  theme();
  draw();
  go();
}());
