"""A listener that waits for data before it accepts sends its answer again, in a network of its own. Prints its port, and how many times that was."""
import pathlib
import socket
import subprocess
import time

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
listener.listen(5)
client = socket.create_connection(listener.getsockname())
counted = 0
while not counted:
    time.sleep(0.1)
    names, values = (line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    counted = int(dict(zip(names, values))["RetransSegs"])
time.sleep(0.1)
print("truth", listener.getsockname()[1], client.getsockname()[1], counted)
