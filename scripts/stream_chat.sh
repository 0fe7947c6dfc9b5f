#!/bin/sh
# Streams an answer to the terminal.
# usage: stream_chat.sh [port] [prompt] [max_tokens]
set -eu

port=${1:-8000}
prompt=${2:-Hello!}
max_tokens=${3:-256}

case $port$max_tokens in
*[!0-9]*) echo "usage: $0 [port] [prompt] [max_tokens]" >&2; exit 2 ;;
esac

# The prompt as a JSON string: what must be escaped is, other control characters are dropped.
text=$(printf '%s' "$prompt" | tr -d '\000-\010\013\014\016-\037' \
  | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$(printf '\t')/\\\\t/g" -e "s/$(printf '\r')/\\\\r/g" \
  | awk '{ printf "%s%s", separator, $0; separator = "\\n" }')

# Prints a code point as UTF-8, byte by byte, so that it works in any shell and locale.
print_code_point() {
  if [ "$1" -lt 128 ]; then set -- "$1"
  elif [ "$1" -lt 2048 ]; then set -- $((192 + $1 / 64)) $((128 + $1 % 64))
  elif [ "$1" -lt 65536 ]; then set -- $((224 + $1 / 4096)) $((128 + $1 / 64 % 64)) $((128 + $1 % 64))
  else set -- $((240 + $1 / 262144)) $((128 + $1 / 4096 % 64)) $((128 + $1 / 64 % 64)) $((128 + $1 % 64))
  fi
  for byte; do printf "\\$(printf %03o "$byte")"; done
}

# Prints the JSON string that $1 begins with, up to its closing quote. Shell alone: tools in a pipe would hold
# back what they read, and the answer would not stream.
print_string() {
  rest=$1
  while :; do
    case $rest in
    '"'*|'') return ;;
    '\u'*)
      hex=${rest#??}; rest=${hex#????}; hex=${hex%"$rest"}
      point=$((0x$hex))
      case $hex$rest in
      [dD][89aAbB]??'\u'*)
        hex=${rest#??}; rest=${hex#????}; hex=${hex%"$rest"}
        point=$(((point - 55296) * 1024 + 0x$hex - 56320 + 65536)) ;;
      esac
      print_code_point "$point" ;;
    '\'*)
      escaped=${rest#?}; rest=${escaped#?}; escaped=${escaped%"$rest"}
      case $escaped in
      n) printf '\n' ;; t) printf '\t' ;; r) printf '\r' ;; b) printf '\b' ;; f) printf '\f' ;;
      *) printf %s "$escaped" ;;
      esac ;;
    *)
      plain=${rest%%[\\\"]*}
      printf %s "$plain"
      rest=${rest#"$plain"} ;;
    esac
  done
}

curl -sSN "http://localhost:$port/v1/chat/completions" \
  -H 'Content-Type: application/json' \
  -d "{\"messages\":[{\"role\":\"user\",\"content\":\"$text\"}],\"max_tokens\":$max_tokens,\"stream\":true}" |
{
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    'data: [DONE]'*) echo; exit 0 ;;
    *'"error":{'*) printf '\n%s\n' "${line#data: }" >&2; exit 1 ;;
    *'"content":"'*) print_string "${line#*'"content":"'}" ;;
    esac
  done
  echo "The answer ended early." >&2
  exit 1
}
