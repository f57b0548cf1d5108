# SPDX-License-Identifier: Apache-2.0
"""A bad line: it passes bytes both ways until, after so many of them in one direction, something happens."""

import select
import socket
import struct
import tempfile
import threading

UP, DOWN = "up", "down"  # towards the registry, towards the client
CUT, RESET, STALL, HALF_CLOSE = "cut", "reset", "stall", "half-close"
ACTIONS = (CUT, RESET, STALL, HALF_CLOSE)


class Line:
    """One connection after the other, to HOST:PORT or unix:PATH, as which it is reached itself. `passed` counts the bytes
    of the last one, `edges` where its frames, or its records of TLS, ended."""

    def __init__(self, target):
        self.target = target
        self.plan = None  # (direction, offset, action), of every connection
        self.passed = {UP: b"", DOWN: b""}
        self.folder = None
        if target.startswith("unix:"):
            self.folder = tempfile.TemporaryDirectory(prefix="tz-line-")
            self.server = f"unix:{self.folder.name}/s"
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.server[5:])
            self.listener.listen()
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.server = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.wake_read, self.wake_write = socket.socketpair()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            ready = select.select([self.listener, self.wake_read], [], [])[0]
            if self.wake_read in ready:
                if not self.wake_read.recv(1):
                    return
                continue
            near, _ = self.listener.accept()
            with near, self.connect() as far:
                for end in (near, far):
                    if end.family != socket.AF_UNIX:
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.carry(near, far):
                    return

    def connect(self):
        if self.folder:
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target[5:])
            return far
        host, port = self.target.rsplit(":", 1)
        return socket.create_connection((host, int(port)))

    def carry(self, near, far):
        """One connection, to its end. True: everything is to end."""
        self.passed = {UP: b"", DOWN: b""}
        ways = {near: (far, UP), far: (near, DOWN)}
        if self.plan and self.plan[1] == 0 and self.happen(near, far):
            return self.wait_if_stalled()
        while ways:
            ready = select.select([*ways, self.wake_read], [], [])[0]
            if self.wake_read in ready:
                return not self.wake_read.recv(1)
            for end in ready:
                other, direction = ways[end]
                try:
                    data = end.recv(65536)
                    if not self.pass_on(other, direction, data):
                        del ways[end]
                except OSError:
                    return False
                if self.reached(direction, data) and self.happen(near, far):
                    return self.wait_if_stalled()
        return False

    def pass_on(self, other, direction, data):
        """False: this direction is at its end."""
        if not data:
            other.shutdown(socket.SHUT_WR)
            return False
        if self.plan and self.plan[0] == direction:
            data = data[:max(0, self.plan[1] - len(self.passed[direction]))]
        self.passed[direction] += data
        other.sendall(data)
        return True

    def reached(self, direction, data):
        return bool(data) and self.plan and self.plan[0] == direction and len(self.passed[direction]) >= self.plan[1]

    def happen(self, near, far):
        """True: the connection is over, or stalled."""
        direction, _, action = self.plan
        if action == RESET:
            for end in (near, far):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if action == HALF_CLOSE:
            try:
                (far if direction == UP else near).shutdown(socket.SHUT_WR)
            except OSError:
                return True
            return False  # what goes on coming in this direction is dropped
        return True

    def wait_if_stalled(self):
        """A stalled connection stays open until the line is mended."""
        if self.plan and self.plan[2] == STALL:
            return not self.wake_read.recv(1)
        return False

    def mend(self):
        """From now on everything passes; a connection that is open is closed."""
        self.plan = None
        self.wake_write.send(b"m")

    def edges(self, direction):
        """Where the frames, or the records, of the last connection ended."""
        data, at, found = self.passed[direction], 0, []
        head, skip = (struct.Struct(">I"), 0) if self.folder else (struct.Struct(">H"), 3)
        while at + skip + head.size <= len(data):
            at += skip + head.size + head.unpack_from(data, at + skip)[0]
            found.append(at)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wake_write.close()
        self.thread.join()
        self.listener.close()
        self.wake_read.close()
        if self.folder:
            self.folder.cleanup()
