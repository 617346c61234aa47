"""Cases, runner and captured corrections."""
