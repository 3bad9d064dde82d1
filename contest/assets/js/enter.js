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

addEventListener("hashchange", enter);
enter();
