"""The rules, pure: no clock, file, network or vendor SDK."""
