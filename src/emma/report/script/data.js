// The data of all pages: unpacked when it is first asked for.
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
  const lists = ["own", "premium", "text", "flags", "advice", "gains", "samples", "answers", "dropped", "audits"];
  return { ...row, lang, ...Object.fromEntries(lists.map((name) => [name, data[name][at]])) };
}
