// The page that stands in the browser, but for its words: elements, attributes, what is hidden, which
// texts are there and which of them are the same. Where nothing else differs, axe finds the same.
() => {
  // Of these it only matters whether they are there, and where the same stands once more.
  const named = /^(id|for|name|form|list|headers|href|src|srcset|poster|action|formaction|value|content|datetime|alt|title|placeholder|data-.*|aria-(label|labelledby|describedby|controls|owns|details|valuetext|valuenow))$/;
  const numbers = new Map();

  function number(word) {
    if (!numbers.has(word)) numbers.set(word, numbers.size);
    return numbers.get(word);
  }

  function told(text) {
    const words = text.trim();
    return words && `#${number(words)}`;
  }

  function attribute({ name, value }) {
    const ids = /^(aria-(labelledby|describedby|controls|owns|details)|headers)$/.test(name);
    return `${name}=${ids ? value.split(/\s+/).map(told) : named.test(name) ? told(value) : value}`;
  }

  function shape(node) {
    if (node.nodeType === Node.TEXT_NODE) return told(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const seen = node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const state = [seen && "seen", node.checked && "checked", node.disabled && "disabled"].filter(Boolean);
    const opening = [node.localName, ...[...node.attributes].map(attribute), ...state].join(" ");
    return `<${opening}>${/^(script|style)$/.test(node.localName) ? "" : [...node.childNodes].map(shape).join("")}</>`;
  }

  return shape(document.documentElement);
}
