// What the page of a language says.
function writePage(data, of) {
  const order = [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((row) => row.id);
  const at = order.indexOf(of.lang);
  const link = (lang, text, rel) => lang && make("a", { href: `#${lang}`, rel }, text);
  const nameOf = (lang) => data.rows.name[data.place.get(lang)];
  const [before, after] = [order[at - 1], order[at + 1]];
  return [
    make("nav", { class: "steps", "aria-label": "Languages" }, leadBack(),
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

const leadBack = () => make("a", { href: page.address() }, "← All languages");

function writeVerdict(of) {
  if (of.bits_per_byte == null) return ["Not measured: there are no test documents."];
  const on = ` on ${plural(of.test_documents, "test document")}`;
  if (of.gain == null) return [`${decimal(of.bits_per_byte)} bits per byte${on}; there is no base to compare with.`];
  const guessing = of.bits_per_byte_base > 8 ? " The base was worse than guessing bytes (8 bits each), so this says little." : "";
  const words = { gain: "Improved", loss: "Got worse", unsure: "Nobody can tell" }[of.verdict];
  const range = of.gain_low == null ? ", too few documents for an interval" : ` (95 % interval ${interval(of.gain_low, of.gain_high)})`;
  return [make("b", { class: of.verdict === "gain" ? "good" : of.verdict === "loss" ? "bad" : "unsure" }, words),
    `: a gain of ${signed(of.gain)} bits per byte${range},${on}.${guessing}`];
}

function writeStats(data, of) {
  const arrow = (before, after) => make("dd", {}, before == null ? "" : make("span", { class: "was" }, `${decimal(before)} → `), make("b", {}, decimal(after)));
  const stat = (name, value, ...notes) => make("div", { class: "stat" }, make("dt", {}, name), value, ...notes.filter(Boolean).map((note) => (typeof note === "string" ? make("dd", { class: "note" }, note) : note)));
  const english = data.rows.tokens_per_byte[data.place.get("eng_Latn")];
  const times = (value) => `${decimal(value, 1)}\u00d7`;
  const against = of.tokens_per_byte && english && of.lang !== "eng_Latn"
    ? `${times(of.tokens_per_byte / english)} English's ${decimal(english)}` + (of.premium ? `; for the same content ${times((of.tokens_per_byte * of.premium) / english)} its tokens` : "") : "";
  const ranks = data.rows.train_bytes.filter((size, index) => size > of.train_bytes && data.langs[index] !== CODE).length + 1;
  const epochs = !of.epochs ? "" : of.epochs < 1 ? `; ${share(of.epochs)} of it drawn` : `; each token seen ${decimal(of.epochs, 1)} times`;
  return [
    of.bits_per_byte == null ? "" : stat("Bits per byte", arrow(of.bits_per_byte_base, of.bits_per_byte), drawStrip(data, of)),
    of.tokens_per_byte == null ? "" : stat("Tokens per byte", arrow(of.tokens_per_byte_base, of.tokens_per_byte), against),
    stat("Training text", make("dd", {}, make("b", {}, bytes(of.train_bytes))), `${plural(of.train_documents, "document")}; rank ${count(ranks)} of ${count(data.langs.filter((lang) => lang !== CODE).length)}${epochs}`),
  ];
}

// Where its gain stands among all: a thin line for each language, a thick one for this.
function drawStrip(data, of) {
  // As a share of the base's bits: a byte holds less of a text in some scripts than in others.
  const gains = data.rows.gain.map((gain, index) => (gain == null || data.langs[index] === CODE ? null : gain / data.rows.bits_per_byte_base[index]));
  const known = gains.filter((value) => value != null);
  if (of.gain == null || known.length < 2) return "";
  const mine = of.gain / of.bits_per_byte_base;
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const x = (gain) => (2 + (196 * (gain - low)) / (high - low || 1)).toFixed(1);
  const lines = known.map((gain) => `M${x(gain)} 4v12`).join("");
  const better = known.filter((gain) => gain < mine).length;
  const holder = make("dd", { class: "note strip" });
  holder.innerHTML = `<svg viewBox="0 0 200 20" role="img" aria-label="Gains of all languages"><path class="ticks" d="${lines}"/><path class="zero" d="M${x(0)} 0v20"/><path class="here ${of.verdict}" d="M${x(mine)} 0v20"/></svg>`;
  holder.append(`a larger share gained than in ${count(better)} of ${count(known.length - 1)} others`);
  return holder;
}

// A mark without a letter before it stands on a dotted circle.
function carry(text) {
  return text && /^\s*\p{M}/u.test(text) ? `\u25CC${text.trimStart()}` : text;
}

function writeSamples(data, of) {
  const hasBase = of.samples.some((sample) => sample[2] != null);
  return make("div", { class: "samples" }, of.samples.map(([prompt, reference, base, adapted]) => make("article", {},
    make("p", { class: "prompt" }, quote(prompt, of)),
    make("dl", {},
      hasBase ? [make("dt", {}, "Base"), make("dd", {}, foreign(carry(base) || NOTHING, of))] : [],
      [make("dt", {}, "Adapted"), make("dd", { class: "adapted" }, foreign(carry(adapted) || NOTHING, of))],
      [make("dt", {}, "The text itself"), make("dd", { class: "was" }, quote(reference, of))]))));
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
    make("p", { class: "note" }, "q: of the differences with a q as small as this one, at most this share is expected to be chance, all languages of the benchmark considered (Benjamini and Hochberg). Unseen: on items that are not in the training text."),
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
        make("td", { class: "example" }, of.dropped.filter(([reason]) => reason === outcome).map(([, , text]) => quote(text, of)))))),
  ];
}
function addTo(sums, key, documents, size) {
  const sum = sums.get(key) ?? { documents: 0, size: 0 };
  sums.set(key, Object.assign(sum, { documents: sum.documents + documents, size: sum.size + size }));
}
const rank = (outcome) => (SPLITS.includes(outcome) ? SPLITS.indexOf(outcome) : SPLITS.length);

function writeChecks(of) {
  const sheet = make("code", {}, `emma audit ${of.lang} --html audit.html`);
  return make("ul", {}, of.flags.map((flag) => make("li", {}, flag)), of.audits.map((said) => make("li", {}, said)),
    of.audits.length ? "" : make("li", {}, "No speaker has looked at it here. ", sheet, " makes a sheet that one can read, mark and sign."));
}
