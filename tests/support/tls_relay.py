# SPDX-License-Identifier: Apache-2.0
"""Somebody in between on TCP: passes bytes on and keeps them, or ends TLS with a certificate of his own."""

import socket
import ssl
import threading

from tzclient import Wire


class Tap:
    """Passes the bytes of one connection both ways and keeps what went up, in the pieces in which it came. `tamper` may
    change or repeat a piece."""

    def __init__(self, target, tamper=lambda number, piece: piece):
        host, port = target.rsplit(":", 1)
        self.target, self.tamper = (host, int(port)), tamper
        self.up = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.server = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.serve)]
        self.threads[0].start()

    def serve(self):
        try:
            near, _ = self.listener.accept()
        except OSError:
            return
        with near, socket.create_connection(self.target) as far:
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            down = threading.Thread(target=self.carry, args=(far, near, lambda _, piece: piece, []))
            down.start()
            self.carry(near, far, self.tamper, self.up)
            down.join()

    @staticmethod
    def carry(source, target, tamper, kept):
        """To the end of the source, and tells the target of it."""
        try:
            while piece := source.recv(65536):
                target.sendall(tamper(len(kept), piece))
                kept.append(piece)
        except OSError:
            pass
        for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
            try:
                end.shutdown(how)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.threads[0].join()
        self.listener.close()


class Impostor:
    """Ends TLS with the certificate and key in `folder`, and passes each frame to the registry on a connection of his
    own and each answer back. `seen`: the frames of the client."""

    def __init__(self, target, folder):
        self.target, self.seen = target, []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.context.set_alpn_protocols(["taizhang/1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.server = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(60)
            try:
                with self.context.wrap_socket(plain, server_side=True) as near, Wire(self.target) as far:
                    self.relay(near, far)
            except OSError:
                plain.close()

    def relay(self, near, far):
        """A request, then its answer; as a handshake goes."""
        mine = Wire.on(near)
        while (frame := mine.receive_frame()) is not None:
            self.seen.append(frame)
            far.send_frame(frame)
            answer = far.receive_frame()
            if answer is None:
                return
            mine.send_frame(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
