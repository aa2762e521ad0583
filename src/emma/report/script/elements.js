// Numbers as `emma.ui.numerals` writes them, and elements.
const MISSING = "–";
const NOTHING = "(nothing)";
const CODE = "zxx_Zyyy"; // program code, which is no language
const REACH = 14; // from a dot, in CSS pixels, within which a pointer means it

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
  return make("bdi", { dir: isFromRight ? "rtl" : "auto", lang: Intl.getCanonicalLocales(of.lang.replace("_", "-"))[0] }, text);
}
// A text, or the length of one that may not be passed on.
const quote = (text, of) => typeof text !== "number" ? foreign(text, of)
  : make("span", { class: "note" }, `${plural(text, "character")}, not quoted: this text may not be passed on`);
const table = (heads, rows, style = "") =>
  make("div", { class: "scroll" },
    make("table", { class: style },
      make("thead", {}, make("tr", {}, heads.map(([text, kind]) => make("th", { scope: "col", class: kind }, text)))),
      make("tbody", {}, rows)));
const cell = (text, kind) => make("td", { class: kind }, text);
const number = (text, kind = "") => cell(text, `num ${kind}`);
const section = (heading, ...children) => make("section", {}, make("h2", {}, heading), ...children);
