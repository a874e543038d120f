"""The digest of a week: its words, its phrases, and the way down to its parts and back."""
