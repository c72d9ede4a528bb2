# shellcheck shell=bash
# skep status: what this host's daemon says of itself and its swarm. No JVM. Sourced; needs say.sh.

default_socket=/run/skep/skep.sock

status_help() {
  cat <<'END'
skep status [--socket PATH]

  Prints this host's role, engine, leader and store, and what is not as asked for, with the reason.
  The daemon is looked for at PATH, else where DOCKER_HOST says (unix://…), else at /run/skep/skep.sock.
  Exit code: 0 when the daemon answered, 1 when not.
END
}

# status_of ARGUMENTS...
status_of() {
  local socket=$default_socket page
  case ${DOCKER_HOST:-} in unix://*) socket=${DOCKER_HOST#unix://} ;; esac
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h)
        status_help
        return
        ;;
      --socket)
        [ $# -gt 1 ] || fail_usage "--socket needs a path." "skep status --socket PATH"
        socket=${2#unix://}
        shift 2
        ;;
      --socket=*)
        socket=${1#--socket=}
        socket=${socket#unix://}
        shift
        ;;
      *) fail_usage "unknown option '$1' of 'skep status'." "skep status [--socket PATH]" ;;
    esac
  done
  [ -S "$socket" ] || fail "no daemon has its socket at $socket." "Start one: skep daemon --socket $socket; or name another's: skep status --socket PATH"
  page=$(unix_get "$socket" /skep/v1/status) || fail "nobody answers at $socket." "If a daemon should run there, its log says why it does not; start it again: skep daemon --socket $socket"
  case $page in
    Skep*) printf '%s\n' "$page" ;;
    *) fail "who listens at $socket is no Skep daemon." "It may be the Docker Engine's own socket: name Skep's with --socket or DOCKER_HOST." ;;
  esac
}

# unix_get SOCKET PATH: prints the answer's body. Perl is on every Debian; curl is not.
unix_get() {
  if command -v curl >/dev/null; then
    curl -sS --max-time 15 --unix-socket "$1" "http://skep$2" 2>/dev/null
  elif command -v perl >/dev/null; then
    perl -MIO::Socket::UNIX -e '
      alarm 15;
      my $to = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
      print $to "GET $ARGV[1] HTTP/1.0\r\nHost: skep\r\n\r\n";
      my $all = join "", <$to>;
      $all =~ s/^.*?\r\n\r\n//s or exit 1;
      print $all' "$1" "$2"
  else
    fail "asking the daemon needs curl or perl, and neither is here." "apt-get install curl"
  fi
}
