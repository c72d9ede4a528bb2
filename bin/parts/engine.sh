# shellcheck shell=bash
# Sees to it that a docker CLI and a Docker Engine are there. Sourced; needs say.sh.
#
# Sets $engine (the engine's socket). An engine or package that is missing is started or installed, after saying so and unless
# SKEP_NO_INSTALL=1; $engine_started then says what was started: "process" (ours to stop, with its files in $engine_dir) or
# "service"; nothing when the engine was there before.

engine=${SKEP_ENGINE:-unix:///var/run/docker.sock}
engine_started=""
engine_dir=""

# A DOCKER_HOST of the caller may well be a daemon of the demo; it is not the engine below.
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION

engine_answers() { docker -H "$engine" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

# ensure_engine DIR: DIR is where an engine of our own keeps its data, log and pid.
ensure_engine() {
  engine_dir=$1
  command -v docker >/dev/null && engine_answers && return
  if [ -n "${SKEP_ENGINE:-}" ]; then
    command -v docker >/dev/null || install_engine "There is no docker command here."
    engine_answers || fail "no Docker Engine answers at $engine (SKEP_ENGINE)." "$(engine_complaint)"
    return
  fi
  if ! command -v docker >/dev/null || ! command -v dockerd >/dev/null; then
    install_engine "No Docker Engine answers at $engine, and $(missing_programs)."
    # Where services run, the package has started it.
    if has_systemd && await 30 engine_answers; then
      engine_started=service
      return
    fi
  fi
  engine_answers || start_engine
}

missing_programs() {
  if ! command -v docker >/dev/null; then echo "there is no docker command"; else echo "there is no dockerd here to start"; fi
}

engine_complaint() { docker -H "$engine" version 2>&1 >/dev/null | tail -n 1; }

install_engine() {
  local packages=(docker.io iptables ca-certificates) log
  # From Debian 13 on the CLI is a package of its own.
  if apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
  if ! grep -q '^cgroup' /proc/mounts 2>/dev/null && ! grep -q ' cgroup2 ' /proc/mounts; then packages+=(cgroupfs-mount); fi
  may_install "$1" "apt-get update && apt-get install -y ${packages[*]}"
  log=$(mktemp)
  say "$1"
  say "Installing Debian's ${packages[*]} with apt-get (a minute or two; SKEP_NO_INSTALL=1 would stop here instead) ..."
  apt_get "$log" update
  apt_get "$log" install -y --no-install-recommends "${packages[@]}"
  rm -f "$log"
  hash -r
}

# may_install WHY COMMAND: ends the script, naming the command, where installing is not wanted or not possible.
may_install() {
  [ "${SKEP_NO_INSTALL:-}" != 1 ] || fail "$1" "SKEP_NO_INSTALL=1 is set, so nothing was installed. Run this, then try again:" "  $2"
  command -v apt-get >/dev/null || fail "$1" "There is no apt-get here. Install Docker Engine (https://docs.docker.com/engine/install/), then try again."
  [ "$(id -u)" = 0 ] || fail "$1" "Installing needs root. Run this, then try again:" "  sudo sh -c '$2'"
}

apt_get() {
  local log=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1 </dev/null && return
  tail_of "$log"
  rm -f "$log"
  fail "apt-get $1 failed (its last words are above)." "Run it by hand and mend what it names: apt-get $*"
}

# start_engine: by the service manager where there is one, else as a process of ours.
start_engine() {
  if [ "${SKEP_NO_INSTALL:-}" = 1 ]; then
    fail "no Docker Engine answers at $engine: $(engine_complaint)" "SKEP_NO_INSTALL=1 is set, so none was started. Run this, then try again:" "  $(start_command)"
  fi
  [ "$(id -u)" = 0 ] || fail "no Docker Engine answers at $engine: $(engine_complaint)" "As root: $(start_command)"
  if has_systemd; then
    say "Docker is installed but does not run: starting it (systemctl start docker) ..."
    systemctl start docker || true
    await 30 engine_answers || fail "docker was started but does not answer at $engine." "systemctl status docker; journalctl -u docker"
    engine_started=service
    return
  fi
  say "Docker is installed but does not run, and no service manager runs here: starting dockerd in the background (log: $engine_dir/dockerd.log) ..."
  if ! grep -q '^cgroup' /proc/mounts && ! grep -q ' cgroup2 ' /proc/mounts && command -v cgroupfs-mount >/dev/null; then cgroupfs-mount; fi
  mkdir -p "$engine_dir"
  setsid dockerd -H "$engine" --data-root "$engine_dir/data" --exec-root "$engine_dir/exec" --pidfile "$engine_dir/dockerd.pid" \
    >"$engine_dir/dockerd.log" 2>&1 </dev/null 9<&- &
  engine_started=process
  echo $! >"$engine_dir/pid"
  await 60 engine_answers_or_died || true
  engine_answers && return
  tail_of "$engine_dir/dockerd.log"
  stop_engine
  fail "dockerd does not run on this machine (its last words are above)." "Docker needs root, iptables and mounted cgroups; in a container it needs --privileged." \
    "With an engine elsewhere on this machine: SKEP_ENGINE=unix:///path/to/docker.sock $0 ..."
}

start_command() { if has_systemd; then echo "systemctl start docker"; else echo "dockerd >/var/log/dockerd.log 2>&1 &"; fi; }

engine_answers_or_died() { engine_answers || is_gone "$(cat "$engine_dir/pid")"; }

# stop_engine: the one that start_engine started, with all that it kept.
stop_engine() {
  case $engine_started in
    process)
      end_process "$(cat "$engine_dir/pid")" 30 || true
      awk -v dir="$engine_dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | xargs -r umount -l
      rm -rf "$engine_dir"
      ;;
    service) systemctl stop docker.service docker.socket ;;
  esac
  engine_started=""
}
