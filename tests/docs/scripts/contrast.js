(() => {
  const rgb = text => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return numbers.length > 3 ? numbers : [...numbers, 1];
  };
  const luminance = ([r, g, b]) => {
    const f = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    throw new Error("nothing is opaque");
  };
  const bad = [];
  const judge = (element, front, back) => {
    const [light, dark] = [luminance(front), luminance(back)].sort((x, y) => y - x);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 40)}: ${front} on ${back}`);
  };
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg") || e.closest("[hidden]")) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    judge(e, rgb(getComputedStyle(e).color), behind(e));
  }
  for (const t of document.querySelectorAll("svg.diagram g text, svg.diagram g tspan")) {
    judge(t, rgb(getComputedStyle(t).fill), rgb(getComputedStyle(t.closest("g").querySelector("rect")).fill));
  }
  for (const t of document.querySelectorAll("svg .axis, svg.map text")) {
    judge(t, rgb(getComputedStyle(t).fill), behind(t.closest("div, figure")));
  }
  return bad.slice(0, 10);
})()
