// Texts to hand on are shared or copied by one tap; a letter is shown while it is being worded.
// Without this the text can be selected, and a button shows the letter.
import { giveRoom, keepRoom, lifted } from "./_steady.js";

for (const place of document.querySelectorAll("[data-hand-on]")) {
  const share = place.querySelector("[data-share]");
  const copyButton = place.querySelector("[data-copy]");
  share.hidden = !navigator.share;
  share.addEventListener("click", () => {
    navigator.share({ text: place.querySelector(".letter").textContent }).catch((error) => {
      if (error.name !== "AbortError") copyButton.click();
    });
  });
}

// The answers may come in another order than they were asked for: only the last one counts.
function live(form) {
  const preview = document.getElementById("preview");
  let timer = 0;
  let asked = 0;
  const show = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("preview");
    await lifted();
    if (mine !== asked || !fresh) return;
    keepRoom(preview); // its buttons stand below
    preview.textContent = "";
    preview.append(...fresh.childNodes); // nodes, no text: nothing is read as markup once more
  };
  form.addEventListener("input", () => {
    giveRoom(preview);
    clearTimeout(timer);
    timer = setTimeout(() => show().catch(() => {}), 500);
  });
}

const worded = document.querySelector("form[data-live]");
if (worded) live(worded);
