"""Connections to a listener whose queue is full, in a network of its own: their SYNs are sent again. Prints the port and how many times that was."""
import pathlib
import socket
import subprocess
import time

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
clients = [socket.socket() for _ in range(5)]
for client in clients:
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
time.sleep(2.5)
names, values = (line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
print("truth", listener.getsockname()[1], dict(zip(names, values))["RetransSegs"])
