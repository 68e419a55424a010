"use strict";
const root = document.documentElement;
document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

/* Tables sort by the column whose heading is clicked: numbers by value, words by letter. */
function valueOf(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = Number(text);
  return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
}
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading) => {
    heading.tabIndex = 0;
    heading.addEventListener("keydown", (event) => { if (event.key === "Enter") heading.click(); });
  });
  headings.forEach((heading, column) => heading.addEventListener("click", () => {
    const numeric = heading.classList.contains("number");
    const first = numeric ? "descending" : "ascending";
    const order = heading.ariaSort === first ? (numeric ? "ascending" : "descending") : first;
    headings.forEach((other) => { other.ariaSort = null; });
    heading.ariaSort = order;
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => {
      const [x, y] = [valueOf(a, column), valueOf(b, column)];
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
    });
    table.tBodies[0].append(...rows);
  }));
}

const search = document.getElementById("search");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/);
  const rows = [...document.querySelectorAll("table.searchable tbody tr")];
  for (const row of rows) {
    const text = (row.textContent + " " + row.id).toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  document.getElementById("found").textContent = search.value ? `${shown} of ${rows.length}` : "";
});

/* A layer of the graph leads to its row. */
function show(name) {
  const row = document.getElementById(name);
  search.value = "";
  search.dispatchEvent(new Event("input"));
  document.querySelectorAll("tr.marked").forEach((other) => other.classList.remove("marked"));
  row.classList.add("marked");
  row.scrollIntoView({ block: "center" });
}
for (const node of document.querySelectorAll("[data-layer]")) {
  node.addEventListener("click", () => show(node.dataset.layer));
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") show(node.dataset.layer); });
}
