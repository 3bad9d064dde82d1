"""A person who has no mouse: Tab, Enter, Space, arrows and letters, nothing else."""

from playwright.sync_api import Locator, Page, expect

FOCUSED = "element => element === document.activeElement"
RING = """element => {
  const shown = element.closest("label") ?? element;
  const styles = [element, shown].map(one => getComputedStyle(one));
  return styles.some(style => style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""
MOST_STEPS = 150


class Keyboard:
    """Walks a page with the Tab key, and insists that the place where it stands can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Press Tab until ``target`` has the focus."""
        element = target.element_handle()  # to look for it anew at each step takes most of the time
        for _ in range(MOST_STEPS):
            if element.evaluate(FOCUSED):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab never reaches {target}")
        assert target.evaluate(RING), f"nobody sees that {target} has the focus"
        box, view = target.bounding_box(), self.page.viewport_size
        assert box and view and -1 <= box["y"] <= view["height"], f"{target} is out of sight"

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.to(target)
        self.page.keyboard.press(key)

    def type(self, target: Locator, text: str) -> None:
        """Replace what stands in a field."""
        self.to(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, target: Locator) -> None:
        self.press(target, "Space")
        expect(target).to_be_checked()
