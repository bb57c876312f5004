(() => {
  const bad = [];
  for (const g of document.querySelectorAll("svg.diagram g")) {
    const text = g.querySelector("text").getBBox();
    const fits = [...g.querySelectorAll("rect")].some(rect => {
      const box = rect.getBBox();
      return text.x >= box.x - 1 && text.x + text.width <= box.x + box.width + 1;
    });
    if (!fits) bad.push(g.textContent);
  }
  for (const svg of document.querySelectorAll("svg")) {
    const view = svg.viewBox.baseVal, box = svg.getBBox();
    if (box.x < -1 || box.x + box.width > view.width + 1 || box.y + box.height > view.height + 1) {
      bad.push("drawing " + svg.textContent.slice(0, 40));
    }
  }
  return bad.slice(0, 10);
})()
