"""The rules of a draft, edited section by section: each section reads and writes its part of the document."""
