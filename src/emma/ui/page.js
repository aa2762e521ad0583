// What pages with tables of languages share: every table can be sorted, one form filters all that shows languages, and
// the address keeps both. Without script the page still shows every row.
"use strict";
const page = (() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const PREFIXES = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

  // Case and diacritics do not matter to someone who looks for "yoruba".
  function fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  // The number that a cell begins with, as `emma.ui.numerals` writes it; undefined for a dash, and for words.
  function parseNumber(text) {
    const found = /^[<≥]?\s*([+\u2212-]?[\d\u202f]+(?:\.\d+)?)\s*([kMGTP](?=B|$))?/.exec(text.replace(/.*→\s*/, ""));
    if (!found) return undefined;
    return Number(found[1].replaceAll("\u202f", "").replace("\u2212", "-")) * (PREFIXES[found[2]] ?? 1);
  }

  // ---- Sorting

  function makeSortable(table) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, index) => {
      let button = header.querySelector("button");
      if (!button) {
        button = document.createElement("button");
        button.type = "button";
        button.append(...header.childNodes);
        header.append(button);
      }
      button.addEventListener("click", () => {
        const now = header.getAttribute("aria-sort");
        sort(table, headers, index, now ? now === "ascending" : isNumeric(header));
        if (table === main && find) write();
      });
    });
  }

  const isNumeric = (header) => (header.dataset.kind ?? (header.classList.contains("num") ? "number" : "text")) !== "text";

  // Rows without a value come last in both directions; equal rows keep their order.
  function sort(table, headers, index, descending) {
    const numeric = isNumeric(headers[index]);
    const compare = numeric ? (a, b) => a - b : collator.compare;
    for (const body of table.tBodies) {
      const order = headers[index].dataset.order?.split(" "); // of words that have one
      const keys = new Map([...body.rows].map((row) => [row, sortKey(row.cells[index], numeric, order)]));
      const rows = [...keys.keys()].sort((a, b) => {
        const [left, right] = [keys.get(a), keys.get(b)];
        if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
        return descending ? compare(right, left) : compare(left, right);
      });
      body.append(...rows);
    }
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    headers[index].setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  function sortKey(cell, numeric, order) {
    const text = cell.dataset.v ?? cell.textContent.trim();
    if (order) return order.includes(text) ? order.indexOf(text) : undefined;
    if (numeric) return cell.dataset.v === undefined ? parseNumber(text) : Number(text);
    return text === "–" || text === "" ? undefined : text;
  }

  // ---- Filtering: the rows of the main table decide, and all else that shows a language follows them.

  const main = document.getElementById("table");
  const find = document.getElementById("find");
  const choices = [...document.querySelectorAll(".filters select")];
  const followers = [];
  let words = new Map();

  const facets = (row) => choices.map((choice) => row.dataset[choice.id] ?? cellOf(row, choice.id));
  const cellOf = (row, key) => {
    const header = main.tHead.querySelector(`[data-key="${key}"]`);
    if (!header) return "";
    const cell = row.cells[header.cellIndex];
    return header.dataset.by === "class" ? cell.className || "none" : cell.textContent.trim();
  };

  const isLanguage = (lang) => !lang.startsWith("zxx_"); // program code is a row, and no language

  function filter() {
    const sought = fold(find.value.trim());
    const shown = new Set();
    for (const [row, known] of words) {
      const fits = known.facets.every((facet, index) => !choices[index].value || facet === choices[index].value);
      row.hidden = !(fits && known.text.includes(sought));
      if (!row.hidden) shown.add(row.id);
    }
    const all = shown.size === words.size;
    const count = (rows) => String([...rows].filter(isLanguage).length).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const known = count([...words.keys()].map((row) => row.id));
    document.getElementById("shown").textContent = `${all ? "" : `${count(shown)} of `}${known} language${known === "1" ? "" : "s"}`;
    document.querySelectorAll("tr[data-lang]").forEach((row) => (row.hidden = !all && !shown.has(row.dataset.lang)));
    document.querySelectorAll("svg a[href^='#']").forEach((mark) => {
      const lang = decodeURIComponent(mark.getAttribute("href").slice(1));
      mark.classList.toggle("off", !all && words.has(document.getElementById(lang)) && !shown.has(lang));
    });
    followers.forEach((follow) => follow(shown, all));
  }

  function change() {
    filter();
    write();
  }

  function clear() {
    for (const each of [find, ...choices]) each.value = "";
    change();
  }

  // ---- The address: `#script=Arab&sort=-Gain` is the page as it was, to go back to and to be sent.

  const named = (header) => header.textContent.trim();
  const sorted = () => main.tHead.querySelector("[aria-sort]");
  let first; // the header that the table is sorted by when it is opened, if any

  function address() {
    const state = new URLSearchParams();
    for (const each of [find, ...choices]) if (each.value) state.set(each.id, each.value);
    const by = sorted();
    const sign = by?.getAttribute("aria-sort") === "descending" ? "-" : "";
    if (by && !(by === first && sign)) state.set("sort", sign + named(by));
    return `#${state}`;
  }

  // No new step of the way back: who goes on from here comes back to it.
  const write = () => history.replaceState(null, "", address());

  function read() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const each of [find, ...choices]) each.value = state.get(each.id) ?? "";
    for (const each of choices) each.selectedIndex = Math.max(0, each.selectedIndex); // of another report
    const headers = [...main.tHead.rows[0].cells];
    const by = state.get("sort")?.replace(/^-/, "");
    const index = headers.findIndex((header) => named(header) === by);
    if (index >= 0) sort(main, headers, index, state.get("sort") !== by);
    else if (sorted() !== first) restore(headers);
    filter();
  }

  function restore(headers) {
    main.tBodies[0].append(...words.keys());
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    first?.setAttribute("aria-sort", "descending");
  }

  function startFilter() {
    // The names, and what else a page knows a language by, such as its own name.
    for (const row of main.tBodies[0].rows) {
      const names = [row.cells[0], row.cells[1]].map((cell) => cell.textContent).join(" ");
      words.set(row, { facets: facets(row), text: fold(names) });
    }
    first = sorted();
    find.addEventListener("input", change);
    choices.forEach((choice) => choice.addEventListener("change", change));
    addEventListener("hashchange", () => (location.hash.includes("=") || !location.hash) && read());
    // When all scripts have said what follows the filter.
    if (location.hash.includes("=")) addEventListener("DOMContentLoaded", read);
    // A link to a row must find it, whatever is filtered; where languages have pages, links go there.
    if (!document.getElementById("language")) window.addEventListener("hashchange", () => {
      const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!row || !row.hidden || !words.has(row)) return;
      clear();
      row.scrollIntoView({ block: "center" });
    });
  }

  // What is wider than the window can be moved by the arrow keys, and a screen reader says what it is.
  function letScroll() {
    for (const each of document.querySelectorAll(".scroll, .wide")) {
      if (each.tabIndex === 0 || each.scrollWidth <= each.clientWidth) continue;
      const heading = each.closest("section, div:has(> h3)")?.querySelector("h2, h3");
      for (const [key, value] of Object.entries({ tabindex: 0, role: "group", "aria-label": heading?.textContent ?? "Table" }))
        each.setAttribute(key, value);
    }
  }

  document.querySelectorAll("table.sortable, #table").forEach(makeSortable);
  addEventListener("resize", letScroll);
  letScroll();
  if (main && find) startFilter();

  return {
    address,
    clear,
    filter,
    fold,
    letScroll,
    makeSortable,
    onFilter: (follow) => followers.push(follow),
    addWords: (lang, text) => {
      const known = words.get(document.getElementById(lang));
      if (known) known.text += " " + fold(text);
    },
  };
})();
