"""The rules of Countersign, pure: no clock, no environment, no file, no vendor SDK."""
