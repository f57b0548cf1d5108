# SPDX-License-Identifier: Apache-2.0
"""The handshake in pieces, for tests that do one of them wrong."""

import socket

from tzclient import code_name, pb


def plain(registry, source=None):
    """A TCP connection without TLS."""
    return socket.create_connection(("127.0.0.1", registry.port), 60, source and (source, 0))


def hello(wire, number=1, **fields):
    """A Hello; nothing is waited for."""
    request = pb.ClientMessage(id=number, hello=pb.Hello(**{"major": 1, "client": "test", **fields}))
    wire.send_frame(request.SerializeToString())


def challenged(wire, key, **fields):
    """Hello with a key; the nonce of the answer."""
    hello(wire, key_id=key.public, **fields)
    message = wire.receive_message()
    assert message is not None and message.HasField("challenge") and message.final, message
    assert (message.id, len(message.challenge.nonce), message.challenge.suite) == (1, 32, 1)
    return message.challenge.nonce


def proof(key, nonce, certificate, invitation=b"", **fields):
    """The message that proves the key."""
    fields.setdefault("signature", key.prove(nonce, certificate, invitation))
    return pb.ClientMessage(id=2, proof=pb.Proof(invitation=invitation, **fields))


def prove(wire, key, nonce, certificate=None, **fields):
    """Sends the Proof; nothing is waited for."""
    message = proof(key, nonce, wire.certificate if certificate is None else certificate, **fields)
    wire.send_frame(message.SerializeToString())


def greet(wire, key=None, **fields):
    """Hello, with a key its proof too; the HelloReply."""
    if key is None:
        hello(wire, **fields)
    else:
        prove(wire, key, challenged(wire, key, **fields))
    message = wire.receive_message()
    assert message is not None and message.HasField("hello"), message
    return message.hello


def end_of(wire):
    """Reads to the end: the code of the closing message, None where there was none."""
    return last_words(wire)[0]


def last_words(wire):
    """(code, text parameter) of the closing message."""
    said = (None, "")
    while (message := wire.receive_message()) is not None:
        if message.id == 0:
            status = message.status
            said = code_name(status.code), next((param.text for param in status.params if param.text), "")
    return said
