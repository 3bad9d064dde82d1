"""What can be wrong with an input or a bundle; each says so in Vietnamese and in English."""


class InputError(ValueError):
    """Malformed input: ``path`` is the JSON path of the fault, ``vi`` and ``en`` one sentence."""

    def __init__(self, path: str, vi: str, en: str) -> None:
        super().__init__(f"{path}: {vi} / {en}")
        self.path, self.vi, self.en = path, vi, en


class BundleError(ValueError):
    """A bundle that cannot be built, or a file that is no bundle at all."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi, self.en = vi, en
