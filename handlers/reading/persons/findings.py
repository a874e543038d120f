"""What was found that must not be kept."""

from dataclasses import dataclass, field

from handlers.reading.text.normalise import SECRET


@dataclass(slots=True)
class Secrets:
    """The kinds of personal data found, in order, and the very words."""

    issues: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def take(self, others: "Secrets") -> None:
        """Note what was found elsewhere as well."""
        self.issues += [issue for issue in others.issues if issue not in self.issues]
        self.words += [word for word in others.words if word not in self.words]

    def add(self, issue: str | None, word: str) -> str:
        """Note `word` as personal data of kind `issue`; what to put in its place."""
        if issue and issue not in self.issues:
            self.issues.append(issue)
        if word and word not in self.words:
            self.words.append(word)
        return SECRET * len(word)
