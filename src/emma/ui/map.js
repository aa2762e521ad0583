// The map's dots as one stop of the tab key: arrow keys go to the nearest one that way, Home to the first
// that was measured.
"use strict";
for (const figure of document.querySelectorAll("figure.map")) {
  const svg = figure.querySelector("svg");
  const dots = [...svg.querySelectorAll("a")];
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const place = (dot) => [dot.lastChild.cx.baseVal.value, dot.lastChild.cy.baseVal.value];
  const first = svg.querySelector("g:not(.none) a") ?? dots[0];
  let current = first;
  for (const dot of dots) dot.setAttribute("tabindex", dot === current ? 0 : -1);

  // What lies straight ahead is nearer than what lies to the side of it.
  function nearest([right, down]) {
    const [x, y] = place(current);
    let [best, least] = [current, Infinity];
    for (const dot of dots) {
      const [dx, dy] = [place(dot)[0] - x, place(dot)[1] - y];
      const [ahead, aside] = [dx * right + dy * down, Math.abs(dx * down) + Math.abs(dy * right)];
      const cost = ahead + 2 * aside;
      if (ahead > 0 && aside <= 2 * ahead && cost < least) [best, least] = [dot, cost];
    }
    return best;
  }

  function visit(dot) {
    current.setAttribute("tabindex", -1);
    current = dot;
    current.setAttribute("tabindex", 0);
    current.focus();
  }

  svg.addEventListener("focusin", (event) => event.target.closest("a") !== current && visit(event.target.closest("a")));
  svg.addEventListener("keydown", (event) => {
    if (!(event.key in ways) && event.key !== "Home") return;
    event.preventDefault();
    visit(event.key === "Home" ? first : nearest(ways[event.key]));
  });

  // A part of the world is magnified, and its dots grow by the root of that: they part where they lay on one another.
  const views = figure.querySelector(".views");
  views.hidden = false;
  views.addEventListener("click", ({ target }) => {
    if (!target.dataset.box) return;
    const isPart = target !== views.firstChild;
    svg.style.removeProperty("--magnified");
    svg.setAttribute("viewBox", views.firstChild.dataset.box);
    const whole = svg.getScreenCTM().a;
    svg.classList.toggle("part", isPart);
    svg.setAttribute("viewBox", target.dataset.box);
    if (isPart) svg.style.setProperty("--magnified", Math.sqrt(whole / svg.getScreenCTM().a));
    for (const each of views.children) each.setAttribute("aria-pressed", each === target);
  });
}
