# shellcheck shell=bash
# How the scripts talk, wait, ask over HTTP and give up. Sourced.

# say TEXT: one line of what happens. note TEXT: a detail below it.
say() { printf '%s\n' "$*"; }
note() { printf '    %s\n' "$*"; }

# fail WHAT [WAY OUT...]: names the reason, then the ways out, each on a line of its own, and ends the script.
fail() {
  printf '\nskep: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# fail_usage WHAT [WAY OUT...]: the same for a command line that is wrong; exit code 2, as everywhere.
fail_usage() {
  (fail "$@") || exit 2
}

# nearest WORD "LIST": the list's word with the fewest edits to the given one, if these are few.
nearest() {
  awk -v given="$1" -v list="$2" '
    function min(a, b) { return a < b ? a : b }
    function edits(a, b,   i, j, d, cost) {
      for (i = 0; i <= length(a); i++) d[i, 0] = i
      for (j = 0; j <= length(b); j++) d[0, j] = j
      for (i = 1; i <= length(a); i++)
        for (j = 1; j <= length(b); j++) {
          cost = substr(a, i, 1) != substr(b, j, 1)
          d[i, j] = min(min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost)
        }
      return d[length(a), length(b)]
    }
    BEGIN {
      best = 3
      for (n = split(list, words, " "); n > 0; n--) {
        far = edits(substr(given, 1, 20), words[n])
        if (far < best) { best = far; found = words[n] }
      }
      print found
    }'
}

# await SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# tail_of FILE [LINES]: its last lines, indented, to explain a failure.
tail_of() { [ ! -s "$1" ] || tail -n "${2:-15}" "$1" | cut -c 1-220 | sed 's/^/    | /' >&2; }

# is_alive PID: it runs (a zombie does not).
is_alive() { [ -r "/proc/$1/status" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

is_gone() { ! is_alive "$1"; }

# end_process PID SECONDS: asks it to end, and makes it when it has not in that time.
end_process() {
  kill -TERM "$1" 2>/dev/null || return 0
  await "$2" is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
  await 5 is_gone "$1"
}

# answers HOST PORT: something listens there.
answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# http METHOD HOST PORT PATH [JSON]: prints the answer, headers and body. No curl: a small machine has none.
http() (
  body=${5:-}
  exec 3<>"/dev/tcp/$2/$3" || exit 1
  printf '%s %s HTTP/1.0\r\nHost: %s:%s\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
    "$1" "$4" "$2" "$3" "${#body}" "$body" >&3
  timeout 10 cat <&3
) 2>/dev/null

# http_body ...: the same, the body only.
http_body() { http "$@" | sed '1,/^\r\{0,1\}$/d'; }
