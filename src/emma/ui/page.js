// Sorting and filtering of the language table. Without script the page still shows every row.
"use strict";
{
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const words = new Map(rows.map((row) => [row, fold(row.cells[0].textContent + " " + row.cells[1].textContent)]));
  const collator = new Intl.Collator("en", { numeric: true });

  // Case and diacritics do not matter to someone who looks for "yoruba".
  function fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  // Rows without a value come last in both directions; equal rows keep their order.
  function sort(index, descending) {
    const text = headers[index].dataset.kind === "text";
    const key = (row) => row.cells[index].dataset.v;
    const order = text ? collator.compare : (a, b) => Number(a) - Number(b);
    rows.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
      return descending ? order(right, left) : order(left, right);
    });
    body.append(...rows);
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    headers[index].setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  headers.forEach((header, index) => {
    header.querySelector("button").addEventListener("click", () => {
      const now = header.getAttribute("aria-sort");
      sort(index, now ? now === "ascending" : header.dataset.kind !== "text");
    });
  });

  const find = document.getElementById("find");
  const choices = ["band", "script", "verdict"].map((name) => document.getElementById(name)).filter(Boolean);

  function filter() {
    const sought = fold(find.value.trim());
    let shown = 0;
    for (const row of rows) {
      const fits = choices.every((choice) => !choice.value || row.dataset[choice.id] === choice.value);
      row.hidden = !(fits && words.get(row).includes(sought));
      shown += !row.hidden;
    }
    const all = shown === rows.length;
    document.getElementById("shown").textContent = all ? `${shown} rows` : `${shown} of ${rows.length} rows`;
  }

  find.addEventListener("input", filter);
  choices.forEach((choice) => choice.addEventListener("change", filter));

  // A link to a row must find it, whatever is filtered.
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row instanceof HTMLDetailsElement) row.open = true;
    if (!row || !row.hidden) return;
    for (const each of [find, ...choices]) each.value = "";
    filter();
    row.scrollIntoView({ block: "center" });
  });
}
