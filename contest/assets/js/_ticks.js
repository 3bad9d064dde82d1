// Tables with a box in each row: one tick for all rows of this page, with how many are ticked. Without the script each
// row has its own box, and the last choice takes all that the filter shows.
import { fill } from "./_words.js";

function startOne(all) {
  const boxes = [...all.form.elements].filter((box) => box.name === "row" && box.type === "checkbox");
  const said = all.parentElement.querySelector("[data-ticked]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    said.textContent = fill(said.dataset.ticked, { ticked, all: boxes.length });
  };
  if (!boxes.length) return;
  all.closest("[data-tick-page]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  addEventListener("pageshow", show); // a browser keeps ticks when it goes back
  show();
}

export function startTicks() {
  for (const place of document.querySelectorAll("[data-tick-page]")) startOne(place.querySelector("input"));
}
