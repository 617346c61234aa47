"""Each layer between a hostile text and the CRM, attacked with the others out of the way."""
