#!/usr/bin/env python3
"""Neighbours of a stream that is measured: clients that send completions, plain or held to hostile grammars.

    bench/neighbours.py http://localhost:8000 plain|hostile SECONDS CLIENTS

Every grammar is another one, so that none is found compiled. Prints how often each status was answered."""
import collections
import json
import sys
import threading
import time
import urllib.error
import urllib.request

url, kind, seconds, clients = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])


def hostile(number):
    fields = [
        {"guided_regex": r"(a+)+(b|c|d)*[e-z]{0,400}x?(\S+\s+){0,90}y" + "z" * (number % 50)},
        {"guided_json": {"title": str(number), "type": "array", "maxItems": 10**9,
                         "items": {"type": "string", "pattern": r"^(?:\S+\s+){0,99}\S+$", "maxLength": 5000}}},
        {"guided_json": {"title": str(number), "anyOf": [
            {"type": "object", "required": [f"w{i}"], "patternProperties": {"^w.*[0-9]+$": {"type": "number"}},
             "properties": {f"w{i}": {"type": "string", "minLength": i % 50}, f"k{i}": {"type": "integer", "minimum": i}}}
            for i in range(120)]}},
        {"guided_json": {"title": str(number), "$ref": "#/$defs/n", "$defs": {"n": {
            "type": "object", "additionalProperties": {"$ref": "#/$defs/n"},
            "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"type": "array", "items": {"$ref": "#/$defs/n"}}}}}}},
        {"grammar": f'root ::= a | "{number}"\na ::= b | c | "x" a "y"\nb ::= [a-z]{{1,300}} a\nc ::= ("q" | b){{0,200}}'},
    ]
    return fields[number % len(fields)]


statuses = collections.Counter()
end = time.monotonic() + seconds


def ask(client):
    number = client * 10**6
    while time.monotonic() < end:
        number += 1
        body = {"prompt": f"Once {number}", "max_tokens": 24, "temperature": 1}
        if kind == "hostile":
            body |= hostile(number)
        request = urllib.request.Request(url + "/v1/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                response.read()
                statuses[response.status] += 1
        except urllib.error.HTTPError as error:
            statuses[error.code] += 1


threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(kind, dict(statuses))
