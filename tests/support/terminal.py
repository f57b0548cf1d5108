# SPDX-License-Identifier: Apache-2.0
"""The command line as a person at a terminal sees it: asked, and answering."""

import os
import pty
import select
import subprocess
import time

from registry import CLI, SLOW


def _read_until(master, seen, words, deadline):
    """Adds what comes to `seen` until the words stand in it; b"" words: until the other side is closed."""
    while not words or words not in seen:
        ready, _, _ = select.select([master], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"waited for {words.decode() or 'the end'}; so far:\n{seen.decode('utf-8', 'replace')}"
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: nobody holds the other side any more
            piece = b""
        if not piece:
            assert not words, f"no {words.decode()} in:\n{seen.decode('utf-8', 'replace')}"
            return seen
        seen += piece
    return seen


def ask(registry, *args, answers=(), seconds=60):
    """Runs taizhang with standard input and error on a terminal. answers: pairs of words to wait for and what is then
    typed. Gives the exit code, standard output, and what stood on the terminal."""
    master, slave = pty.openpty()
    deadline = time.monotonic() + seconds * SLOW
    process = subprocess.Popen([CLI, *map(str, args)], stdin=slave, stderr=slave, stdout=subprocess.PIPE,
                               env=registry.environment(), cwd=registry.folder)
    os.close(slave)
    try:
        seen, done = b"", b""
        for words, typed in answers:
            seen = _read_until(master, seen, words.encode(), deadline)
            cut = seen.index(words.encode()) + len(words.encode())
            done, seen = done + seen[:cut], seen[cut:]
            os.write(master, typed.encode() + b"\n")
        output = process.stdout.read().decode()
        code = process.wait(seconds * SLOW)
        seen = _read_until(master, seen, b"", deadline)
        return code, output, (done + seen).decode("utf-8", "replace")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        os.close(master)
