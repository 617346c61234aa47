"""Histories of former runs, replayed by the workflows as they are now."""
