// Text that a person cannot read whole: hidden by a box around it, or beyond the screen's edge where
// nothing scrolls. Answers with up to ten sentences.
() => {
  const edge = document.documentElement.clientWidth;

  function hider(rect, box) {
    for (; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      const border = box.getBoundingClientRect();
      if (border.width <= 1 || style.clipPath !== "none") return null; // for screen readers only
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return null;
      const wide = rect.right > border.right + 1 || rect.left < border.left - 1;
      const high = rect.bottom > border.bottom + 1;
      if (/hidden|clip/.test(style.overflowX) && (wide || high)) return box;
      if (style.position === "fixed") break;
    }
    return rect.right > edge + 1 && rect.bottom > 0 ? document.body : null;
  }

  function textNodes() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes.filter((n) => n.data.trim() && n.parentElement.checkVisibility({ visibilityProperty: true }));
  }

  function cut(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = [...range.getClientRects()].map((r) => hider(r, node.parentElement)).find(Boolean);
    return box ? [`cut off by ${box.tagName}.${box.className}: ${node.data.trim().slice(0, 60)}`] : [];
  }

  function cutChoice(select) {
    const style = getComputedStyle(select);
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const text = select.selectedOptions[0]?.text ?? "";
    return room > 0 && pen.measureText(text).width > room + 1 ? [`cut off in a list: ${text}`] : [];
  }

  const choices = [...document.querySelectorAll("select")].flatMap(cutChoice);
  return [...textNodes().flatMap(cut), ...choices].slice(0, 10);
}
