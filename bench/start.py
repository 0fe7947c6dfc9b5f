#!/usr/bin/env python3
"""How soon a server serves: from the start of its process to the first 200 of /health and to the first token of a chat.

usage: start.py [-n TIMES] COMMAND...      with {port} where the command takes one: vibee serve -m tl.gguf --port {port}

Memory is that of the process after the chat, in MB: all, anonymous, of files. Linux only.
"""
import http.client
import json
import socket
import statistics
import subprocess
import sys
import time

CHAT = json.dumps({"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 8, "temperature": 0, "stream": True})


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_ready(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


def first_token(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/v1/chat/completions", CHAT, {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    for line in response:
        if b'"content":"' in line and b'"content":""' not in line:
            now = time.monotonic()
            response.read()
            return now
    raise SystemExit("the answer had no text")


def memory(process):
    with open(f"/proc/{process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return [int(fields[name].split()[0]) // 1024 for name in ("VmRSS", "RssAnon", "RssFile")]


def start(command):
    port = free_port()
    begin = time.monotonic()
    with subprocess.Popen([part.replace("{port}", str(port)) for part in command], stderr=subprocess.DEVNULL) as process:
        while not is_ready(port):
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            time.sleep(0.002)
        ready = time.monotonic()
        token = first_token(port)
        held = memory(process)
        process.terminate()
    return 1000 * (ready - begin), 1000 * (token - begin), held


def main(arguments):
    times = int(arguments[1]) if arguments[:1] == ["-n"] else 5
    command = arguments[2:] if arguments[:1] == ["-n"] else arguments
    starts = [start(command) for _ in range(times)]
    for name, column in ("healthy", 0), ("first token", 1):
        values = sorted(run[column] for run in starts)
        print(f"{name}: median {statistics.median(values):.0f} ms, {values[0]:.0f} to {values[-1]:.0f}")
    print("memory, MB:", ", ".join(f"{all_} ({anonymous} + {files})" for all_, anonymous, files in (run[2] for run in starts)))


main(sys.argv[1:])
