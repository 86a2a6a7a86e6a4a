"""What a person is to an authority. Slugs are stored and never change; labels are what people read."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administration"
    MISSION_OFFICER = "mission_officer", "Chargé de mission"
    CASE_OFFICER = "case_officer", "Instructeur"
    FINANCE_OFFICER = "finance_officer", "Gestionnaire financier"
    ELECTED_MEMBER = "elected_member", "Élu"
    PARTNER = "partner", "Partenaire"
    HOST = "host", "Hôte d'un lieu de soins"
    APPLICANT = "applicant", "Demandeur"
    ANALYST = "analyst", "Analyste"
