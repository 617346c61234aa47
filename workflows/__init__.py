"""One file per sales motion, and the gate, the write and the undo they share."""
