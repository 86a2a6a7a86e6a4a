"""Opening an applicant's account, and proving that its address is read."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction

from maillage.accounts.actions import create_user, grant_role
from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role
from maillage.applications.models import ConfirmedEmail
from maillage.kit import clock
from maillage.kit.console import Refused

SALT: Final = "maillage.applications.email"
LINK_LASTS: Final = 3 * 24 * 3600

logger = logging.getLogger(__name__)


@transaction.atomic
def register(*, email: str, full_name: str, password: str, authority: Authority) -> User:
    """Open the account of someone who applies to this authority. Anyone may.

    Raises Refused when the address has an account already, or when the password is too weak.
    """
    email, full_name = email.strip().lower(), full_name.strip()
    if not full_name:
        raise Refused("Donnez votre nom complet.")
    if User.objects.filter(email=email).exists():
        raise Refused("Un compte existe déjà avec cette adresse : connectez-vous.")
    try:
        validate_password(password, User(email=email, full_name=full_name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user = create_user(email=email, full_name=full_name, password=password)
    grant_role(user=user, authority=authority, role=Role.APPLICANT, by=None)
    return user


def confirmation_token(user: User) -> str:
    """The signed part of the link that proves one reads this address."""
    return signing.dumps({"user": user.pk, "email": user.email}, salt=SALT)


def send_confirmation(*, user: User, link: str, authority: Authority, by: User | None) -> bool:
    """Send the link to the address of the account. Returns whether the message has left.

    :param link: full address of the page of `confirmation_token(user)`.
    """
    try:
        send_mail(
            subject=f"{authority.short_name} : confirmez votre adresse",
            message=(
                f"Bonjour,\n\nPour confirmer votre adresse auprès de : {authority.name}, ouvrez ce lien dans "
                f"les trois jours :\n\n{link}\n\nSi vous n'avez rien demandé, ignorez ce message.\n"
            ),
            from_email=None,
            recipient_list=[user.email],
        )
    except (OSError, SMTPException) as error:
        logger.warning("the confirmation of an address could not be sent: %s", error)
        return False
    record("send_confirmation", "Lien de confirmation envoyé.", by=by, authority=authority, about=user)
    return True


def read_token(token: str) -> User:
    """Whose address a link proves. Raises Refused when it is not ours, or too old, or of a former address."""
    try:
        content = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature as error:
        raise Refused(
            "Ce lien n'est plus valable : connectez-vous et demandez-en un autre depuis « Mes demandes »."
        ) from error
    user = User.objects.filter(pk=content["user"], email=content["email"], is_active=True).first()
    if user is None:
        raise Refused("Ce lien concerne une adresse qui a changé : demandez-en un autre.")
    return user


@transaction.atomic
def confirm_email(*, token: str) -> ConfirmedEmail:
    """Keep that the address of the link is read. Confirmed twice is confirmed once."""
    user = read_token(token)
    confirmed, created = ConfirmedEmail.objects.update_or_create(
        user=user, email=user.email, defaults={}, create_defaults={"at": clock.now()}
    )
    if created:
        record("confirm_email", f"Adresse confirmée par {user}.", by=user, about=user)
    return confirmed
