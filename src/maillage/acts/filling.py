"""Filling the Word template of an authority: its layout, our values.

A template may show a variable, choose (`if`) and repeat (`for`) over what it is given. It may not compute,
call, define or include: a template comes from outside and must neither reach the program nor exhaust it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

# A template is some tens of kilobytes; these only stop what is made to harm.
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_MEMBERS = 1000
MAX_TURNS = 20_000

ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.For,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Test,
    nodes.Filter,
)
ALLOWED_FILTERS = ("upper", "lower", "capitalize", "default", "length", "first", "last")


class Unusable(ValueError):
    """A template that cannot be filled, in one French sentence that says what to do."""


NOT_A_DOCX = (
    "Ce modèle n'est pas un document Word (.docx) lisible : enregistrez-le de nouveau sous ce format."
)


def fill_docx(template: bytes, values: dict[str, Any]) -> bytes:
    """The template with its `{{ variables }}` replaced.

    Raises Unusable, naming the variable when the template asks for one that has no value.
    """
    _weigh(template)
    environment = _Environment()
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(values, jinja_env=environment, autoescape=True)
        stream = io.BytesIO()
        document.save(stream)
    except UndefinedError as error:
        raise Unusable(
            f"Le modèle demande « {error.message} », que le programme ne connaît pas : corrigez ce nom dans "
            "le modèle."
        ) from error
    except SecurityError as error:
        raise Unusable(f"Le modèle fait plus que montrer des valeurs ({error}) : simplifiez-le.") from error
    except TemplateError as error:
        raise Unusable(f"Le modèle contient une balise mal écrite{_where(error)}.") from error
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, LxmlError) as error:
        raise Unusable(NOT_A_DOCX) from error
    return stream.getvalue()


def _weigh(template: bytes) -> None:
    """Refuse what is not an archive of a reasonable size, before it is unpacked."""
    if len(template) > MAX_BYTES:
        raise Unusable("Ce modèle dépasse 10 Mo : réduisez ses images.")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unusable(NOT_A_DOCX) from error
    names = {member.filename for member in members}
    if "word/document.xml" not in names:
        raise Unusable(NOT_A_DOCX)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unusable("Ce modèle contient des macros : enregistrez-le comme document .docx simple.")
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Unusable(
            "Ce modèle est démesuré une fois décompressé : refaites-le à partir d'un document neuf."
        )


class _Unknown(StrictUndefined):
    """What the template names and nobody gave; its error says that name and nothing else."""

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


class _Environment(SandboxedEnvironment):
    """A sandbox where a template may only show, choose and repeat, a bounded number of times."""

    def __init__(self) -> None:
        super().__init__(undefined=_Unknown)
        self.filters = {name: self.filters[name] for name in ALLOWED_FILTERS}
        self.filters["_counted"] = self._counted
        self.globals = {}
        self._turns = 0

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            self._check(node)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None, lineno=loop.lineno)
        return tree

    @staticmethod
    def _check(node: nodes.Node) -> None:
        if not isinstance(node, ALLOWED_NODES) or (isinstance(node, nodes.For) and node.recursive):
            raise SecurityError(f"« {type(node).__name__} » n'y est pas permis")
        if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
            raise SecurityError(f"le filtre « {node.name} » n'y est pas permis")

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise SecurityError(f"« {attribute} » n'y est pas permis")

    def _counted(self, items: Any) -> Iterator[Any]:
        if isinstance(items, str) or not isinstance(items, Iterable):
            raise SecurityError("une répétition sur ce qui n'est pas une liste")
        for item in items:
            self._turns += 1
            if self._turns > MAX_TURNS:
                raise SecurityError(f"plus de {MAX_TURNS} répétitions")
            yield item


def _where(error: TemplateError) -> str:
    """The words around the fault, as the author of the template reads them."""
    around = " ".join(getattr(error, "docx_context", ()))
    tag = re.search(r"\{[{%].{0,60}", around)
    return f", vers « {tag[0].strip()} » : vérifiez ses accolades" if tag else " : vérifiez ses accolades"
