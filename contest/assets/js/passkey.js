// Passkeys: the browser is asked for one, what it answers goes into the form, and the form is sent.
const HINTS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// What the server asks for, in JSON, as the browser takes it (WebAuthn, 5.1.8 and 5.1.9).
function readable(options) {
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

// And what it answers, as JSON.
function written({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
}

async function options(form) {
  const how = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" };
  const answer = await fetch(form.dataset.begin, how);
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(), { said: found.message });
  return readable(found);
}

async function ask(form) {
  const publicKey = await options(form);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.elements.credential.value = written(credential);
  for (const shown of form.querySelectorAll("[name=old], [name=code]")) shown.value = ""; // it was judged
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-without-passkey]")) other.hidden = true;
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    ask(form)
      .catch((error) => {
        said.textContent = error.said ?? form.dataset[HINTS[error.name] ?? "failed"];
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}
