// A paired phone: hands in the key of the address once, moves the show without loading the page anew,
// and says where it stands.
const pairing = document.querySelector("[data-pair]");
const place = document.querySelector("[data-remote]");

if (pairing) {
  const key = location.hash.slice(1);
  if (key.length > 20) {
    history.replaceState(null, "", location.pathname);
    pairing.elements.key.value = key;
    pairing.hidden = false;
    pairing.submit();
  }
}

function say(step) {
  const words = [place.dataset[step.kind]];
  if (step.black) words.push(place.dataset.dark);
  if (step.playing) words.push(place.dataset.runs);
  place.querySelector("strong").textContent = `${step.position}/${step.length}`;
  place.querySelector("span").textContent = words.join(" · ");
}

async function ask(address, options = {}) {
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "application/json" } });
    if (answer.status === 410) location.reload();
    if (answer.ok) say(await answer.json());
    return answer.ok;
  } catch {
    return false;
  }
}

async function look() {
  await ask(place.dataset.remote);
  setTimeout(look, 2000);
}

if (place) {
  for (const form of document.querySelectorAll(".remote form")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const done = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!done) form.submit(); // the page itself says why
    });
  }
  look();
}
