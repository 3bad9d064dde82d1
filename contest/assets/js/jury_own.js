// A clip dropped on another one opens both side by side. By taps and by keys it is done with the boxes of the list.
const form = document.querySelector("[data-pairing]");

if (form) {
  let held = null;
  const row = (event) => event.target.closest?.("[data-clip]");
  const mark = (over) => {
    for (const one of form.querySelectorAll(".jury-list__row--over")) one.classList.remove("jury-list__row--over");
    over?.classList.add("jury-list__row--over");
  };
  form.addEventListener("dragstart", (event) => {
    held = row(event);
    event.dataTransfer.setData("text/plain", held.dataset.clip);
    event.dataTransfer.effectAllowed = "link";
  });
  form.addEventListener("dragover", (event) => {
    const over = row(event);
    if (!held || !over || over === held) return mark(null);
    event.preventDefault();
    return mark(over);
  });
  form.addEventListener("drop", (event) => {
    const over = row(event);
    if (!held || !over || over === held) return;
    event.preventDefault();
    const pair = new URLSearchParams([["clip", held.dataset.clip], ["clip", over.dataset.clip]]);
    location.assign(`${form.dataset.pairing}?${pair}`);
  });
  form.addEventListener("dragend", () => {
    held = null;
    mark(null);
  });
}
