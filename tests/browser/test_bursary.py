"""A whole bursary, from the public form to the recovery after a breach, as those who live it see it.

A student, a case officer, a mission officer and a finance officer, each in a browser of their own. The worked
example of the reference: 24 months of 500 € against 36 months of practice, broken after 14: 7 333,33 € due.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from acting import Actor
from agreeing import BURSARY
from applying import RULES, scheme
from binding import territory, zoned
from budget.money import appropriate, envelope, euro
from maillage.accounts.roles import Role
from maillage.budget import balances
from maillage.budget.actions import vote_authorisation
from maillage.budget.models import Envelope
from maillage.kit import clock
from people import authority, person
from sitting import committee

pytestmark = pytest.mark.browser
IBAN = "FR7630006000011234567890189"


def test_a_bursary_from_the_public_form_to_the_recovery_after_a_breach(
    site: str,
    open_page: Callable[[], Page],
    sign_in: Callable[..., None],
    on_day: Callable[[date], None],
    paper: Path,
    tmp_path: Path,
) -> None:
    on_day(date(2024, 1, 15))
    student, case, mission, finance, colleague = _cast(site, open_page, sign_in)
    dossier = _apply(student, paper)
    on_day(date(2024, 1, 22))
    _review(case, student, dossier, paper)
    _convene(mission, dossier)
    on_day(date(2024, 2, 20))
    _sit(mission)
    on_day(date(2024, 3, 4))
    _vote(mission, dossier)
    _notify(mission, dossier)
    on_day(date(2024, 3, 11))
    _contract(mission, student, dossier, paper)
    _give_account(student, finance, paper)
    on_day(date(2024, 12, 16))
    _prove(student, case, paper, date(2024, 3, 1), date(2025, 2, 28))
    _pay(finance, colleague, tmp_path, "5 000 €", rejected="Compte clos.")
    finance.reads("9 payés, 1 rejeté", "500 € rejetés le 16 décembre 2024 : Compte clos.")
    on_day(date(2026, 2, 16))
    _prove(student, case, paper, date(2025, 3, 1), date(2026, 2, 28))
    _pay(finance, colleague, tmp_path, "7 500 €")
    finance.reads("15 payés")
    on_day(date(2026, 9, 1))
    _start_practice(student, paper)
    on_day(date(2027, 8, 25))
    _attest(student, mission, paper)
    on_day(date(2027, 11, 15))
    _suspect(mission)
    on_day(date(2027, 12, 1))
    _observe(student)
    on_day(date(2027, 12, 16))
    _confirm(mission)
    on_day(date(2028, 1, 10))
    _recover(finance)
    _open_obligation(student)
    student.reads("7 333,33 € recouvrés, il reste 0 €")
    _read_the_ledger(mission)


def _cast(site: str, open_page: Callable[[], Page], sign_in: Callable[..., None]) -> list[Actor]:
    """The bursary published and voted, its committee, and four people before their browsers."""
    territory()
    for commune in ("00001", "00002"):
        zoned(commune, "ZIP")
    voted = envelope("Bourses d’étude", first_year=2024, last_year=2028)
    vote_authorisation(envelope=voted, amount=euro(50_000), decision="CD-2023-12", by=None)
    appropriate(voted, y2024=12_000, y2025=12_000, y2026=12_000)
    scheme(
        {
            **RULES,
            **BURSARY,
            "criteria": [
                *RULES["criteria"],
                {
                    "key": "profession",
                    "label": "Études de médecine",
                    "rule": {"one_of": [{"field": "profession"}, ["medecin"]]},
                },
            ],
        },
        envelope=voted,
    )
    committee(3)
    roles = (Role.CASE_OFFICER, Role.MISSION_OFFICER, Role.FINANCE_OFFICER, Role.FINANCE_OFFICER)
    pages = [open_page() for _ in range(5)]
    for role, page in zip(roles, pages[1:], strict=True):
        sign_in(person(role), page)
    return [Actor(page, site) for page in pages]


def _apply(student: Actor, paper: Path) -> str:
    """From the catalogue to the acknowledgement; gives the number of the application."""
    student.opens("schemes:catalogue", authority().slug)
    student.reads("1 aide")
    student.follows("Dispositif")
    student.follows("Suis-je éligible ?")
    student.fills("Année d'études", "5")
    student.chooses("Profession", "Médecin")
    student.presses("Voir si je suis éligible")
    student.reads("12 000 €")
    student.follows("Déposer une demande")
    student.opens_an_account("Camille Exemple", "camille@exemple.invalid")
    _confirm_address(student)
    student.presses("Commencer ma demande")
    _fill_in(student, paper)
    student.is_at("Votre demande est déposée")
    student.reads("Refus en cas de silence", "15 mars 2024", "accusé de réception")
    student.follows("Suivre ma demande")
    return str(student.page.title()).split()[0]


def _fill_in(student: Actor, paper: Path) -> None:
    """The steps of the form; the first saves itself before anything is pressed."""
    with student.page.expect_response(lambda answer: answer.request.method == "POST"):
        student.page.locator("#id_last_name").fill("Exemple")
        student.page.locator("#id_first_name").fill("Camille")
        student.page.get_by_label("Adresse postale").focus()
    student.reads("Enregistré à 10 h 00")
    student.fills("Adresse postale", "1 rue des Lilas\n00001 Aubeterre")
    student.presses("Enregistrer et continuer")
    student.fills("Année d'études", "5")
    student.chooses("Profession", "Médecin")
    student.presses("Enregistrer et continuer")
    student.fills("Commune d'exercice", "Aubeterre")
    student.presses("Enregistrer et continuer")
    student.follows("Continuer")
    student.hands_in("Joindre : Certificat de scolarité", paper)
    student.presses("Joindre : Certificat de scolarité")
    student.reads("certificat.pdf")
    student.follows("Continuer")
    student.ticks_all()
    student.presses("Déposer ma demande")


def _confirm_address(student: Actor) -> None:
    """Open the link of the mail in another tab, as one does."""
    link = re.search(r"http\S+", str(mail.outbox[-1].body))
    assert link is not None
    tab = student.page.context.new_page()
    tab.goto(link[0])
    tab.get_by_role("button", name="Confirmer cette adresse").click()
    expect(tab.locator("body")).to_contain_text("Votre adresse est confirmée")
    tab.close()


def _review(case: Actor, student: Actor, dossier: str, paper: Path) -> None:
    """Completeness, a correction asked and answered, review."""
    case.opens("applications:dossiers")
    case.reads(dossier)
    case.follows(dossier)
    case.follows("Pièces")
    case.fills("Motif du refus", "Le tampon de la faculté est illisible.")
    case.presses("Refuser certificat.pdf")
    case.reads("La pièce est refusée")
    case.follows("Instruire")
    case.ticks("Adresse postale")
    case.ticks("Certificat de scolarité")
    case.fills("Ce qui est attendu", "Un certificat lisible, et votre adresse de cette année.")
    case.presses("Envoyer la demande")
    case.reads("le délai est suspendu")
    _answer_correction(student, paper)
    case.opens("applications:dossiers")
    case.follows(dossier)
    case.reads("2 rue des Lilas")
    case.follows("Pièces")
    case.presses("Accepter certificat.pdf")
    case.presses("Déclarer le dossier complet")
    case.reads("Le dossier est complet")
    case.presses("Commencer l'instruction")
    case.follows("Éligibilité")
    case.reads("12 000 €")
    case.presses("Déclarer prêt pour le comité")
    case.reads("Le dossier est prêt pour le comité")


def _answer_correction(student: Actor, paper: Path) -> None:
    student.opens("applications:mine")
    student.follows("Répondre")
    student.reads("Un certificat lisible, et votre adresse de cette année.")
    expect(student.page.get_by_label("Année d'études")).to_have_count(0)
    student.hands_in("Ajouter ou remplacer : Certificat de scolarité", paper)
    student.presses("Joindre")
    student.fills("Adresse postale", "2 rue des Lilas\n00001 Aubeterre")
    student.presses("Renvoyer mon dossier")


def _convene(mission: Actor, dossier: str) -> None:
    mission.opens("committees:sessions")
    mission.follows("Prévoir une séance")
    mission.fills("Date et heure", "2024-02-20T14:00")
    mission.fills("Lieu", "Salle des actes")
    mission.presses("Prévoir cette séance")
    mission.ticks(f"Inscrire le dossier {dossier}")
    mission.presses("Inscrire les dossiers cochés")
    mission.presses("Convoquer les membres")
    mission.reads("La séance est convoquée", "1 dossier")


def _sit(mission: Actor) -> None:
    """The session opened, the amount arbitrated, the opinion given, the figures frozen."""
    mission.opens("committees:sessions")
    mission.follows("20 février 2024")
    mission.presses("Ouvrir la séance")
    mission.follows("Relever les présences")
    for rank in (1, 2, 3):
        mission.ticks(f"Membre {rank} est présent")
    mission.presses("Enregistrer les présences")
    mission.follows("Arbitrer les montants")
    mission.reads("50 000 €", "12 000 €")
    mission.opens("committees:sessions")
    mission.follows("20 février 2024")
    mission.follows("Rendre l’avis")
    mission.chooses("Avis", "Favorable")
    mission.fills("Pour", "3")
    mission.fills("Contre", "0")
    mission.fills("Abstentions", "0")
    mission.presses("Enregistrer l’avis")
    mission.presses("Clore la séance")
    mission.reads("Chiffres arrêtés", "38 000 €", "Favorable (3 pour, 0 contre, 0 abst.)")


def _vote(mission: Actor, dossier: str) -> None:
    mission.opens("committees:decisions")
    mission.ticks(f"Choisir la décision sur le dossier {dossier}")
    mission.presses("Enregistrer le vote des décisions choisies")
    mission.chooses("Instance", "Commission permanente")
    mission.fills("Numéro de la délibération", "CP-2024-31")
    mission.fills("Date", "2024-02-26")
    mission.presses("Enregistrer le vote")
    mission.is_at("Vote CP-2024-31")
    mission.follows("Transmettre au préfet")
    mission.ticks(f"Choisir la décision sur le dossier {dossier}")
    mission.fills("Transmises le", "2024-02-27")
    mission.fills("Accusé de la préfecture", "041-2024-0227")
    mission.presses("Enregistrer la transmission")
    mission.reads("1 à notifier")


def _notify(mission: Actor, dossier: str) -> None:
    mission.opens("committees:decisions")
    mission.follows("À notifier")
    mission.follows(dossier)
    mission.presses("Préparer la notification")
    mission.reads("12 000 €", "2 rue des Lilas", "tribunal administratif")
    mission.presses("Notifier")
    mission.reads("exécutoire")


def _contract(mission: Actor, student: Actor, dossier: str, paper: Path) -> None:
    """The agreement prepared, read, sent, signed by both."""
    mission.opens("applications:dossiers")
    mission.follows("Tous")
    mission.follows(dossier)
    mission.follows("Convention")
    mission.follows("Préparer la convention")
    mission.presses("Préparer la convention")
    mission.reads("La convention C-2024-0001 est préparée", "Mensualité 1 sur 24", "500 €")
    mission.follows("Envoyer pour signature")
    mission.presses("Envoyer pour signature")
    student.opens("applications:mine")
    student.follows("Dispositif")
    student.reads("C-2024-0001")
    student.follows("Déposer l'exemplaire signé")
    student.hands_in("Exemplaire signé", paper)
    student.presses("Déposer l'exemplaire signé")
    mission.opens("agreements:agreements")
    mission.follows("C-2024-0001")
    for party in ("le bénéficiaire", "la collectivité"):
        mission.follows("Enregistrer une signature")
        mission.chooses("Signée par", party)
        mission.fills("Date de la signature", "2024-03-11")
        mission.presses("Enregistrer une signature")
    mission.reads("0 versement payé sur 24, 0 € sur 12 000 €", "Mensualité 24 sur 24", "11/02/2026")


def _give_account(student: Actor, finance: Actor, paper: Path) -> None:
    student.opens("applications:mine")
    student.follows("Dispositif")
    student.follows("Donner les coordonnées bancaires")
    student.fills("Titulaire du compte", "Camille Exemple")
    student.fills("IBAN", IBAN)
    student.hands_in("RIB", paper)
    student.presses("Envoyer ces coordonnées")
    finance.opens("payments:accounts")
    finance.follows("Camille Exemple")
    finance.presses("Lire l’IBAN entier")
    finance.reads("FR76 3000 6000 0112 3456 7890 189")
    finance.presses("Les coordonnées sont exactes")
    finance.reads("le bénéficiaire peut être payé", "FR76 •••• 0189")


def _prove(student: Actor, case: Actor, paper: Path, since: date, until: date) -> None:
    student.opens("applications:mine")
    student.follows("Dispositif")
    student.follows("Voir la convention")
    student.follows("Déposer un justificatif")
    student.fills("Période couverte, du", since.isoformat())
    student.fills("Période couverte, au", until.isoformat())
    student.hands_in("Fichier", paper)
    student.presses("Déposer un justificatif")
    case.opens("agreements:agreements")
    case.follows("C-2024-0001")
    case.presses("Accepter Certificat de scolarité")
    case.reads("accepté")


def _pay(finance: Actor, colleague: Actor, folder: Path, total: str, *, rejected: str = "") -> None:
    """A batch prepared, approved by a colleague, sent, and the answer of the accountant."""
    finance.opens("payments:payable")
    finance.reads(f"{total} peuvent être payés aujourd’hui")
    finance.presses("Préparer un bordereau des échéances choisies")
    finance.reads("Une autre personne des finances doit approuver ce bordereau")
    colleague.page.goto(finance.page.url)
    colleague.presses("Approuver et mandater")
    colleague.presses("Envoyer à la comptabilité")
    colleague.reads(f"Envoyé : {total}")
    sent = colleague.downloads("Télécharger en CSV")
    answer = folder / "retour.csv"
    answer.write_text(_answered(sent, rejected, clock.today()), "utf-8")
    finance.opens("payments:returns")
    finance.hands_in("Fichier retour", answer)
    finance.presses("Lire le fichier")


def _answered(sent: Path, rejected: str, on: date) -> str:
    """The return file of the accountant: all is paid, but the first line when there is a reason."""
    with sent.open(encoding="utf-8-sig", newline="") as opened:
        references = [row[0] for row in csv.reader(opened, delimiter=";") if row and row[0].startswith("B-")]
    day, reasons = f"{on:%d/%m/%Y}", [rejected, *[""] * (len(references) - 1)]
    lines = [
        f"{reference};{'Rejeté' if reason else 'Payé'};{day};{reason}"
        for reference, reason in zip(references, reasons, strict=True)
    ]
    return "\n".join(["Référence;État;Date;Motif", *lines])


def _start_practice(student: Actor, paper: Path) -> None:
    """The diploma opens the delay; the start of practice opens the months."""
    _open_obligation(student)
    student.reads("Le diplôme, une fois obtenu, ouvre le délai d'installation.")
    student.follows("Enregistrer le diplôme")
    student.fills("Date", "2026-06-30")
    student.hands_in("Justificatif", paper)
    student.presses("Enregistrer le diplôme")
    student.reads("L'exercice doit commencer au plus tard le 30 décembre 2026.")
    student.follows("Enregistrer le début de l'exercice")
    student.fills("À compter du", "2026-09-01")
    student.chooses("Commune", "Aubeterre")
    student.fills("Part de l'activité", "80")
    student.presses("Enregistrer le début de l'exercice")
    student.reads("Votre prochaine attestation est attendue le 1er septembre 2027.", "0 mois sur 36")


def _open_obligation(student: Actor) -> None:
    student.opens("applications:mine")
    student.follows("Dispositif")
    student.follows("Voir mon engagement")


def _attest(student: Actor, mission: Actor, paper: Path) -> None:
    _open_obligation(student)
    student.follows("Déposer une attestation")
    student.hands_in("Attestation signée", paper)
    student.presses("Déposer une attestation")
    mission.opens("obligations:obligations")
    mission.follows("Attestations à vérifier")
    mission.follows("Camille Exemple")
    mission.reads("L'attestation du 1er septembre 2027 est à vérifier.")
    mission.follows("Accepter l'attestation")
    mission.presses("Accepter l'attestation")
    mission.reads("La prochaine attestation est attendue le 1er septembre 2028.")


def _suspect(mission: Actor) -> None:
    """The breach is simulated line by line, then presumed, and the letter sent."""
    mission.opens("obligations:obligations")
    mission.follows("Tous")
    mission.follows("Camille Exemple")
    mission.fills("Manquement au", "2027-11-01")
    mission.presses("Simuler")
    mission.reads("14", "7 333,33 €")
    mission.page.go_back()
    mission.follows("Présumer un manquement")
    mission.fills("Depuis le", "2027-11-01")
    mission.fills("Faits", "Le cabinet d'Aubeterre est fermé depuis le 1er novembre 2027.")
    mission.presses("Présumer un manquement")
    mission.follows("Ouvrir la procédure contradictoire")
    mission.fills("Observations attendues", "2027-12-15")
    mission.presses("Ouvrir la procédure contradictoire")
    mission.follows("Relire et envoyer le courrier")
    mission.reads("7 333,33 €")
    mission.presses("Envoyer ce courrier")


def _observe(student: Actor) -> None:
    _open_obligation(student)
    student.reads("Vous pouvez présenter vos observations jusqu'au 15 décembre 2027.")
    student.follows("Enregistrer des observations")
    student.fills("Observations", "J'ai déménagé pour suivre ma famille.")
    student.presses("Enregistrer des observations")


def _confirm(mission: Actor) -> None:
    mission.opens("obligations:obligations")
    mission.follows("Manquements")
    mission.follows("Camille Exemple")
    mission.reads("J'ai déménagé pour suivre ma famille.")
    mission.follows("Confirmer le manquement")
    mission.reads("7 333,33 €")
    mission.fills("Motifs", "Départ du territoire sans motif que la convention accepte.")
    mission.presses("Confirmer le manquement")
    mission.follows("Relire et envoyer le courrier")
    mission.presses("Envoyer ce courrier")


def _recover(finance: Actor) -> None:
    """The revenue order in two parts, then the money in."""
    finance.opens("obligations:clawbacks")
    finance.reads("7 333,33 €")
    finance.follows("Camille Exemple")
    finance.follows("Enregistrer le titre de recettes")
    finance.fills("Numéro du titre", "T-2028-7")
    finance.fills("Émis le", "2028-01-10")
    finance.fills("Nombre d'échéances", "2")
    finance.fills("Première échéance", "2028-02-10")
    finance.presses("Enregistrer le titre de recettes")
    for _ in range(2):
        finance.follows("Enregistrer un encaissement")
        finance.fills("Date", clock.today().isoformat())
        finance.presses("Enregistrer un encaissement")
    finance.reads("7 333,33 € recouvrés, il reste 0 €")


def _read_the_ledger(mission: Actor) -> None:
    """Voted, committed, paid, recovered, to the cent: on the page, and in the ledger replayed."""
    voted = Envelope.objects.get()
    mission.opens("budget:envelope", voted.pk)
    mission.reads("Il reste 38 000 € à engager sur 50 000 € votés.")
    mission.reads("Titres de recettes 7 333,33 €, recouvré 7 333,33 €, reste à recouvrer 0 €.")
    held = balances.of([voted])[voted.pk]
    assert (held.authorised, held.committed) == (euro(50_000), euro(12_000))
    assert (held.ordered, held.paid) == (euro(12_000), euro(12_000))
    assert (held.claimed, held.recovered) == (euro("7333.33"), euro("7333.33"))
