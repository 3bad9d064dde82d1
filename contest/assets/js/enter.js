// The part of a link after "#" never reaches a server's log. Here it is posted once, and the
// address is clean from then on.
function enter() {
  const form = document.querySelector("[data-enter]");
  const token = location.hash.slice(1);
  if (token.length < 20) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.hidden = true;
  document.querySelector("[data-entering]").hidden = false;
  form.submit();
}

// A short part is a place on the page that was asked for: the person is led there after the code.
document.querySelector("[data-enter]").addEventListener("submit", (event) => {
  const { next } = event.target.elements;
  if (location.hash && next.value && !next.value.includes("#")) next.value += location.hash;
});

addEventListener("hashchange", enter);
enter();
