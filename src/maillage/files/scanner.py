"""Asking a ClamAV daemon whether a content carries a known virus (protocol INSTREAM of clamd)."""

from __future__ import annotations

import socket
import struct
from contextlib import closing

BLOCK = 64 * 1024
PATIENCE = 30.0


class Unreachable(Exception):
    """The scanner did not answer, or answered something else than a verdict."""


def scan(content: bytes, address: str) -> str:
    """The name of the virus found, or "" when there is none.

    `address` is `host:port` or the path of a Unix socket. Raises Unreachable.
    """
    try:
        with closing(_connected(address)) as link:
            link.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), BLOCK):
                block = content[start : start + BLOCK]
                link.sendall(struct.pack(">L", len(block)) + block)
            link.sendall(struct.pack(">L", 0))
            answer = _answer(link)
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error
    return _virus(answer)


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(PATIENCE)
        try:
            link.connect(address)
        except OSError:
            link.close()
            raise
        return link
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


def _answer(link: socket.socket) -> str:
    """What comes up to the closing zero; a daemon that goes on talking is not one."""
    received = b""
    while not received.endswith(b"\0") and len(received) < 4096:
        block = link.recv(1024)
        if not block:
            break
        received += block
    return received.rstrip(b"\0").decode(errors="replace").strip()


def _virus(answer: str) -> str:
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise Unreachable(answer or "aucune réponse")
