// Charts and the map: the nearest dot is shown and can be followed, and what is filtered out is faint.
const tip = document.getElementById("tip");
const charts = [...document.querySelectorAll("svg")].map(readChart).filter((chart) => chart.dots.length);

function readChart(svg) {
  const dots = [];
  let langs; // of a path, or of the one before it
  const paths = [...svg.querySelectorAll("path.dots")].map((path) => {
    const steps = path.getAttribute("d").split("M").slice(1);
    langs = path.dataset.of?.split(" ") ?? langs;
    return { path, steps, langs };
  });
  for (const { path, steps, langs } of paths)
    steps.forEach((step, index) => {
      const [x, y] = step.split(/[ h]/).map(Number);
      dots.push({ x, y, lang: langs[index], width: parseFloat(path.style.strokeWidth) });
    });
  return { svg, dots, paths, ring: null };
}

function findDot(chart, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.svg.getScreenCTM().inverse());
  const reach = REACH * chart.svg.viewBox.baseVal.width / chart.svg.clientWidth;
  let best = null;
  for (const dot of chart.dots) {
    if (dot.off) continue;
    const distance = Math.hypot(dot.x - place.x, dot.y - place.y);
    if (distance < (best?.distance ?? reach)) best = { ...dot, distance };
  }
  return best;
}

function ringDot(chart, dot) {
  chart.ring?.remove();
  chart.ring = null;
  if (!dot) return;
  chart.ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [key, value] of Object.entries({ class: "ring", cx: dot.x, cy: dot.y, r: dot.width / 2 + 2 }))
    chart.ring.setAttribute(key, value);
  chart.svg.append(chart.ring);
}

async function showTip(dot, event) {
  const of = take(await load(), dot.lang);
  const change = of.bits_per_byte == null ? "not measured"
    : `${of.bits_per_byte_base == null ? "" : decimal(of.bits_per_byte_base) + " → "}${decimal(of.bits_per_byte)} bits per byte`;
  const gain = of.gain == null ? "" : `gain ${signed(of.gain)}${of.gain_low == null ? "" : ` (${interval(of.gain_low, of.gain_high)})`}`;
  tip.replaceChildren(
    make("b", {}, of.name), " ", make("span", { class: "code" }, of.lang), of.own ? " " : "", of.own ? foreign(of.own, of) : "",
    make("div", {}, change), make("div", { class: of.verdict }, gain),
    make("div", {}, of.tokens_per_byte == null ? "" : `${of.tokens_per_byte_base == null ? "" : decimal(of.tokens_per_byte_base) + " → "}${decimal(of.tokens_per_byte)} tokens per byte`),
    make("div", {}, `${bytes(of.train_bytes)} of training text`),
  );
  tip.hidden = false;
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  const left = event.clientX + 14 + width > document.documentElement.clientWidth ? event.clientX - 14 - width : event.clientX + 14;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4))}px`;
}

for (const chart of charts) {
  let last = null;
  chart.svg.addEventListener("pointermove", (event) => {
    const dot = findDot(chart, event);
    chart.svg.style.cursor = dot ? "pointer" : "";
    if (dot?.lang === last && dot?.x === chart.ring?.cx.baseVal.value) return;
    last = dot?.lang ?? null;
    ringDot(chart, dot);
    if (dot) showTip(dot, event);
    else tip.hidden = true;
  });
  chart.svg.addEventListener("pointerleave", () => {
    last = null;
    ringDot(chart, null);
    tip.hidden = true;
  });
  chart.svg.addEventListener("click", (event) => {
    const dot = findDot(chart, event);
    if (dot) location.hash = dot.lang;
  });
}
// The map's dots are links already: they get the same card, and lose the browser's own tip.
for (const mark of document.querySelectorAll(".map svg a")) {
  const name = mark.querySelector("title");
  mark.setAttribute("aria-label", name.textContent);
  name.remove();
  mark.addEventListener("pointerenter", (event) => showTip({ lang: mark.getAttribute("href").slice(1) }, event));
  mark.addEventListener("pointerleave", () => (tip.hidden = true));
}
addEventListener("scroll", () => (tip.hidden = true), { passive: true, capture: true });

// What is filtered out stays in place, faint: where the others are is part of what the chart says.
page.onFilter((shown, all) => {
  for (const chart of charts) {
    for (const dot of chart.dots) dot.off = !all && !shown.has(dot.lang);
    for (const each of chart.paths) dimDots(each, shown, all);
  }
  document.body.classList.toggle("filtered", !all);
  document.getElementById("clear").hidden = all;
});

function dimDots(each, shown, all) {
  each.faint?.remove();
  each.faint = null;
  const draw = (keep) => each.steps.filter((_, index) => keep(each.langs[index])).map((step) => "M" + step).join("");
  each.path.setAttribute("d", all ? draw(() => true) : draw((lang) => shown.has(lang)));
  if (all) return;
  each.faint = each.path.cloneNode();
  each.faint.removeAttribute("data-of");
  each.faint.classList.add("faint");
  each.faint.setAttribute("d", draw((lang) => !shown.has(lang)));
  each.path.before(each.faint);
}

document.getElementById("clear").addEventListener("click", page.clear);
const form = document.querySelector(".filters");
// Enter opens the language that was found, if it is one.
form.addEventListener("submit", () => {
  const rows = [...document.querySelectorAll("#table tbody tr:not([hidden])")];
  if (rows.length === 1) location.hash = rows[0].id;
});
// Languages are found by their own names too, as soon as somebody looks for one, or comes with what another looked for.
let learnt = false;
async function learnNames() {
  if (learnt) return;
  learnt = true;
  const data = await load();
  data.langs.forEach((lang, index) => page.addWords(lang, data.own[index]));
  page.filter();
}
document.getElementById("find").addEventListener("focus", learnNames);
for (const event of ["DOMContentLoaded", "hashchange"])
  addEventListener(event, () => location.hash.includes("find=") && learnNames());

// Groups of languages: one kind at a time.
document.getElementById("grouping")?.addEventListener("change", ({ target }) => {
  const groups = document.getElementById("groups");
  for (const body of groups.tBodies) body.hidden = body.dataset.group !== target.value;
  groups.querySelector("th span").textContent = target.selectedOptions[0].textContent.replace(/^./, (letter) => letter.toUpperCase());
});

// Bars before the gains, as far as the largest goes.
const gains = [...document.querySelectorAll("#table td:is(.gain, .loss, .unsure)")];
const sizes = gains.map((each) => Math.abs(Number(each.textContent.replace("\u2212", "-"))));
const widest = Math.max(...sizes, 1e-9);
gains.forEach((each, index) => each.style.setProperty("--w", (100 * sizes[index]) / widest));
