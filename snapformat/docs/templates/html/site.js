// Search and the choice of theme. Without scripts the pages lose nothing else.
(function () {
  "use strict";
  var root = document.documentElement;
  var stored = null;
  try { stored = localStorage.getItem("theme"); } catch (e) { /* files may have no storage */ }
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;

  var button = document.querySelector(".theme");
  button.hidden = false;
  button.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (e) { /* as above */ }
  });

  // The contents: a filter, and the section that is read.
  var side = document.querySelector(".side"), filter = document.getElementById("filter");
  if (side && filter) {
    filter.parentNode.hidden = false;
    filter.addEventListener("input", function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      // What holds others is there as long as one of them is; so the innermost come first.
      Array.from(side.querySelectorAll("li")).reverse().forEach(function (item) {
        var text = item.textContent.toLowerCase();
        item.hidden = item.querySelector("li")
          ? !item.querySelector("li:not([hidden])")
          : !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
    var links = {}, current = null, waiting = false;
    side.querySelectorAll("a").forEach(function (a) { links[a.hash.slice(1)] = a; });
    var heads = Array.from(document.querySelectorAll("h2[id], h3[id]")).filter(function (h) { return links[h.id]; });
    var follow = function () {
      waiting = false;
      var low = 0, high = heads.length;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (heads[middle].getBoundingClientRect().top < 120) low = middle + 1; else high = middle;
      }
      var next = low ? links[heads[low - 1].id] : null;
      if (next === current) return;
      if (current) current.removeAttribute("aria-current");
      current = next;
      if (!current) return;
      current.setAttribute("aria-current", "location");
      var box = side.getBoundingClientRect(), own = current.getBoundingClientRect();
      if (own.height && side.scrollHeight > side.clientHeight && (own.top < box.top || own.bottom > box.bottom)) side.scrollTop += own.top - box.top - box.height / 3;
    };
    addEventListener("scroll", function () {
      if (!waiting) { waiting = true; requestAnimationFrame(follow); }
    }, { passive: true });
    follow();
  }

  // On a narrow screen the contents stand before the text: closed until they are wanted.
  var contents = document.querySelector(".side details");
  if (contents && matchMedia("(max-width: 70rem)").matches) contents.open = false;
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details.example, details.code").forEach(function (d) { d.open = true; });
  });

  var form = document.querySelector(".search"), input = form.querySelector("input");
  var box = document.getElementById("results"), list = box.querySelector("ul"), status = box.querySelector(".status");
  form.hidden = false;
  if (matchMedia("(max-width: 44rem)").matches) input.placeholder = "Search";
  var here = location.pathname.split("/").pop() || "index.html";

  function score(entry, words) {
    var name = entry.t.toLowerCase(), about = entry.d.toLowerCase(), total = 0;
    for (var i = 0; i < words.length; i++) {
      var at = name.indexOf(words[i]);
      if (name === words[i] || name.endsWith("." + words[i])) total += 100;
      else if (at === 0 || (at > 0 && /[^a-z0-9]/.test(name[at - 1]))) total += 50;
      else if (at > 0) total += 20;
      else if (about.indexOf(words[i]) >= 0) total += 5;
      else return 0;
    }
    return total - name.length / 1000;
  }

  function link(entry, page, text) {
    var a = document.createElement("a");
    a.href = page.href + "#" + entry.a;
    a.textContent = text;
    return a;
  }

  function search() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.textContent = "";
    box.hidden = !words.length;
    if (!words.length) return;
    var index = window.SEARCH || { pages: [], entries: [] }, found = [];
    index.entries.forEach(function (entry) {
      var s = score(entry, words);
      if (!s) return;
      var mine = entry.p.findIndex(function (p) { return index.pages[p].href === here; });
      found.push({ entry: entry, score: s + (mine >= 0 ? 30 : 0), page: mine >= 0 ? entry.p[mine] : entry.p[entry.p.length - 1] });
    });
    found.sort(function (a, b) { return b.score - a.score; });
    status.textContent = found.length === 1 ? "1 match" : found.length + " matches" + (found.length > 40 ? ", the first 40" : "");
    found.slice(0, 40).forEach(function (hit) {
      var item = document.createElement("li"), about = document.createElement("span"), where = document.createElement("span");
      item.appendChild(link(hit.entry, index.pages[hit.page], hit.entry.t));
      about.className = "about"; about.textContent = hit.entry.d;
      where.className = "where"; where.appendChild(document.createTextNode(hit.entry.k + " in "));
      var pages = hit.entry.p.slice(-3);
      if (pages.length < hit.entry.p.length) where.appendChild(document.createTextNode(hit.entry.p.length - pages.length + " more, "));
      pages.forEach(function (p, i) {
        if (i) where.appendChild(document.createTextNode(", "));
        where.appendChild(link(hit.entry, index.pages[p], index.pages[p].name));
      });
      item.appendChild(about); item.appendChild(where);
      list.appendChild(item);
    });
  }

  function close() { box.hidden = true; }
  input.addEventListener("input", search);
  input.addEventListener("focus", search);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) { location.href = first.href; close(); }
  });
  form.addEventListener("keydown", function (event) {
    var links = Array.from(list.querySelectorAll("li > a")), at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
    else if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (at ? links[at - 1] : input).focus(); }
    else if (event.key === "Escape") { close(); input.focus(); }
  });
  list.addEventListener("click", function (event) { if (event.target.closest("a")) close(); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener("click", function (event) { if (!form.contains(event.target)) close(); });
})();
