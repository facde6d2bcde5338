#!/usr/bin/env python3
"""Rewrites the goldens of errors_test.cpp: update_errors.py PROBE_TOOL PROGRAM_FOLDER

Each errors_*.inc holds {script, whole message} pairs. The scripts are taken from the files, the
messages from what probe_tool reports now: read the diff before committing it.
"""
import json
import pathlib
import re
import subprocess
import sys


def main() -> None:
    tool, folder = (str(pathlib.Path(arg).resolve()) for arg in sys.argv[1:])
    for path in sorted(pathlib.Path(__file__).parent.glob("errors_*.inc")):
        scripts = [json.loads(s) for s in re.findall(r'^\{("probe.*"),$', path.read_text(), re.M)]
        text = ""
        for script in scripts:
            message = subprocess.run([tool, script], cwd=folder, capture_output=True, text=True).stderr
            message = message.replace(folder + "/", "P/")
            lines = [json.dumps(line, ensure_ascii=False) for line in message.splitlines(True)]
            text += "{%s,\n %s},\n" % (json.dumps(script), "\n ".join(lines))
        path.write_text(text)


main()
