"use strict";
(() => {
  const ROW = 22;
  const $ = id => document.getElementById(id);
  const content = JSON.parse($("content").textContent);
  const packed = atob($("bytes").textContent);
  const bytes = Uint8Array.from(packed, character => character.charCodeAt(0));
  const { nodes, texts, about, failure } = content;
  const LABEL = 0, DEPTH = 1, START = 2, STOP = 3, KIND = 4, VALUE = 5, MEANING = 6;
  const text = (node, part) => texts[nodes[node][part]];

  // The parent of each node, and the first node after all that is inside it.
  const parents = new Int32Array(nodes.length).fill(-1);
  const ends = new Int32Array(nodes.length);
  {
    const open = [];
    nodes.forEach((each, node) => {
      while (open.length > each[DEPTH]) ends[open.pop()] = node;
      parents[node] = open.length ? open[open.length - 1] : -1;
      open.push(node);
    });
    for (const node of open) ends[node] = nodes.length;
  }
  const isGroup = node => ends[node] > node + 1;

  const paths = [];
  const path = node => {
    if (paths[node] === undefined) paths[node] = (parents[node] < 0 ? "" : path(parents[node])) + text(node, LABEL);
    return paths[node];
  };

  // The innermost node of each byte: nodes come before those inside them.
  let owners = null;
  const ownerOf = offset => {
    if (owners === null) {
      owners = new Int32Array(bytes.length).fill(-1);
      nodes.forEach((each, node) => owners.fill(node, each[START], each[STOP]));
    }
    return owners[offset] ?? -1;
  };

  const expanded = new Uint8Array(nodes.length);
  let shown = [], places = new Int32Array(nodes.length);
  const list = () => {
    shown = [];
    places.fill(-1);
    for (let node = 0; node < nodes.length; node = expanded[node] ? node + 1 : ends[node]) {
      places[node] = shown.length;
      shown.push(node);
    }
    tree.count = shown.length;
  };

  // A pane with rows of one height, of which only those in sight are in the document.
  const pane = (element, make) => {
    const all = element.firstElementChild;
    const self = {
      element,
      set count(count) { all.style.height = `${count * ROW}px`; self.rows = count; },
      draw() {
        const first = Math.max(0, Math.floor(element.scrollTop / ROW) - 4);
        const last = Math.min(self.rows, Math.ceil((element.scrollTop + element.clientHeight) / ROW) + 4);
        const rows = [];
        for (let row = first; row < last; row++) {
          const made = make(row);
          made.classList.add("row");
          made.style.top = `${row * ROW}px`;
          rows.push(made);
        }
        all.replaceChildren(...rows);
      },
      show(row, row2 = row) {
        const top = row * ROW, bottom = (row2 + 1) * ROW;
        if (top < element.scrollTop || bottom > element.scrollTop + element.clientHeight)
          element.scrollTop = Math.max(0, top - element.clientHeight / 3);
      },
    };
    element.addEventListener("scroll", () => requestAnimationFrame(self.draw));
    new ResizeObserver(() => self.draw()).observe(element);
    return self;
  };

  const part = (name, content) => {
    const made = document.createElement("span");
    made.className = name;
    made.textContent = content;
    return made;
  };

  let selected = -1, cursor = -1, hits = [], hit = -1;
  let isHit = new Uint8Array(nodes.length);

  const tree = pane($("tree"), row => {
    const node = shown[row];
    const made = document.createElement("div");
    made.id = `n${node}`;
    made.dataset.node = node;
    made.setAttribute("role", "treeitem");
    made.setAttribute("aria-level", nodes[node][DEPTH] + 1);
    made.setAttribute("aria-selected", node === selected);
    if (isGroup(node)) made.setAttribute("aria-expanded", Boolean(expanded[node]));
    if (isHit[node]) made.classList.add("hit");
    made.style.paddingLeft = `${0.4 + nodes[node][DEPTH]}em`;
    made.append(
      part("twist", isGroup(node) ? (expanded[node] ? "▾" : "▸") : ""),
      part("label", text(node, LABEL).replace(/^\./, "")),
      part("kind", `  ${text(node, KIND)}`),
      part("value", `  ${text(node, VALUE)}`),
    );
    return made;
  });

  const width = () => ($("hex").clientWidth && matchMedia("(max-width: 600px)").matches ? 8 : 16);
  let columns = width();
  const digits = Math.max(4, (bytes.length || 1).toString(16).length);
  const hex = pane($("hex"), row => {
    const made = document.createElement("div");
    const start = row * columns;
    made.append(part("offset", `${start.toString(16).padStart(digits, "0")}  `));
    const [from, to] = selected < 0 ? [0, 0] : nodes[selected].slice(START, STOP + 1);
    const line = (draw, gap) => {
      for (let place = 0; place < columns; place++) {
        const offset = start + place;
        if (offset >= bytes.length) { made.append(gap); continue; }
        const byte = document.createElement("b");
        byte.dataset.offset = offset;
        byte.textContent = draw(bytes[offset]);
        if (offset >= from && offset < to) byte.classList.add("in");
        if (offset === cursor) byte.classList.add("at");
        if (failure && offset === failure.offset) byte.classList.add("bad");
        made.append(byte);
        if (gap.length > 1) made.append(place % 8 === 7 ? "  " : " ");
      }
    };
    line(byte => byte.toString(16).padStart(2, "0"), "   ");
    const ascii = part("text", "");
    made.append(ascii);
    line(byte => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "."), "");
    return made;
  });

  const details = () => {
    const box = $("details");
    if (selected < 0) { box.replaceChildren(); return; }
    const [, , start, stop] = nodes[selected];
    const size = stop - start;
    const rows = [
      ["path", path(selected)],
      ["type", text(selected, KIND)],
      ["bytes", size ? `${size} at ${start} (0x${start.toString(16)})` : `none, at ${start} (0x${start.toString(16)})`],
      ["value", text(selected, VALUE)],
      ["meaning", text(selected, MEANING)],
    ];
    const table = document.createElement("dl");
    for (const [name, value] of rows) {
      if (!value) continue;
      const term = document.createElement("dt"), said = document.createElement("dd"), code = document.createElement("code");
      term.textContent = name;
      if (name === "meaning") said.textContent = value;
      else { code.textContent = value; said.append(code); }
      table.append(term, said);
    }
    box.replaceChildren(table);
  };

  const draw = () => { tree.draw(); hex.draw(); };

  const reveal = node => {
    let changed = false;
    for (let around = parents[node]; around >= 0; around = parents[around])
      if (!expanded[around]) { expanded[around] = 1; changed = true; }
    if (changed) list();
  };

  /** Select a node; `from` is the pane in which that was done, which does not move. */
  const select = (node, from = "") => {
    if (node < 0 || node >= nodes.length) return;
    selected = node;
    if (from !== "hex") cursor = nodes[node][START];
    reveal(node);
    $("tree").setAttribute("aria-activedescendant", `n${node}`);
    if (from !== "tree" || places[node] >= 0) tree.show(places[node]);
    if (from !== "hex") {
      const last = Math.max(nodes[node][START], nodes[node][STOP] - 1);
      const first = Math.floor(nodes[node][START] / columns);
      hex.show(first, Math.min(first + 3, Math.floor(last / columns)));
    }
    details();
    draw();
  };

  const selectByte = offset => {
    if (offset < 0 || offset >= bytes.length) return;
    cursor = offset;
    const node = ownerOf(offset);
    if (node >= 0) select(node, "hex");
    else { selected = -1; details(); draw(); }
    hex.show(Math.floor(offset / columns));
    hex.draw();
  };

  const toggle = (node, open = !expanded[node]) => {
    if (!isGroup(node)) return;
    expanded[node] = open ? 1 : 0;
    list();
    tree.draw();
  };

  $("tree").addEventListener("click", event => {
    const row = event.target.closest("[data-node]");
    if (!row) return;
    const node = Number(row.dataset.node);
    if (event.target.classList.contains("twist")) toggle(node);
    select(node, "tree");
  });
  $("tree").addEventListener("dblclick", event => {
    const row = event.target.closest("[data-node]");
    if (row && !event.target.classList.contains("twist")) toggle(Number(row.dataset.node));
  });
  $("tree").addEventListener("keydown", event => {
    const place = selected < 0 ? -1 : places[selected];
    const page = Math.max(1, Math.floor($("tree").clientHeight / ROW) - 1);
    const to = row => select(shown[Math.max(0, Math.min(shown.length - 1, row))]);
    const keys = {
      ArrowDown: () => to(place + 1),
      ArrowUp: () => to(place - 1),
      PageDown: () => to(place + page),
      PageUp: () => to(place - page),
      Home: () => to(0),
      End: () => to(shown.length - 1),
      ArrowRight: () => (isGroup(selected) && !expanded[selected] ? toggle(selected, true) : isGroup(selected) && to(place + 1)),
      ArrowLeft: () => (isGroup(selected) && expanded[selected] ? toggle(selected, false) : parents[selected] >= 0 && select(parents[selected])),
      Enter: () => toggle(selected),
      "*": () => { for (let node = selected; node < ends[selected]; node++) if (isGroup(node)) expanded[node] = 1; list(); draw(); },
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (selected < 0 && event.key !== "End") to(0);
    else act();
  });

  $("hex").addEventListener("click", event => {
    const byte = event.target.closest("[data-offset]");
    if (byte) selectByte(Number(byte.dataset.offset));
  });
  $("hex").addEventListener("keydown", event => {
    const page = columns * Math.max(1, Math.floor($("hex").clientHeight / ROW) - 1);
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    selectByte(Math.max(0, Math.min(bytes.length - 1, Math.max(0, cursor) + moves[event.key])));
  });

  const search = () => {
    const query = $("query").value.trim().toLowerCase();
    isHit = new Uint8Array(nodes.length);
    hits = [];
    hit = -1;
    const offset = /^@(0x[0-9a-f]+|[0-9]+)$/.test(query) ? Number(query.slice(1)) : -1;
    if (offset >= 0) {
      selectByte(offset);
      $("found").textContent = offset < bytes.length ? `byte ${offset}` : "not found";
      return;
    }
    if (query) {
      const inTexts = texts.map(each => each.toLowerCase().includes(query));
      for (let node = 0; node < nodes.length; node++)
        if (inTexts[nodes[node][VALUE]] || inTexts[nodes[node][LABEL]] || path(node).toLowerCase().endsWith(query)) {
          hits.push(node);
          isHit[node] = 1;
        }
      if (/[.\[<$]/.test(query) && !hits.length)
        for (let node = 0; node < nodes.length; node++)
          if (path(node).toLowerCase().includes(query)) { hits.push(node); isHit[node] = 1; }
    }
    $("found").textContent = query ? (hits.length ? `${hits.length} found` : "not found") : "";
    if (hits.length) step(1);
    else draw();
  };
  const step = by => {
    if (!hits.length) return;
    hit = (hit + by + hits.length) % hits.length;
    $("found").textContent = `${hit + 1} of ${hits.length}`;
    select(hits[hit]);
  };
  let waiting = 0;
  $("query").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  $("search").addEventListener("submit", event => { event.preventDefault(); step(1); });
  $("previous").addEventListener("click", () => step(-1));
  $("query").addEventListener("keydown", event => {
    if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); step(-1); }
    if (event.key === "Escape") { $("query").value = ""; search(); $("tree").focus(); }
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "/" || event.target === $("query")) return;
    event.preventDefault();
    $("query").focus();
    $("query").select();
  });

  for (const [name, value] of about) {
    const pair = document.createElement("div"), term = document.createElement("dt"), said = document.createElement("dd");
    term.textContent = name;
    said.textContent = value;
    pair.append(term, said);
    $("about").append(pair);
  }
  if (failure) {
    $("failure").textContent = failure.text;
    $("failure").hidden = false;
  }
  nodes.forEach((each, node) => { if (each[DEPTH] === 0) expanded[node] = 1; });
  const lines = () => {
    columns = width();
    hex.count = Math.ceil(bytes.length / columns);
    $("hex").style.setProperty("--wide", `${digits + 2 + 4 * columns + columns / 8 + 4}ch`);
  };
  addEventListener("resize", () => { lines(); draw(); });
  list();
  lines();
  draw();
  if (failure && failure.offset !== null && failure.offset !== undefined) selectByte(Math.min(failure.offset, bytes.length - 1));
  else if (nodes.length) select(0);
})();
