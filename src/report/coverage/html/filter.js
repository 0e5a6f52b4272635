"use strict";
// Filters the controls and clauses by what is written in their heads. The page is whole without it.
const field = document.getElementById("filter");
field.closest("p").hidden = false;
const entries = Array.from(document.querySelectorAll("details.entry"), (entry) => [
  entry,
  entry.querySelector("summary").textContent.toLowerCase(),
]);
field.addEventListener("input", () => {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [entry, text] of entries) {
    entry.hidden = !wanted.every((word) => text.includes(word));
    shown += entry.hidden ? 0 : 1;
  }
  document.getElementById("matches").textContent = wanted.length ? `${shown} of ${entries.length}` : "";
});
