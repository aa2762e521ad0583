// The address says what is shown: the overview, or the page of a language.
const overview = document.getElementById("overview");
const view = document.getElementById("language");
const title = document.title;
// Names lead to pages, which there are with this script alone.
for (const row of document.getElementById("table").tBodies[0].rows) {
  const name = row.cells[0].firstChild;
  name.replaceWith(make("a", { href: `#${row.id}` }, name.data.trim()), " ");
}
let left = 0; // how far the overview was scrolled

const isLabel = (hash) => /^#[a-z]{3}_[A-Z][a-z]{3}$/.test(hash);

async function route() {
  if (!isLabel(location.hash)) return close();
  const lang = location.hash.slice(1);
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
  view.querySelectorAll("table").forEach(page.makeSortable);
  page.letScroll();
  view.focus({ preventScroll: true });
}

// Browsers from before 2023 cannot unpack the pages.
function explain(lang) {
  const words = "This browser is too old to unpack the pages of languages. What is known of them stands in languages.csv beside this file.";
  view.replaceChildren(make("nav", { class: "steps", "aria-label": "Languages" }, leadBack()), make("h1", {}, lang), make("p", {}, words));
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
addEventListener("scroll", () => { if (!overview.hidden && !isLabel(location.hash)) lastScroll = scrollY; }, { passive: true });
addEventListener("hashchange", route);
addEventListener("keydown", ({ key }) => { if (key === "Escape" && !view.hidden) location.hash = page.address(); });

if (location.hash) route();
