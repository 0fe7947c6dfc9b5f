#!/usr/bin/env python3
"""How soon a server serves: from the start of its process to the first 200 of /health and to the first token.

    bench/start.py [-n TIMES] [--chat] [--more REQUESTS] COMMAND...

{port} in the command is a free port: vibee serve -m tl.gguf --port {port}. Asks for a completion of two words, or with
--chat for a chat, whose template makes a longer prompt of as much. Then comes memory of the process, in MB: all, anonymous, of
files; after REQUESTS completions of 150 words, 4 at a time. Linux only.
"""
import argparse
import concurrent.futures
import http.client
import json
import socket
import statistics
import subprocess
import time

CHAT = {"messages": [{"role": "user", "content": "Hello!"}]}
PROMPT = {"prompt": "Hello you"}


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


def first_token(port, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps(body | {"max_tokens": 8, "temperature": 0, "stream": True})
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    for line in response:
        if (b'"content":"' in line and b'"content":""' not in line) or (b'"text":"' in line and b'"text":""' not in line):
            now = time.monotonic()
            response.read()
            return now
    raise SystemExit("the answer had no text")


def memory(process):
    with open(f"/proc/{process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return [int(fields[name].split()[0]) // 1024 for name in ("VmRSS", "RssAnon", "RssFile")]


def more(port, count):
    prompts = [{"prompt": f"{i} " + "word " * 150} for i in range(count)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda prompt: first_token(port, "/v1/completions", prompt), prompts))


def start(command, is_chat, requests):
    port = free_port()
    begin = time.monotonic()
    with subprocess.Popen([part.replace("{port}", str(port)) for part in command], stderr=subprocess.DEVNULL) as process:
        try:
            while not is_ready(port):
                if process.poll() is not None:
                    raise SystemExit(f"the server ended with {process.returncode}")
                time.sleep(0.002)
            ready = time.monotonic()
            token = first_token(port, "/v1/chat/completions", CHAT) if is_chat else first_token(port, "/v1/completions", PROMPT)
            more(port, requests)
            held = memory(process)
        finally:
            process.terminate()
    return 1000 * (ready - begin), 1000 * (token - begin), held


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=5)
    parser.add_argument("--chat", action="store_true")
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    starts = [start(options.command, options.chat, options.more) for _ in range(options.n)]
    for name, column in ("healthy", 0), ("first token", 1):
        values = sorted(run[column] for run in starts)
        print(f"{name}: median {statistics.median(values):.0f} ms, {values[0]:.0f} to {values[-1]:.0f}")
    print("memory, MB:", ", ".join(f"{all_} ({anonymous} + {files})" for all_, anonymous, files in (run[2] for run in starts)))


main()
