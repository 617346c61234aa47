"""A proposal in a few lines, for the confirm step of a bulk decision."""

from approval_ui.stored_reviews import Review
from approval_ui.views.changes import Scene, changes_of


def action_lines(review: Review) -> tuple[str, ...]:
    """What each action would do, in the words of the card."""
    scene = Scene(card=review.card, content=review.content, proposed=review.content)
    failed = [check.name for check in review.card.checks if not check.passed]
    lines = [f"Failed checks: {', '.join(failed)}"] if failed else []
    for change in changes_of(scene):
        if not change.ticked:
            # Many at once are signed as they are proposed; what asks for a tick of its own is left out.
            continue
        for row in change.rows:
            became = f"{row.before} → {row.after}" if row.before and not row.text else row.after
            lines.append(f"{row.label}: {row.text or became}")
    mail = review.content.mail
    if mail is not None:
        lines.append(f"E-mail to {mail.to_address}: {mail.subject}")
    return tuple(lines)
