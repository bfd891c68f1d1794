"""A server with a certificate in front of one without: tls.py CERTIFICATE KEY PORT. Prints its own port; ends with its standard input."""

import os
import socket
import ssl
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(context, connection, port):
    try:
        inside = context.wrap_socket(connection, server_side=True)
    except (OSError, ssl.SSLError):
        return
    outside = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pump, args=(inside, outside), daemon=True).start()
    pump(outside, inside)


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(context, connection, int(sys.argv[3])), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
