// The atlas: dots of charts that can be pointed at, a page for every language, and what is filtered dimmed everywhere.
{
  const MISSING = "–";
  const NOTHING = "(nothing)";
  const CODE = "zxx_Zyyy"; // program code, which is no language
  const REACH = 14; // from a dot, in CSS pixels, within which a pointer means it

  // ---- Numbers and elements, as `emma.ui.numerals` writes them

  const tidy = (text) => text.replace("-", "\u2212");
  const decimal = (value, digits = 3) => (value == null ? MISSING : tidy(value.toFixed(digits)));
  const signed = (value, digits = 3) => (Number(value?.toFixed(digits)) > 0 ? "+" : "") + decimal(value, digits);
  const count = (value) => (value == null ? MISSING : String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f"));
  const share = (value) => (value > 0 && value < 0.001 ? "<\u202f0.1\u202f%" : `${(100 * value).toFixed(1)}\u202f%`);
  const interval = (low, high, digits) => (low == null ? "" : `${signed(low, digits)} to ${signed(high, digits)}`);
  const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
  function bytes(value) {
    let power = 0;
    while (Math.abs(value) >= 999.5 && power < 5) [value, power] = [value / 1000, power + 1];
    const digits = power === 0 ? 0 : Math.max(0, 2 - (value >= 9.995) - (value >= 99.95));
    return `${value.toFixed(digits)}\u202f${["", "k", "M", "G", "T", "P"][power]}B`;
  }

  // An element with attributes and children; children that are null or empty are left out.
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value != null) element.setAttribute(key, value);
    element.append(...children.flat().filter((child) => child != null && child !== ""));
    return element;
  }
  // Text in a script from the right runs from there whatever it begins with, such as a placeholder.
  const FROM_RIGHT = /^(Adlm|Arab|Aran|Hebr|Mand|Mend|Nkoo|Rohg|Samr|Syrc|Thaa|Yezi)$/;
  const LETTER_FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
  function foreign(text, of) {
    const isFromRight = FROM_RIGHT.test(of.lang.split("_")[1]) && LETTER_FROM_RIGHT.test(text);
    return make("bdi", { dir: isFromRight ? "rtl" : "auto", lang: of.tags }, text);
  }
  const table = (heads, rows, style = "") =>
    make("div", { class: "scroll" },
      make("table", { class: style },
        make("thead", {}, make("tr", {}, heads.map(([text, kind]) => make("th", { scope: "col", class: kind }, text)))),
        make("tbody", {}, rows)));
  const cell = (text, kind) => make("td", { class: kind }, text);
  const number = (text, kind = "") => cell(text, `num ${kind}`);
  const section = (heading, ...children) => make("section", {}, make("h2", {}, heading), ...children);

  // ---- The data: unpacked when it is first asked for

  let unpacked;
  const load = () => (unpacked ??= unpack());
  async function unpack() {
    const packed = Uint8Array.from(atob(document.getElementById("pages").textContent), (each) => each.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const data = await new Response(stream).json();
    data.place = new Map(data.langs.map((lang, index) => [lang, index]));
    return data;
  }
  // One language: the fields of its row by their names, and what else there is of it.
  function take(data, lang) {
    const at = data.place.get(lang);
    const row = Object.fromEntries(Object.entries(data.rows).map(([name, values]) => [name, values[at]]));
    const lists = ["tags", "own", "premium", "text", "flags", "advice", "gains", "samples", "answers", "dropped"];
    return { ...row, lang, ...Object.fromEntries(lists.map((name) => [name, data[name][at]])) };
  }

  // ---- Charts: the nearest dot is shown and can be followed

  const tip = document.getElementById("tip");
  const charts = [...document.querySelectorAll("svg")].map(readChart).filter((chart) => chart.dots.length);

  function readChart(svg) {
    const dots = [];
    const paths = [...svg.querySelectorAll("path.dots")].map((path) => {
      const steps = path.getAttribute("d").split("M").slice(1);
      return { path, steps, langs: path.dataset.of.split(" ") };
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
    const gain = of.gain == null ? "" : `saved ${signed(of.gain)}${of.gain_low == null ? "" : ` (${interval(of.gain_low, of.gain_high)})`}`;
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
  document.getElementById("find").addEventListener("focus", async () => {
    const data = await load();
    data.langs.forEach((lang, index) => page.addWords(lang, data.own[index]));
  }, { once: true });

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

  // ---- The page of a language

  const overview = document.getElementById("overview");
  const view = document.getElementById("language");
  const title = document.title;
  let left = 0; // how far the overview was scrolled

  async function route() {
    const lang = decodeURIComponent(location.hash.slice(1));
    if (!/^[a-z]{3}_[A-Z][a-z]{3}$/.test(lang)) return close();
    const data = await load().catch(() => null);
    if (!data) return explain(lang);
    if (!data.place.has(lang)) return close();
    if (view.hidden) left = lastScroll;
    view.replaceChildren(...writePage(data, take(data, lang)));
    document.title = `${data.rows.name[data.place.get(lang)]} · ${title}`;
    open();
  }

  function open() {
    [overview.hidden, view.hidden, tip.hidden] = [true, false, true];
    scrollTo({ top: 0, behavior: "instant" });
    view.focus({ preventScroll: true });
  }

  // Browsers from before 2023 cannot unpack the pages.
  function explain(lang) {
    const words = "This browser is too old to unpack the pages of languages. What is known of them stands in languages.csv beside this file.";
    view.replaceChildren(make("nav", { class: "steps", "aria-label": "Languages" }, make("a", { href: "#" }, "← All languages")), make("h1", {}, lang), make("p", {}, words));
    open();
  }

  function close() {
    if (view.hidden) return;
    [overview.hidden, view.hidden] = [false, true];
    document.title = title;
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView();
    else scrollTo({ top: left, behavior: "instant" });
  }

  // The browser scrolls before it says that the address has changed.
  let lastScroll = 0;
  addEventListener("scroll", () => { if (!overview.hidden && !location.hash.includes("_")) lastScroll = scrollY; }, { passive: true });
  addEventListener("hashchange", route);

  function writePage(data, of) {
    const order = [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((row) => row.id);
    const at = order.indexOf(of.lang);
    const link = (lang, text, rel) => lang && make("a", { href: `#${lang}`, rel }, text);
    const nameOf = (lang) => data.rows.name[data.place.get(lang)];
    const back = make("a", { href: "#" }, "← All languages");
    const [before, after] = [order[at - 1], order[at + 1]];
    return [
      make("nav", { class: "steps", "aria-label": "Languages" }, back,
        make("span", {}, link(before, `‹ ${nameOf(before)}`, "prev"), link(after, `${nameOf(after)} ›`, "next"))),
      make("header", {},
        make("h1", {}, of.name, of.own ? " " : "", of.own ? make("span", { class: "own" }, foreign(of.own, of)) : ""),
        make("p", { class: "code facts" }, [of.lang, of.family, of.area, of.tier && `tier ${of.tier}`].filter(Boolean).join(" · ")),
        make("p", { class: "lead" }, writeVerdict(of))),
      make("dl", { class: "stats" }, writeStats(data, of)),
      of.advice.length ? section("What would help most", make("ol", { class: "advice" }, of.advice.map(([what, why]) => make("li", {}, make("b", {}, what), `: ${why}`)))) : "",
      of.samples.length ? section("What the models write", writeSamples(data, of)) : "",
      of.gains.length ? section("Benchmarks", ...writeBenchmarks(data, of)) : "",
      section("Text", ...writeText(data, of)),
      section("Before you trust it", writeChecks(of)),
    ].filter(Boolean);
  }

  function writeVerdict(of) {
    if (of.bits_per_byte == null) return ["Not measured: there are no test documents."];
    const on = ` on ${plural(of.test_documents, "test document")}`;
    if (of.gain == null) return [`${decimal(of.bits_per_byte)} bits per byte${on}; there is no base to compare with.`];
    const guessing = of.bits_per_byte_base > 8 ? " The base was worse than guessing bytes (8 bits each), so this says little." : "";
    const words = { gain: "Improved", loss: "Got worse", unsure: "Nobody can tell" }[of.verdict];
    const range = of.gain_low == null ? ", too few documents for an interval" : ` (95 % interval ${interval(of.gain_low, of.gain_high)})`;
    return [make("b", { class: of.verdict === "gain" ? "good" : of.verdict === "loss" ? "bad" : "unsure" }, words),
      `: ${signed(of.gain)} bits per byte saved${range},${on}.${guessing}`];
  }

  function writeStats(data, of) {
    const arrow = (before, after) => make("dd", {}, before == null ? "" : make("span", { class: "was" }, decimal(before)), before == null ? "" : make("span", { class: "to", "aria-label": "to" }, " → "), make("b", {}, decimal(after)));
    const stat = (name, value, ...notes) => make("div", { class: "stat" }, make("dt", {}, name), value, ...notes.filter(Boolean).map((note) => (typeof note === "string" ? make("dd", { class: "note" }, note) : note)));
    const english = data.rows.tokens_per_byte[data.place.get("eng_Latn")];
    const times = (value) => `${decimal(value, 1)}\u00d7`;
    const against = of.tokens_per_byte && english && of.lang !== "eng_Latn"
      ? `${times(of.tokens_per_byte / english)} English's ${decimal(english)}` + (of.premium ? `; for the same content ${times((of.tokens_per_byte * of.premium) / english)} its tokens` : "") : "";
    const ranks = data.rows.train_bytes.filter((size) => size > of.train_bytes).length + 1;
    const epochs = !of.epochs ? "" : of.epochs < 1 ? `; ${share(of.epochs)} of it drawn` : `; each token seen ${decimal(of.epochs, 1)} times`;
    return [
      of.bits_per_byte == null ? "" : stat("Bits per byte", arrow(of.bits_per_byte_base, of.bits_per_byte), drawStrip(data, of)),
      of.tokens_per_byte == null ? "" : stat("Tokens per byte", arrow(of.tokens_per_byte_base, of.tokens_per_byte), against),
      stat("Training text", make("dd", {}, make("b", {}, bytes(of.train_bytes))), `${plural(of.train_documents, "document")}; rank ${count(ranks)} of ${count(data.langs.length)}${epochs}`),
    ];
  }

  // Where its gain stands among all: a thin line for each language, a thick one for this.
  function drawStrip(data, of) {
    const known = data.rows.gain.filter((gain, index) => gain != null && data.langs[index] !== CODE);
    if (of.gain == null || known.length < 2) return "";
    const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
    const x = (gain) => (2 + (196 * (gain - low)) / (high - low || 1)).toFixed(1);
    const lines = known.map((gain) => `M${x(gain)} 4v12`).join("");
    const better = known.filter((gain) => gain < of.gain).length;
    const holder = make("dd", { class: "note strip" });
    holder.innerHTML = `<svg viewBox="0 0 200 20" role="img" aria-label="Gains of all languages"><path class="ticks" d="${lines}"/><path class="zero" d="M${x(0)} 0v20"/><path class="here ${of.verdict}" d="M${x(of.gain)} 0v20"/></svg>`;
    holder.append(`more than in ${count(better)} of ${count(known.length)} languages`);
    return holder;
  }

  function writeSamples(data, of) {
    const hasBase = of.samples.some((sample) => sample[2] != null);
    return make("div", { class: "samples" }, of.samples.map(([prompt, reference, base, adapted]) => make("article", {},
      make("p", { class: "prompt" }, foreign(prompt, of)),
      make("dl", {},
        hasBase ? [make("dt", {}, "Base"), make("dd", {}, foreign(base || NOTHING, of))] : [],
        [make("dt", {}, "Adapted"), make("dd", { class: "adapted" }, foreign(adapted || NOTHING, of))],
        [make("dt", {}, "The text itself"), make("dd", { class: "was" }, foreign(reference, of))]))));
  }

  function writeBenchmarks(data, of) {
    const compared = of.gains.some((row) => row[5] != null);
    const unseen = of.gains.some((row) => row[9] != null);
    const [base, model] = compared ? data.models : [null, data.models.at(-1)];
    const heads = [["Benchmark"], ["Metric"], ["Items", "num"], ["Chance", "num"], compared && [base, "num"], [model, "num"],
      compared && ["Gain", "num"], compared && ["95 % interval", "num"], compared && ["q", "num"], compared && unseen && ["Gain, unseen", "num"]];
    const rows = of.gains.map(([task, items, chance, before, value, gain, low, high, q, clean, cleanItems, empty, verdict]) => {
      const [name, variant, metric, native, inPoints] = data.tasks[task];
      const digits = inPoints ? 1 : 3;
      return make("tr", {}, make("th", { scope: "row" }, name, " ", make("span", { class: "code" }, variant + (native ? ", native" : ""))), cell(metric),
        number(count(items)), number(decimal(chance, digits)), compared ? number(decimal(before, digits)) : "", number(make("b", {}, decimal(value, digits))),
        compared ? [number(signed(gain, digits), verdict), number(interval(low, high, digits) || MISSING), number(q != null && q < 0.001 ? "<0.001" : decimal(q)),
          unseen ? number(clean == null ? MISSING : `${signed(clean, digits)} of ${count(cleanItems)}`) : ""] : []);
    });
    const answers = of.answers.map(([what, prompt, reference, metric, models]) => make("tr", {},
      make("td", {}, make("span", { class: "code" }, what), foreign(prompt, of)),
      models.map(([text, value, lang]) => make("td", {}, foreign(text || NOTHING, of),
        value == null ? "" : make("span", { class: "code" }, `${metric} ${decimal(value, 2)}${lang ? `, reads as ${lang}` : ""}`))),
      make("td", {}, foreign(reference, of))));
    return [
      table(heads.filter(Boolean), rows),
      make("p", { class: "note" }, "q: the chance of such a gain where there is none, all languages of the benchmark considered (Benjamini and Hochberg). Unseen: on items that are not in the training text."),
      answers.length ? make("h3", {}, "Answers side by side") : "",
      answers.length ? table([["Asked"], ...data.models.map((name) => [name]), ["Reference"]], answers, "answers") : "",
    ].filter(Boolean);
  }

  const SPLITS = ["train", "validation", "test"];

  function writeText(data, of) {
    if (!of.text.length) return [make("p", {}, "Nothing of it was collected.")];
    const outcomes = new Map();
    const sources = new Map();
    for (const [source, outcome, documents, size] of of.text) {
      addTo(outcomes, outcome, documents, size);
      addTo(sources, source, documents, size);
      if (SPLITS.includes(outcome)) sources.get(source).kept = (sources.get(source).kept ?? 0) + documents;
    }
    const total = [...outcomes.values()].reduce((sum, each) => sum + each.documents, 0);
    const order = [...outcomes].sort(([a, x], [b, y]) => rank(a) - rank(b) || y.documents - x.documents);
    const bar = make("div", { class: "stack", "aria-hidden": "true" }, order.map(([outcome, { documents }]) =>
      make("i", { class: SPLITS.includes(outcome) ? outcome : "drop", style: `flex-grow:${documents}`, title: `${outcome}: ${count(documents)}` })));
    return [
      table([["Source"], ["Licence"], ["Text may be passed on"], ["Documents", "num"], ["Kept", "num"], ["Text", "num"]],
        [...sources].map(([source, sum]) => {
          const [name, licence, redistribution] = data.sources[source] ?? [MISSING, MISSING, null];
          const passed = { public: "yes", derived: "no, what is made from it may", private: "no" }[redistribution] ?? MISSING;
          return make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), cell(make("bdi", {}, licence)), cell(passed), number(count(sum.documents)), number(share((sum.kept ?? 0) / sum.documents)), number(bytes(sum.size)));
        })),
      make("h3", {}, "What became of it"), bar,
      table([["Outcome"], ["Documents", "num"], ["Share", "num"], ["Text", "num"], ["For example"]],
        order.map(([outcome, sum]) => make("tr", {}, make("th", { scope: "row", class: SPLITS.includes(outcome) ? `key ${outcome}` : "key drop" }, outcome),
          number(count(sum.documents)), number(share(sum.documents / total)), number(bytes(sum.size)),
          make("td", { class: "example" }, of.dropped.filter(([reason]) => reason === outcome).map(([, , text]) => foreign(text, of)))))),
    ];
  }
  function addTo(sums, key, documents, size) {
    const sum = sums.get(key) ?? { documents: 0, size: 0 };
    sums.set(key, Object.assign(sum, { documents: sum.documents + documents, size: sum.size + size }));
  }
  const rank = (outcome) => (SPLITS.includes(outcome) ? SPLITS.indexOf(outcome) : SPLITS.length);

  function writeChecks(of) {
    return make("ul", {}, of.flags.map((flag) => make("li", {}, flag)),
      make("li", {}, "No speaker has looked at it here. ", make("code", {}, `emma audit ${of.lang} --html audit.html`), " makes a sheet that one can read, mark and sign."));
  }

  if (location.hash) route();
}
