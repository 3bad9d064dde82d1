// One-use links carry their token behind "#", which browsers never send. It goes into the form's
// field, and out of the address, so that it stays in no history.
const field = document.querySelector("[data-fragment]");
const token = location.hash.slice(1);
if (field && token) {
  field.value = token;
  history.replaceState(null, "", location.pathname + location.search);
}
if (field?.value) field.closest(".field").hidden = true;
