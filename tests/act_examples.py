"""Documents to try the writers on: a letter and an agreement, about nobody."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image, ImageDraw

from maillage.acts.document import (
    Act,
    Bullets,
    Figures,
    Heading,
    Legal,
    PageBreak,
    Paragraph,
    Party,
    Signatures,
    Table,
)


def logo() -> bytes:
    image = Image.new("RGBA", (480, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 150, 150), fill="#0d5c6b")
    draw.rectangle((170, 60, 460, 100), fill="#0d5c6b")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


LETTER = Act(
    title="Votre demande de bourse d’études médicales : accusé de réception",
    reference="2026-00042",
    authority="Département fictif 00",
    authority_lines=(
        "Direction de l’autonomie et de la santé",
        "Mission démographie médicale",
        "1 place de l’Hôtel-du-Département",
        "00000 Sylvanne",
    ),
    logo=logo(),
    place="Sylvanne",
    dated=date(2026, 11, 1),
    recipient_lines=("Mme Noëlle Cœur-d’Été", "12 rue des Œillets", "Bâtiment C", "00120 L’Haÿ-sous-Bois"),
    blocks=(
        Paragraph("Madame,"),
        Paragraph(
            "Nous avons reçu le **22 octobre 2026** votre demande n° D-118. Elle sera instruite par la "
            "mission démographie médicale ; vous pouvez la suivre à tout moment dans votre espace."
        ),
        Figures(
            (
                ("Montant demandé", "12 000 €"),
                ("Date de réception", "22 octobre 2026"),
                ("Décision implicite de refus", "22 décembre 2026"),
            )
        ),
        Paragraph("Il manque encore :"),
        Bullets(("le certificat de scolarité de l’année en cours ;", "un relevé d’identité bancaire.")),
        Paragraph("Nous vous prions d’agréer, Madame, l’expression de nos salutations distinguées."),
        Legal(
            "Sans réponse de notre part dans les deux mois, votre demande est refusée (CRPA, L. 231-4, 3°)."
        ),
    ),
)

AGREEMENT = Act(
    title="Convention de bourse d’études contre engagement d’exercice",
    reference="C-2026-017",
    authority="Département fictif 00",
    authority_lines=("1 place de l’Hôtel-du-Département", "00000 Sylvanne"),
    logo=logo(),
    dated=date(2026, 11, 22),
    blocks=(
        Paragraph("Entre le Département fictif 00 et Mme Noëlle Cœur-d’Été, il est convenu ce qui suit."),
        Heading("Article 1er – Objet"),
        Paragraph("La présente convention fixe les engagements réciproques. " * 12),
        Heading("Article 2 – Échéancier"),
        Table(
            "Échéancier des versements",
            ("Échéance", "Pièce attendue", "Montant"),
            tuple((f"{day} janvier 2027", "Certificat de scolarité", "500,00 €") for day in range(1, 25)),
            ("left", "left", "right"),
        ),
        Heading("Durée", 2),
        Paragraph("Trois ans d’exercice __effectif__ dans une zone sous-dense.\nÀ temps plein."),
        PageBreak(),
        Heading("Article 3 – Résiliation"),
        Paragraph("Le remboursement se calcule au prorata. " * 60),
        Signatures(
            (
                Party("Pour le Département", "Le Président du conseil départemental"),
                Party("La bénéficiaire", "Mme Noëlle Cœur-d’Été"),
                Party("Pour la commune d’accueil", "Le Maire"),
            )
        ),
    ),
)
