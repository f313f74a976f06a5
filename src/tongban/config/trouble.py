"""What the person at the console must put right."""


class Trouble(Exception):
    """A start that cannot go on: one sentence in each language that says what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en
