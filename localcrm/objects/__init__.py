"""The declared objects. When do you need to touch this? To give the embedded CRM a new object or field."""
