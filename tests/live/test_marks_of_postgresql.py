"""The USDT marks of PostgreSQL 15 as Debian builds it, beside the queries that it is given.

PostgreSQL is large and starts a server when it is installed, so it is not among the packages that tests need: where
postgresql-15 is missing this test is skipped.
"""
import pathlib
import shutil
import sys
import tempfile

import live
from live import LiveTest, run

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


class OfPostgresql(LiveTest):
    def test_queries_transactions_and_sorts(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-pg-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        shutil.chown(folder, "postgres")

        def server(tool, *args, **kwargs):
            done = run("runuser", "-u", "postgres", "--", POSTGRES / tool, *args, cwd=folder, timeout=120, **kwargs)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout

        server("initdb", "-D", folder / "data", "--no-sync", "-A", "trust")
        server("pg_ctl", "-D", folder / "data", "-w", "-s", "-l", folder / "log", "start", "-o",
               f"-c listen_addresses='' -c unix_socket_directories={folder} -c autovacuum=off -c fsync=off")
        self.addCleanup(server, "pg_ctl", "-D", folder / "data", "-w", "-s", "-m", "immediate", "stop")
        queries = ["SELECT 'from here'", "CREATE TABLE t (n int)", "INSERT INTO t SELECT generate_series(1, 50)",
                   "BEGIN", "SELECT count(*) FROM t", "ROLLBACK", "SELECT 1/0", "SELECT n FROM t ORDER BY -n LIMIT 1",
                   "SELECT 'to here'"]
        (folder / "queries.sql").write_text("".join(query + ";\n" for query in queries))
        with live.tracing(f"""
                global counted, started
                probe process("{POSTGRES}/postgres").mark("query__start") {{
                  text = user_string($arg1)
                  if (text =~ "from here") started = pid()
                  if (pid() == started) println("start ", text)
                  if (text =~ "to here") started = 0
                }}
                probe process("{POSTGRES}/postgres").mark("query__done") {{ if (pid() == started) println("done ", user_string($arg1)) }}
                probe process("{POSTGRES}/postgres").provider("postgres*").mark("transaction__*") {{
                  if (pid() == started) counted[$$name]++ }}
                probe process("{POSTGRES}/postgres").mark("sort__start") {{ if (pid() == started) counted[$$name . " " . sprint($arg3)]++ }}
                probe end {{ foreach (name+ in counted) println(name, " ", counted[name]) }}""") as tracer:
            server("psql", "-X", "-q", "-h", folder, "-d", "postgres", "-f", folder / "queries.sql")
            out = live.finish(tracer).splitlines()
        expected = []
        for query in queries:
            expected.append(f"start {query};")
            if "1/0" not in query and "to here" not in query:  # an error ends a query before it is done
                expected.append(f"done {query};")
        self.assertEqual(out[:len(expected)], expected)
        # The transaction of the first query began before its text was known, that of the last ends after it.
        self.assertEqual(out[len(expected):], ["sort__start 1 1", "transaction__abort 2", "transaction__commit 4",
                                               "transaction__start 6"])



if __name__ == "__main__":
    if not (POSTGRES / "postgres").exists():
        print(f"*** SKIPPED: {POSTGRES}/postgres is missing (Debian's package postgresql-15) ***", file=sys.stderr)
        sys.exit(77)
    live.main()
