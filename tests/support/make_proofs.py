#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proto/vectors/proofs.txt with libsodium's Python and hashlib, from PROTOCOL.md, section 4, alone.

    make_proofs.py           write the file
    make_proofs.py --check   fail if the file differs from what would be written

What device keys sign, one a line; fields separated by blanks, in hex (- for none): what it is (hello or rotate),
good or what is wrong with it, seed, public key and id of the key that signs; then of a hello the nonce, the SHA-256
of the certificate and the invitation's code, of a rotate the old key's public half and two of none; the signature."""

import hashlib

import nacl.signing
from messages import golden_main

ORDER = 2 ** 252 + 27742317777372353535851937790883648493  # of the curve's group


def sha256(data):
    return hashlib.sha256(data).digest()


def key(n):
    return nacl.signing.SigningKey(sha256(b"seed %d" % n))


def public(signer):
    return signer.verify_key.encode()


def hello_bytes(signer, nonce, certificate, invitation):
    return b"taizhang hello 1\0" + nonce + certificate + public(signer) + sha256(invitation)


def rotate_bytes(old, signer):
    return b"taizhang rotate 1\0" + old + public(signer)


def line(what, verdict, signer, parts, signature):
    name = f"key:{sha256(public(signer)).hex()[:16]}"
    cells = [(part.hex() or "-") for part in parts] + ["-"] * (3 - len(parts))
    return " ".join([what, verdict, signer.encode().hex(), public(signer).hex(), name, *cells, signature.hex() or "-"])


def twisted(signature):
    """The same signature with S + L for S, which RFC 8032 refuses: a proof has one form."""
    s = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + s.to_bytes(32, "little")


def hellos():
    signer, nonce, certificate = key(1), sha256(b"nonce"), sha256(b"certificate")
    code, socket = sha256(b"code")[:16], bytes(32)
    for parts in ((nonce, certificate, b""), (nonce, certificate, code), (nonce, socket, b""), (nonce, socket, code),
                  (bytes(32), socket, bytes(16))):
        yield "good", parts, signer.sign(hello_bytes(signer, *parts)).signature
    parts = (nonce, certificate, code)
    right = signer.sign(hello_bytes(signer, *parts)).signature
    yield "another-nonce", parts, signer.sign(hello_bytes(signer, sha256(b"n"), certificate, code)).signature
    yield "another-certificate", parts, signer.sign(hello_bytes(signer, nonce, sha256(b"c"), code)).signature
    yield "no-certificate", parts, signer.sign(hello_bytes(signer, nonce, socket, code)).signature
    yield "another-invitation", parts, signer.sign(hello_bytes(signer, nonce, certificate, bytes(16))).signature
    yield "no-invitation", parts, signer.sign(hello_bytes(signer, nonce, certificate, b"")).signature
    yield "another-key", parts, key(2).sign(hello_bytes(signer, *parts)).signature
    yield "no-prefix", parts, signer.sign(hello_bytes(signer, *parts)[17:]).signature
    yield "a-rotation", parts, signer.sign(rotate_bytes(nonce, signer)).signature
    yield "twisted", parts, twisted(right)
    yield "flipped", parts, bytes([right[0] ^ 1]) + right[1:]
    yield "zeros", parts, bytes(64)
    yield "short", parts, right[:63]
    yield "long", parts, right + b"\0"
    yield "empty", parts, b""


def rotations():
    signer, old = key(2), public(key(1))
    right = signer.sign(rotate_bytes(old, signer)).signature
    yield "good", (old,), right
    yield "another-old-key", (old,), signer.sign(rotate_bytes(public(key(3)), signer)).signature
    yield "by-the-old-key", (old,), key(1).sign(rotate_bytes(old, signer)).signature
    yield "a-hello", (old,), signer.sign(hello_bytes(signer, sha256(b"nonce"), bytes(32), b"")).signature
    yield "short", (old,), right[:63]


def make():
    lines = ["# SPDX-License-Identifier: Apache-2.0",
             "# Made by tests/support/make_proofs.py; its head says what the columns are."]
    lines += [line("hello", verdict, key(1), parts, signature) for verdict, parts, signature in hellos()]
    lines += [line("rotate", verdict, key(2), parts, signature) for verdict, parts, signature in rotations()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    golden_main("proofs.txt", make)
