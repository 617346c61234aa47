"""The composition root: builds adapters, registers workflows and activities."""
