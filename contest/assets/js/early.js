// Before the page is drawn: what stands there for browsers without scripts is not shown first and then taken away, and
// what a script is going to show has its room. Where modules are not known, or one fails, all is as without scripts.
if ("noModule" in HTMLScriptElement.prototype) {
  const { classList } = document.documentElement;
  classList.add("scripted");
  addEventListener("error", () => classList.remove("scripted"), true);
}
