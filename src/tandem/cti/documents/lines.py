"""Where in its file something stands."""

from __future__ import annotations

from tandem.cti.documents.document import Mapping, Node, Sequence


class Lines:
    """The line of a key or list item by its path: ``at("queues", "loans", "steps", 1)``. Fast for large files."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._entries: dict[int, dict[str, tuple[int, Node]]] = {}

    def at(self, *path: str | int) -> int:
        """Counted from 1; where the path leads nowhere, the line of the last part that is there."""
        node, line = self._root, self._root.line
        for part in path:
            if isinstance(node, Mapping) and isinstance(part, str) and part in (entries := self._of(node)):
                line, node = entries[part]
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                line = node.line
            else:
                break
        return line

    def _of(self, mapping: Mapping) -> dict[str, tuple[int, Node]]:
        # by identity: the tree is ours and is not changed, and comparing large mappings by value would take long
        entries = self._entries.get(id(mapping))
        if entries is None:
            entries = {key.text: (key.line, value) for key, value in mapping.entries}
            self._entries[id(mapping)] = entries
        return entries
