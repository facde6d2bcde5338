"""Runs one test in folders of its own: own_folders.py COMMAND...

The temporary folder and the cache of compiled scripts are new, and go with the test however it ends. So tests do not fill
the user's cache, leave nothing behind, and do not see what others left. Nor do they ask the user's debuginfod servers.
Every test that ctest starts is started so (tests/CMakeLists.txt).
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile


def main():
    folder = tempfile.mkdtemp(prefix="coretap-test-")
    os.chmod(folder, 0o711)  # tests run programs as other users, too
    temporary = os.path.join(folder, "tmp")
    os.mkdir(temporary)
    os.chmod(temporary, 0o1777)
    environment = dict(os.environ, TMPDIR=temporary, CORETAP_CACHE_DIR=os.path.join(folder, "cache"))
    environment.pop("DEBUGINFOD_URLS", None)
    # A signal to the test's group ends the test, which then is waited for.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    try:
        status = subprocess.call(sys.argv[1:], env=environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
