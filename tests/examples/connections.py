"""Three TCP connections over the loopback, IPv4 and IPv6: prints the ports, and what each end sent."""
import socket
import sys
import threading


def receive(sock, size):
    while size:
        size -= len(sock.recv(min(size, 65536)))


def serve(listener, received, sent):
    accepted, _ = listener.accept()
    with accepted:
        receive(accepted, received)
        accepted.sendall(b"y" * sent)
        accepted.recv(1)  # the other side ends it


for family, host, to_server, to_client in ((socket.AF_INET, "127.0.0.1", 100 * 1024, 3 * 1024), (socket.AF_INET, "127.0.0.1", 1024, 0),
                                           (socket.AF_INET6, "::1", 7 * 1024, 50 * 1024)):
    with socket.create_server((host, 0), family=family) as listener:
        thread = threading.Thread(target=serve, args=(listener, to_server, to_client))
        thread.start()
        with socket.create_connection(listener.getsockname()[:2]) as client:
            client.sendall(b"x" * to_server)
            receive(client, to_client)
            print(client.getsockname()[1], listener.getsockname()[1], to_server // 1024, to_client // 1024)
        thread.join()
sys.stdout.flush()
