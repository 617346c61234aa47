"""From an account, or what a provider vouched for, to a person with a role. The playbook says who its people are.

Least privilege wherever nothing else was said.
"""

from dataclasses import dataclass
from hashlib import sha256

from approval_ui.identity_provider import OidcRefusal, OidcRefused, Proof
from domain.permissions import Role
from domain.playbook import Reviewer
from domain.ports import Playbooks
from persistence.users import LocalUser, SqlUsers


@dataclass(frozen=True)
class RoleMapping:
    """Which of the provider's groups means which role. The first that fits counts."""

    pairs: tuple[tuple[str, Role], ...] = ()
    default: Role = Role.VIEWER

    def role_of(self, groups: tuple[str, ...]) -> Role:
        held = set(groups)
        return next((role for group, role in self.pairs if group in held), self.default)


@dataclass(frozen=True)
class Federation:
    """Who an account belongs to now, and the account of a person whom the provider knows, made where there is none."""

    users: SqlUsers
    playbooks: Playbooks
    mapping: RoleMapping

    def named(self, user: LocalUser) -> LocalUser | None:
        """The account with name, role and team as the playbook has them now; None where it names that person no more.

        A password alone lets nobody in: whoever leaves the playbook is out at once.
        """
        reviewer = self._reviewer(user.login)
        if reviewer is None:
            return None
        return user.model_copy(
            update={"display_name": reviewer.name, "role": reviewer.role, "team": reviewer.team or user.team}
        )

    def as_now(self, user: LocalUser) -> LocalUser:
        """The account of somebody whom the provider vouches for.

        Without a mapping of groups the role is the playbook's, and the default for whom it does not name (any more).
        """
        if self.mapping.pairs:
            return user
        reviewer = self._reviewer(user.login)
        return user.model_copy(update={"role": reviewer.role if reviewer is not None else self.mapping.default})

    def everybody(self) -> tuple[LocalUser, ...]:
        """Who has an account that may be used now, as they are now."""
        active = [user for user in self.users.all() if user.active]
        known = (self.as_now(user) if user.subject else self.named(user) for user in active)
        return tuple(user for user in known if user is not None)

    def _reviewer(self, login: str) -> Reviewer | None:
        wanted = login.casefold()
        return next((r for r in self.playbooks.readable().reviewers if r.login.casefold() == wanted), None)

    def account_of(self, proof: Proof) -> LocalUser:
        """By the provider's subject, else by a verified address that the playbook has for a reviewer.

        Raises `OidcRefused`.
        """
        known = self.users.by_subject(proof.issuer, proof.subject) or self._linked(proof) or self._new(proof)
        if not known.active:
            raise OidcRefused(OidcRefusal.INACTIVE, "Your account here was switched off. Ask an admin.")
        # Without any mapping the playbook gives roles; with one, the provider does, at every sign-in.
        role = self.mapping.role_of(proof.groups) if self.mapping.pairs else self.as_now(known).role
        account = known.model_copy(update={"role": role, "issuer": proof.issuer, "subject": proof.subject})
        if account != self.users.get(known.login):
            self.users.save(account, password_hash=self.users.password_hash(known.login) or "")
        return account

    def role_again(self, user: LocalUser, proof: Proof) -> LocalUser:
        """The account after the provider vouched once more; the role follows where it said anew who this is."""
        if not self.mapping.pairs or not proof.says_groups:
            return self.as_now(user)
        role = self.mapping.role_of(proof.groups)
        if role is user.role:
            return user
        changed = user.model_copy(update={"role": role})
        self.users.save(changed, password_hash=self.users.password_hash(user.login) or "")
        return changed

    def _linked(self, proof: Proof) -> LocalUser | None:
        if not proof.email:
            return None
        wanted = proof.email.casefold()
        people = self.playbooks.readable().reviewers
        reviewers = [r for r in people if wanted in {r.email.casefold(), r.crm_user.casefold()}]
        if len(reviewers) != 1:
            return None
        reviewer = reviewers[0]
        account = self.users.get(reviewer.login)
        if account is None:
            return LocalUser(
                login=reviewer.login, display_name=reviewer.name, role=self.mapping.default, team=reviewer.team
            )
        if account.subject:
            # Somebody else's address was given to a new person: an old account is nobody's to inherit.
            raise OidcRefused(OidcRefusal.UNLINKED, "This address belongs to another account. Ask an admin.")
        return account

    def _new(self, proof: Proof) -> LocalUser:
        """Nobody chooses a login: one that the provider could choose might be a reviewer's."""
        digest = sha256(f"{proof.issuer}\0{proof.subject}".encode()).hexdigest()
        return LocalUser(
            login=f"sso-{digest[:12]}", display_name=proof.name or "Signed in by provider", role=self.mapping.default
        )
