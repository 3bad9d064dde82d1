// Notices on this device: asks the browser for a subscription and hands it to the server. What is followed without an
// account has a worker's place of its own, and so a subscription of its own: each is turned off by itself.
const form = document.querySelector("[data-push]");
const part = (name) => form.querySelector(`[data-${name}]`);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function show(state) {
  for (const [name, shown] of Object.entries({
    none: state === "none", blocked: state === "blocked", "is-on": state === "on", "is-off": state === "off",
    "turn-on": state === "off", "turn-off": state === "on",
  })) part(name).hidden = !shown;
}

async function post(address, values) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error((await answer.json()).message);
}

async function turnOn(place) {
  if ((await Notification.requestPermission()) !== "granted") return show("blocked");
  await (await place.pushManager.getSubscription())?.unsubscribe(); // it may be of an earlier key
  const key = bytes(form.dataset.push);
  const made = await place.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await post(form.action, {
    endpoint: made.endpoint, browser_key: text(made.getKey("p256dh")), auth: text(made.getKey("auth")),
  });
  return show("on");
}

async function turnOff(place) {
  const made = await place.pushManager.getSubscription();
  if (made) {
    await post(form.dataset.forget, { endpoint: made.endpoint });
    await made.unsubscribe();
  }
  show("off");
}

async function start() {
  const scope = form.dataset.scope ? { scope: form.dataset.scope } : undefined;
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return show("none");
  if (Notification.permission === "denied") return show("blocked");
  const place = await navigator.serviceWorker.register(form.dataset.worker, scope);
  for (const [element, event, act] of [[form, "submit", turnOn], [part("turn-off"), "click", turnOff]]) {
    element.addEventListener(event, (happened) => {
      happened.preventDefault();
      part("said").textContent = "";
      act(place).catch((error) => { part("said").textContent = error.message; });
    });
  }
  return show((await place.pushManager.getSubscription()) ? "on" : "off");
}

start().catch(() => show("none"));
