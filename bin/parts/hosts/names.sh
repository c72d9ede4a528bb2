# shellcheck shell=bash disable=SC2034 # the parts share these names
# Beds of hosts: what each is called and where it keeps its things. Sourced first of the parts in this directory; needs say.sh.
#
# A bed is a number of hosts on this machine, joined by a bridge. A host is a set of namespaces (network, processes, mounts, name) with
# a Docker Engine and a daemon of Skep's in them. All names follow from the bed's: the network namespaces skep-hosts-BED-N and
# skep-hosts-BED-net (the bridge is in the latter, so no interface's name is ever seen outside), the control groups below
# skep-hosts-BED, and the directory of the bed:
#
#   number      the bed's number: host N has the address 10.77.NUMBER.N
#   options     what else each daemon of Skep's is started with, a word a line; there is none where the bed has no Skep
#   image.tar   the image that all its engines have
#   N/          of each host: init, engine.pid, skep.pid (process ids as seen from outside), engine.log, skep.log, docker.sock, skep.sock,
#               data (the engine's), disk/data (the daemon's), and what is broken at present: cut, delay, disk.size

beds_dir=${SKEP_HOSTS_DIR:-/var/lib/skep-hosts}
# The last numbers of an address: hosts from 1, the bridge at its end.
most_hosts=99
bridge_number=254
# Nobody is there: a name that is looked up fails at once, instead of after a resolver's patience.
resolver=10.255.255.53

bed=""
bed_dir=""
bed_number=""

# name_bed BED: the bed that all else is about from now on, whether it exists or not.
name_bed() {
  [[ $1 =~ ^[a-z][a-z0-9]{0,15}$ ]] || fail_usage "'$1' is no name for a bed: up to 16 small letters and digits, a letter first."
  bed=$1
  bed_dir=$beds_dir/$bed
  bed_number=$(cat "$bed_dir/number" 2>/dev/null) || bed_number=""
}

# need_bed BED: the same, of one that exists.
need_bed() {
  name_bed "$1"
  [ -n "$bed_number" ] || fail "there is no bed '$bed' in $beds_dir." "Make one: test/hosts up $bed 3"
}

space_of() { echo "skep-hosts-$bed-$1"; }
bridge_space() { echo "skep-hosts-$bed-net"; }
space_file() { echo "/run/netns/$(space_of "$1")"; }
host_dir() { echo "$bed_dir/$1"; }
host_name() { echo "host-$1"; }
host_address() { echo "10.77.$bed_number.$1"; }
host_socket() { echo "$bed_dir/$1/skep.sock"; }
engine_socket() { echo "$bed_dir/$1/docker.sock"; }
bed_has_skep() { [ -f "$bed_dir/options" ]; }

# bed_hosts: the numbers of its hosts, one a line.
bed_hosts() { find "$bed_dir" -mindepth 1 -maxdepth 1 -type d -name '[1-9]*' -printf '%f\n' | sort -n; }

# hosts_of WORD: the hosts that a command line means, one a line: 2, host-2, 1,3 or all.
hosts_of() {
  local one
  if [ "$1" = all ]; then
    bed_hosts
    return
  fi
  for one in ${1//,/ }; do
    one=${one#host-}
    if ! [[ $one =~ ^[1-9][0-9]?$ ]] || [ ! -d "$(host_dir "$one")" ]; then
      fail_usage "bed '$bed' has no host '$one'." "It has $(bed_hosts | paste -s -d ' ' -); several are said so: 1,3 or all."
    fi
    echo "$one"
  done
}

# bed_names: every bed of which something is there, a directory or a namespace, one a line.
bed_names() {
  {
    find "$beds_dir" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null || true
    find /run/netns -mindepth 1 -maxdepth 1 -name 'skep-hosts-*' -printf '%f\n' 2>/dev/null | sed 's/^skep-hosts-\(.*\)-[^-]*$/\1/' || true
  } | sort -u
}

# register_bed: gives the bed a directory and the first number that is free. The lock is the directory of all beds; it goes with the last.
register_bed() {
  local lock number taken
  while :; do
    mkdir -p "$beds_dir"
    { exec {lock}<"$beds_dir"; } 2>/dev/null || continue
    flock "$lock"
    [ ! "$beds_dir" -ef "/proc/self/fd/$lock" ] || break
    exec {lock}<&-
  done
  mkdir -p "$bed_dir"
  if [ ! -s "$bed_dir/number" ]; then
    taken=" $({ cat "$beds_dir"/*/number 2>/dev/null || true; } | paste -s -d ' ' -) "
    for ((number = 1; number < 255; number++)); do [[ $taken == *" $number "* ]] || break; done
    ((number < 255)) || fail "there are 254 beds in $beds_dir already."
    echo "$number" >"$bed_dir/number"
  fi
  exec {lock}<&-
  name_bed "$bed"
}

# hold_bed --exclusive|--shared: whoever makes or removes a bed is alone with it; others may be at work on it side by side. The lock dies
# with the script: what it starts is not given file 8, nor the file of with_host.
hold_bed() {
  exec 8<"$bed_dir"
  flock "$1" -w 300 8 || fail "another command is at work on bed '$bed' for 5 min now."
  [ "$bed_dir" -ef /proc/self/fd/8 ] || fail "bed '$bed' was removed by another command."
}

# with_host N COMMAND...: what switches a host or a part of it on or off is done one after the other.
with_host() (
  exec 9<"$(host_dir "$1")"
  flock -w 300 9 || fail "another command is at work on $(host_name "$1") of bed '$bed' for 5 min now."
  "${@:2}"
)
