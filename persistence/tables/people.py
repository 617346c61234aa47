"""Who signs in."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime


class UserRow(Row, table=True):
    """Who may sign in. `password_hash` is argon2, made and checked in the approval UI; empty where a provider does.

    `issuer` and `subject` are the provider's name for the person, once they signed in there.
    """

    __tablename__ = "local_user"
    __table_args__: ClassVar[Any] = (sa.Index("ix_local_user_subject", "issuer", "subject"),)

    login: str = Field(primary_key=True)
    display_name: str
    role: str
    password_hash: str
    crm_user_id: str = ""
    team: str = ""
    active: bool = True
    issuer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    subject: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AbsenceRow(Row, table=True):
    """Somebody said that they are away until then, over what the playbook's calendar says."""

    __tablename__ = "absence"

    login: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class PreferenceRow(Row, table=True):
    """One choice of a person about their pages."""

    __tablename__ = "ui_preference"

    login: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class SessionRow(Row, table=True):
    """A signed-in browser. Only the digest of its token is kept."""

    __tablename__ = "ui_session"

    token_digest: str = Field(primary_key=True)
    login: str = Field(index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the provider last vouched for this session; None for a local password."""
    upstream: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The provider's refresh token, encrypted by the approval UI."""
