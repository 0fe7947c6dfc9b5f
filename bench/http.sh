#!/usr/bin/env bash
# What the HTTP edge itself costs, of any server: /health, a chat of one token, and /health while chats keep it busy.
#   bench/http.sh http://localhost:8000 [seconds] [connections]
# Needs wrk (https://github.com/wg/wrk). A server of our own to measure: vibee serve --log-level warning
set -euo pipefail
cd "$(dirname "$0")"
url=${1:?"usage: bench/http.sh URL [seconds] [connections]"}
seconds=${2:-5}
connections=${3:-16}

report() { grep -E '^ +(50|99)%|Requests/sec|Non-2xx|Socket errors' | tr -s ' ' | paste -sd ' '; }

wrk -t1 -c"$connections" -d1s -s chat.lua "$url/v1/chat/completions" > /dev/null # warms up
echo "/health:            $(wrk -t1 -c"$connections" -d"${seconds}s" --latency "$url/health" | report)"
echo "chat:               $(wrk -t1 -c"$connections" -d"${seconds}s" --latency -s chat.lua "$url/v1/chat/completions" | report)"
wrk -t1 -c"$connections" -d"$((seconds + 2))s" -s chat.lua "$url/v1/chat/completions" > /dev/null &
load=$!
sleep 1
echo "/health under load: $(wrk -t1 -c1 -d"${seconds}s" --latency "$url/health" | report)"
wait "$load"
