# SPDX-License-Identifier: Apache-2.0
"""Carry bundles in Python, written from proto/PROTOCOL.md section 11 alone: read them, make them, spoil them."""

import hashlib
import struct

MAGIC = b"\x89TZB\r\n\x1a\n"


def frame(message):
    body = message if isinstance(message, bytes) else message.SerializeToString(deterministic=True)
    return struct.pack(">I", len(body)) + body


def make(pb, header, *frames, count=None, sha256=None):
    """The bytes of a bundle. pb: the module bundle_pb2; frames: BundleVersions or BundleOutcomes, or BundleFrames."""
    parts = [MAGIC, frame(pb.BundleFrame(header=header))]
    for one in frames:
        if isinstance(one, pb.BundleVersion):
            one = pb.BundleFrame(version=one)
        elif isinstance(one, pb.BundleOutcome):
            one = pb.BundleFrame(outcome=one)
        parts.append(frame(one))
    whole = b"".join(parts)
    trailer = pb.BundleTrailer(count=len(frames) if count is None else count,
                               sha256=hashlib.sha256(whole).digest() if sha256 is None else sha256)
    return whole + frame(pb.BundleFrame(trailer=trailer))


def read(pb, data):
    """Header and the frames between it and the trailer, everything checked."""
    assert data.startswith(MAGIC)
    at, frames = len(MAGIC), []
    while at < len(data):
        begin = at
        (length,) = struct.unpack_from(">I", data, at)
        at += 4 + length
        assert 0 < length <= 1 << 20 and at <= len(data)
        frames.append(pb.BundleFrame.FromString(data[begin + 4:at]))
    header, *rest, trailer = frames
    assert header.WhichOneof("body") == "header" and trailer.WhichOneof("body") == "trailer"
    assert trailer.trailer.count == len(rest)
    assert trailer.trailer.sha256 == hashlib.sha256(data[:begin]).digest()
    return header.header, [getattr(one, one.WhichOneof("body")) for one in rest]
