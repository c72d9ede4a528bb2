# shellcheck shell=bash disable=SC2154
# Makes and removes a bed of hosts, whatever is there of it already. Sourced, and sources the other parts; needs say.sh, engine.sh and
# $home. `test/hosts` and `skep demo --hosts` are made of it.

# shellcheck source-path=SCRIPTDIR/../../..
source "$home/bin/parts/image.sh"
# shellcheck source-path=SCRIPTDIR/../../..
source "$home/bin/parts/hosts/names.sh"
# shellcheck source-path=SCRIPTDIR/../../..
source "$home/bin/parts/hosts/network.sh"
# shellcheck source-path=SCRIPTDIR/../../..
source "$home/bin/parts/hosts/process.sh"
# shellcheck source-path=SCRIPTDIR/../../..
source "$home/bin/parts/hosts/services.sh"

# check_bed_machine: whether hosts can be made here; says what is missing and how to get it.
check_bed_machine() {
  local program missing=""
  [ "$(id -u)" = 0 ] || fail "a bed of hosts needs root: each host is a set of namespaces with a Docker Engine in it." "sudo $0 ..."
  for program in ip nsenter unshare dockerd docker iptables flock; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || fail "a bed of hosts needs what is not here:$missing." "apt-get install docker.io iptables iproute2 util-linux"
  in_new_namespaces true 2>/dev/null || fail "this machine gives no namespaces: $(in_new_namespaces true 2>&1 | head -n 1)" \
    "That needs root with all capabilities: in a container, --privileged."
  in_new_namespaces ip link add h1 type veth peer name eth0 2>/dev/null || fail "this kernel gives no veth pairs." "modprobe veth"
}

in_new_namespaces() { unshare --fork --pid --mount --uts --ipc --net -- "$@"; }

# bed_up COUNT: hosts 1 to COUNT run, with what is said in the bed's options; those that run already are left alone.
bed_up() {
  local n own=${2:-}
  make_shared_dir
  make_bridge
  for ((n = 1; n <= $1; n++)); do mkdir -p "$(host_dir "$n")"; done
  write_names
  for ((n = 1; n <= $1; n++)); do start_in "$n" engine; done
  for ((n = 1; n <= $1; n++)); do
    await_service "$n" engine
    if [ -z "$own" ]; then give_image "$n"; elif ! has_image "$n"; then import_image "$n"; fi
  done
  bed_has_skep || return 0
  for ((n = 1; n <= $1; n++)); do start_in "$n" skep; done
  for ((n = 1; n <= $1; n++)); do await_service "$n" skep; done
}

# make_shared_dir: what is mounted in the bed's directory outside is seen in its hosts too, and stays when one is switched off.
make_shared_dir() {
  awk -v dir="$bed_dir" '$2 == dir { found = 1 } END { exit !found }' /proc/mounts || mount --bind "$bed_dir" "$bed_dir"
  mount --make-shared "$bed_dir"
}

# write_names: /etc/hosts of all hosts; into the same file, which is mounted in those that run.
write_names() {
  local n
  {
    echo "127.0.0.1 localhost"
    for n in $(bed_hosts); do echo "$(host_address "$n") $(host_name "$n")"; done
  } >"$bed_dir/names"
}

# bed_down: every trace, from any half-way state, also when the machine was restarted or the directory is gone. Only processes that are
# in the bed's own network namespaces are ended; with a host's first process all others of its end.
bed_down() {
  local n space pids mapped=()
  [ ! -d "$bed_dir" ] || for n in $(bed_hosts); do host_off "$n"; done
  for space in $(bed_spaces); do
    pids=$(ip netns pids "$space" 2>/dev/null || true)
    # shellcheck disable=SC2086 # one word each
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    await 30 space_is_empty "$space" || fail "processes $(ip netns pids "$space" | paste -s -d ' ' -) in $space do not end."
    remove_space "$space"
  done
  mapfile -t mapped < <(awk -v dir="$bed_dir" '$2 == dir || index($2, dir "/") == 1 { print $2 }' /proc/mounts | sort -r)
  [ ${#mapped[@]} -eq 0 ] || umount -l "${mapped[@]}"
  remove_groups "skep-hosts-$bed"
  await 10 remove_dir || fail "$bed_dir cannot be removed: $(rm -rf "$bed_dir" 2>&1 | tail -n 1)"
  rmdir "$beds_dir" 2>/dev/null || true
}

bed_spaces() { find /run/netns -mindepth 1 -maxdepth 1 -regextype egrep -regex ".*/skep-hosts-$bed-(net|[0-9]+)" -printf '%f\n' 2>/dev/null || true; }
space_is_empty() { [ -z "$(ip netns pids "$1" 2>/dev/null)" ]; }

# The last processes of a host let go of their files a moment after they are gone.
remove_dir() { rm -rf --one-file-system "$bed_dir" 2>/dev/null; }
