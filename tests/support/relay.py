# SPDX-License-Identifier: Apache-2.0
"""A Unix socket that stands between a client and the registry and breaks on purpose."""

import select
import socket
import threading


class Relay:
    """Passes bytes both ways. After `after` bytes from the registry it does `then`: "cut" closes both sides,
    "freeze" passes nothing more and keeps the connection open."""

    def __init__(self, path, target, after, then):
        self.path, self.target, self.after, self.then = str(path), str(target), after, then
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.stop_read, self.stop_write = socket.socketpair()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    @property
    def server(self):
        return f"unix:{self.path}"

    def serve(self):
        pairs, frozen, passed = {}, False, 0
        while True:
            wait = [self.stop_read, self.listener] + ([] if frozen else list(pairs))
            ready = select.select(wait, [], [])[0]
            if self.stop_read in ready:
                break
            if self.listener in ready:
                near, _ = self.listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                pairs[near], pairs[far] = (far, False), (near, True)
                continue
            for end in ready:
                if end not in pairs:
                    continue
                other, from_registry = pairs[end]
                data = end.recv(4096)
                if from_registry and self.after is not None:
                    data = data[:max(0, self.after - passed)]
                    passed += len(data)
                if data:
                    other.sendall(data)
                if from_registry and self.after is not None and passed >= self.after and self.then == "freeze":
                    frozen = True
                elif not data:
                    for gone in (end, other):
                        del pairs[gone]
                        gone.close()
        for end in list(pairs):
            end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop_write.close()
        self.thread.join()
        self.listener.close()
        self.stop_read.close()
