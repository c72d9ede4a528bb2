# shellcheck shell=bash disable=SC2154
# Hosts and their processes: switched on and off, started, ended. Sourced; needs names.sh, network.sh and $home.
#
# Process ids are those of outside. One that is read from a file counts only while the process is in the host's namespaces: ids are given
# again, and after the machine's restart all are somebody else's.

host_on_seconds=10

# init_of N: the id of the host's process 1; fails when the host is off.
init_of() {
  local pid
  read -r pid 2>/dev/null <"$(host_dir "$1")/init" && [ "/proc/$pid/ns/net" -ef "$(space_file "$1")" ] && echo "$pid"
}

host_is_on() { init_of "$1" >/dev/null; }

need_on() { host_is_on "$1" || fail "$(host_name "$1") of bed '$bed' is off." "Switch it on: test/hosts start $bed $1"; }

# in_host N COMMAND...: in all of the host's namespaces, in this directory.
in_host() {
  local pid
  pid=$(init_of "$1") || fail "$(host_name "$1") of bed '$bed' is off."
  nsenter --target "$pid" --net --mount --uts --ipc --pid --wd="$PWD" -- "${@:2}"
}

# host_on N: a wire and the namespaces. `ip netns exec` is not for engines: it mounts a /sys without control groups.
host_on() {
  local n=$1 dir
  host_is_on "$n" && return
  dir=$(host_dir "$n")
  mkdir -p "$dir/data" "$dir/disk" "$dir/run" "$dir/outside"
  rm -f "$dir"/{init,engine.pid,skep.pid,docker.sock,skep.sock}
  printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$resolver" >"$dir/resolv.conf"
  echo '{}' >"$dir/daemon.json"
  remove_groups "skep-hosts-$bed/$n"
  make_wire "$n"
  setsid nsenter --net="$(space_file "$n")" unshare --fork --pid --mount --uts --ipc --propagation slave \
    bash "$home/bin/parts/hosts/init.sh" "$dir" "$(host_name "$n")" >"$dir/init.log" 2>&1 </dev/null 8<&- 9<&- &
  await $host_on_seconds host_is_on "$n" && return
  tail_of "$dir/init.log"
  fail "$(host_name "$n") did not come up in namespaces of its own (what it said is above)." \
    "That needs root with all capabilities: in a container, --privileged."
}

# host_off N: as if its power were cut.
host_off() {
  local pid
  pid=$(init_of "$1") || return 0
  kill -KILL "$pid"
  await 30 is_gone "$pid" || fail "process $pid, the first of $(host_name "$1"), does not end."
}

# launch N NAME COMMAND...: starts it in the host, with NAME.pid and NAME.log in the host's directory.
launch() {
  local dir
  dir=$(host_dir "$1")
  rm -f "$dir/$2.pid"
  # shellcheck disable=SC2016 # for the shells in the host
  in_host "$1" sh -c 'setsid sh -c '\''
      read -r pid _ <"$1/outside/self/stat"
      echo "$pid" >"$1/$2.new"
      mv "$1/$2.new" "$1/$2.pid"
      shift 2
      exec "$@"'\'' "$0" "$@" >>"$1/$2.log" 2>&1 </dev/null &' "$0" "$dir" "$2" "${@:3}" 8<&- 9<&-
  await 5 test -s "$dir/$2.pid"
}

# process_of N NAME: the id of what was launched; fails when it does not run.
process_of() {
  local pid init dir
  dir=$(host_dir "$1")
  init=$(init_of "$1") || return 1
  read -r pid 2>/dev/null <"$dir/$2.pid" && [ "/proc/$pid/ns/pid" -ef "/proc/$init/ns/pid" ] &&
    grep -qsaF "$dir/" "/proc/$pid/cmdline" && echo "$pid"
}

runs_in() { process_of "$1" "$2" >/dev/null; }

# processes_in N: all of the host's processes but its first, containers' too, one a line: who descends from it.
processes_in() {
  local init
  init=$(init_of "$1") || return 0
  cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^\([0-9]*\) .*) [A-Za-z] \([0-9]*\) .*/\1 \2/' | awk -v first="$init" '
    { parent[$1] = $2 }
    END {
      for (one in parent) {
        for (up = one; up > 1 && up != first; up = parent[up]);
        if (up == first && one != first) print one
      }
    }'
}

# end_in N NAME SECONDS: ends it in peace, or not when it takes longer; 0 kills it at once.
end_in() {
  local pid
  pid=$(process_of "$1" "$2") || return 0
  if [ "$3" -eq 0 ]; then
    kill -KILL "$pid" 2>/dev/null || true
    await 30 is_gone "$pid" || fail "process $pid, the $2 of $(host_name "$1"), does not end."
  else
    kill -CONT "$pid" 2>/dev/null || true
    end_process "$pid" "$3" || fail "process $pid, the $2 of $(host_name "$1"), does not end."
  fi
  rm -f "$(host_dir "$1")/$2.pid"
}

# remove_groups PATH: the control groups below it, in every hierarchy; only processes keep one, and there are none left.
remove_groups() {
  local root
  for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
    [ ! -d "$root/$1" ] || find "$root/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}
