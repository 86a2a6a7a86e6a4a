"""Opening an applicant's account, and proving that its address is read."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Final

from django.contrib.auth.hashers import make_password
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
def register(*, email: str, full_name: str, password: str, authority: Authority) -> User | None:
    """Open the account of someone who applies to this authority. Anyone may.

    Returns None when the address has an account already, which only its reader is to know: the page answers
    the same, `send_known_address` tells them. Raises Refused when the password is too weak.
    """
    email, full_name = email.strip().lower(), full_name.strip()
    if not full_name:
        raise Refused("Donnez votre nom complet.")
    try:
        validate_password(password, User(email=email, full_name=full_name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if User.objects.filter(email=email).exists():
        # As long as opening an account takes, so that the time does not tell either.
        make_password(password)
        return None
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
    text = f"Pour confirmer votre adresse auprès de : {authority.name}, ouvrez ce lien dans les trois jours :"
    if not _sent(user.email, f"{authority.short_name} : confirmez votre adresse", text, link):
        return False
    record("send_confirmation", "Lien de confirmation envoyé.", by=by, authority=authority, about=user)
    return True


def send_known_address(*, email: str, link: str, authority: Authority) -> bool:
    """Tell who reads an address that it has an account already. Returns whether the message has left.

    :param link: full address of the sign-in page.
    """
    text = (
        f"Un compte a été demandé auprès de : {authority.name}, avec votre adresse, qui en a déjà un. "
        "Connectez-vous avec votre mot de passe habituel :"
    )
    return _sent(email.strip().lower(), f"{authority.short_name} : vous avez déjà un compte", text, link)


def _sent(email: str, subject: str, text: str, link: str) -> bool:
    message = f"Bonjour,\n\n{text}\n\n{link}\n\nSi vous n'avez rien demandé, ignorez ce message.\n"
    try:
        send_mail(subject=subject, message=message, from_email=None, recipient_list=[email])
    except (OSError, SMTPException) as error:
        logger.warning("a message about an account could not be sent: %s", error)
        return False
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
