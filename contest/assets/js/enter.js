// The part of a link after "#" never reaches a server's log. Here it is posted once, and the
// address is clean from then on.
const form = document.querySelector("[data-enter]");
const token = location.hash.slice(1);

if (form && token.length > 20) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.hidden = true;
  document.querySelector("[data-entering]").hidden = false;
  form.submit();
}
