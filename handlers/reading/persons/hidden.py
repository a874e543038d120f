"""What was found that must not be kept."""

from dataclasses import dataclass, field

from handlers.reading.text.normalise import SECRET


@dataclass(slots=True)
class Secrets:
    """The kinds of personal data found, in order, and the very words."""

    issues: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def add(self, issue: str | None, word: str) -> str:
        """Note `word` as personal data of kind `issue`; what to put in its place."""
        if issue and issue not in self.issues:
            self.issues.append(issue)
        if word and word not in self.words:
            self.words.append(word)
        return SECRET * len(word)
