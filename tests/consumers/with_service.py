#!/usr/bin/env python3
"""with_service.py CHAT_SERVICE PROGRAM [ARGUMENT...]: runs `PROGRAM ARGUMENT... URL TOKEN` against a service of its own.
Exits with 77 if there is no such program."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../examples/testing"))
sys.dont_write_bytecode = True
os.environ["CHAT_SERVICE"] = sys.argv[1]

from test_chat import ChatService  # noqa: E402: it reads CHAT_SERVICE

if not os.path.exists(sys.argv[2]):
    print("skipped: there is no", sys.argv[2])
    sys.exit(77)
service = ChatService()
try:
    arguments = [service.config["chat_url"], service.token_for("consumer")]
    sys.exit(subprocess.run(sys.argv[2:] + arguments, timeout=45, check=False).returncode)
finally:
    service.stop()
