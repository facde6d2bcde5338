"""Debian's Prometheus scrapes three built binaries with --metrics, and what it stores are the workload's counts."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import live
from live import LiveTest, TMP, build, coretap, run
from test_metrics import COUNTED, VALUES, ask, free_port, serving

TREE = TMP / "prometheus"


def prometheus_missing():
    """Fetches the package and unpacks it; why that is not possible, or None."""
    TREE.mkdir()
    done = subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", "prometheus"], cwd=TREE, capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip()
    (package,) = TREE.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", package, TREE], check=True)
    return None


class Scraped(LiveTest):
    def ask_prometheus(self, port, query):
        """The value of a query of one sample, or None."""
        url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                found = json.load(answer)["data"]["result"]
        except OSError:
            return None  # it is not there yet
        return float(found[0]["value"][1]) if found else None

    def comes_to(self, value, port, query):
        for _ in range(600):
            found = self.ask_prometheus(port, query)
            if found == value:
                break
            time.sleep(0.2)
        self.assertEqual(found, value, query)

    def test_three_binaries(self):
        program, binary = build("loop", "-O0"), TMP / "scraped"
        self.ok(coretap(f"--build={binary}", "-e", COUNTED, program))
        with serving(binary) as (_, one), serving(binary) as (_, two), serving(binary) as (_, three):
            page = ask(one)[1]
            checked = subprocess.run([TREE / "usr/bin/promtool", "check", "metrics"], input=page, capture_output=True, text=True)
            # It also has opinions about names, which are the script's.
            self.assertIn(checked.returncode, (0, 3), checked.stderr)
            port = free_port()
            config = TMP / "prometheus.yml"
            targets = ", ".join(f'"127.0.0.1:{each}"' for each in (one, two, three))
            config.write_text('global: {scrape_interval: 1s}\nscrape_configs: [{job_name: coretap, static_configs: [{targets: [' + targets + "]}]}]\n")
            log = (TMP / "prometheus.log").open("w")
            server = subprocess.Popen([TREE / "usr/bin/prometheus", f"--config.file={config}", f"--storage.tsdb.path={TMP}/tsdb",
                                       f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
            try:
                self.comes_to(3, port, "sum(up)")
                self.assertEqual(run(program).returncode, 0)
                self.comes_to(3 * len(VALUES), port, "sum(rounds)")
                self.comes_to(3 * sum(VALUES), port, "sum(plain_sum)")
                self.comes_to(3 * sum(value <= 3 for value in VALUES), port, 'sum(seen_bucket{le="3"})')
                self.comes_to(3 * len(VALUES), port, "sum(coretap_handled_total)")
                self.comes_to(9, port, 'sum(by_label{key0="origin",key1="4"})')
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(timeout=60)
                log.close()


if __name__ == "__main__":
    missing = prometheus_missing()
    if missing:
        print(f"*** SKIPPED: Debian's prometheus cannot be fetched: {missing} ***", file=sys.stderr)
        sys.exit(77)
    os.environ.pop("CORETAP_LIVE_OBJECTS", None)  # test_metrics keeps the same objects
    live.main()
