# SPDX-License-Identifier: Apache-2.0
"""A device key and an invitation line in Python, from proto/PROTOCOL.md, sections 1 and 4, alone."""

import base64
import hashlib
import secrets
import urllib.parse

import nacl.signing

SYSTEM = "system"  # instead of a pin: the system's store judges the certificate


def sha256(data):
    return hashlib.sha256(data).digest()


class DeviceKey:
    """An Ed25519 key. The seed is all that need be kept."""

    def __init__(self, seed=None):
        self.seed = seed or secrets.token_bytes(32)
        self.signer = nacl.signing.SigningKey(self.seed)
        self.public = self.signer.verify_key.encode()
        self.id = "key:" + sha256(self.public).hex()[:16]

    def sign(self, data):
        return self.signer.sign(data).signature

    def prove(self, nonce, certificate, invitation=b""):
        """The signature of a Proof."""
        return self.sign(b"taizhang hello 1\0" + nonce + certificate + self.public + sha256(invitation))

    def follow(self, old):
        """The signature of a KeyRotate, of the new key."""
        return self.sign(b"taizhang rotate 1\0" + old.public + self.public)


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text, size):
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(data) != size or base64url(data) != text:
        raise ValueError(f"not {size} bytes in base64url: {text}")
    return data


def make_line(server, code, pin):
    """taizhang://HOST:PORT/?c=CODE&k=FINGERPRINT"""
    return f"taizhang://{server}/?c={base64url(code)}&k={pin if pin == SYSTEM else base64url(pin)}"


def parse_line(line):
    """(server, code, pin) of an invitation; ValueError."""
    parts = urllib.parse.urlsplit(line.strip())
    given = urllib.parse.parse_qs(parts.query, strict_parsing=True)
    if parts.scheme != "taizhang" or not parts.hostname or not parts.port or parts.path != "/":
        raise ValueError("not an invitation")
    if any(len(given.get(name, [])) != 1 for name in "ck"):
        raise ValueError("c and k must stand there, once each")
    [code], [pin] = given["c"], given["k"]
    return parts.netloc, from_base64url(code, 16), pin if pin == SYSTEM else from_base64url(pin, 32)
