"""What a website may say, for those who do not load what reads it."""

SIGNALS: tuple[str, ...] = (
    *("company_name", "title", "description", "industry", "employees", "country", "region", "founded"),
    "technologies",
)
