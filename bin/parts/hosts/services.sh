# shellcheck shell=bash disable=SC2154
# What runs on a host: its Docker Engine, and its daemon of Skep's. Sourced; needs process.sh, image.sh and $home.

bed_image=skep-hosts:1
# How long an engine or a daemon may take until it answers, many at once on a busy machine; and until it has ended in peace.
answer_seconds=${SKEP_HOSTS_WAIT:-90}
end_seconds=30

# Another command may stand here for the same program: an older version of it.
read -ra skep_daemon <<<"${SKEP_DAEMON:-$home/bin/skep daemon}"

start_engine_in() {
  local n=$1 dir
  ! runs_in "$n" engine || return 0
  dir=$(host_dir "$n")
  rm -f "$dir/docker.sock"
  in_host "$n" rm -f "$dir/run/docker.pid"
  launch "$n" engine env -u HTTP_PROXY -u HTTPS_PROXY -u http_proxy -u https_proxy -u ALL_PROXY -u all_proxy \
    dockerd --config-file "$dir/daemon.json" -H "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/run/docker" \
    --pidfile "$dir/run/docker.pid" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/skep-hosts-$bed/$n"
}

start_skep_in() {
  local n=$1 dir options=()
  ! runs_in "$n" skep || return 0
  bed_has_skep || fail "bed '$bed' was made without Skep." "Make it with: test/hosts down $bed && test/hosts up $bed $(bed_hosts | wc -l)"
  dir=$(host_dir "$n")
  mapfile -t options <"$bed_dir/options"
  launch "$n" skep "${skep_daemon[@]}" --data-dir "$dir/disk/data" --socket "$dir/skep.sock" --engine "unix://$dir/docker.sock" \
    --address "$(host_address "$n")" --name "$(host_name "$n")" "${options[@]}"
}

# on_engine N ARGUMENTS..., on_skep N ARGUMENTS...: the docker command against the one or the other.
on_engine() { docker -H "unix://$(engine_socket "$1")" "${@:2}"; }
on_skep() { docker -H "unix://$(host_socket "$1")" "${@:2}"; }

service_answers() { runs_in "$1" "$2" && "on_$2" "$1" version >/dev/null 2>&1; }
answers_or_ended() { service_answers "$1" "$2" || ! runs_in "$1" "$2"; }

# await_service N engine|skep
await_service() {
  local what
  what="the $2 of $(host_name "$1") in bed '$bed'"
  await "$answer_seconds" answers_or_ended "$1" "$2" || true
  service_answers "$1" "$2" && return
  tail_of "$(host_dir "$1")/$2.log" 25
  runs_in "$1" "$2" || fail "$what does not run (its last words are above; all of them: test/hosts logs $bed $1 $2)."
  fail "$what does not answer for $answer_seconds s (its last words are above)."
}

# start_in N engine|skep|all
start_in() {
  host_on "$1"
  if [ "$2" != skep ]; then start_engine_in "$1"; fi
  if [ "$2" = skep ] || { [ "$2" = all ] && bed_has_skep; }; then start_skep_in "$1"; fi
}

# await_in N engine|skep|all
await_in() {
  if [ "$2" != skep ]; then await_service "$1" engine; fi
  if [ "$2" = skep ] || { [ "$2" = all ] && bed_has_skep; }; then await_service "$1" skep; fi
}

# stop_in N engine|skep|all: in peace, or, with 0 as third word, by SIGKILL. What an engine was running runs on when that is killed.
stop_in() {
  local seconds=${3:-$end_seconds}
  if [ "$2" = all ] && [ "$seconds" -eq 0 ]; then
    host_off "$1"
    return
  fi
  if [ "$2" != engine ]; then end_in "$1" skep "$seconds"; fi
  if [ "$2" != skep ]; then end_in "$1" engine "$seconds"; fi
  if [ "$2" = all ]; then host_off "$1"; fi
}

# import_image N: makes the image of busybox in the host's engine. Each import has an id of its own.
import_image() {
  busybox_root "$bed_dir/image" "$bed_dir/busybox"
  tar -C "$bed_dir/image" --owner 0 --group 0 -c . |
    on_engine "$1" import -c 'CMD ["sh","-c","trap exit TERM; sleep 1000000 & wait"]' - $bed_image >/dev/null ||
    fail "the engine of $(host_name "$1") did not take the image."
  rm -rf "$bed_dir/image" "$bed_dir/busybox"
}

has_image() { on_engine "$1" image inspect $bed_image >/dev/null 2>&1; }

# give_image N: the bed's image, the same on all hosts.
give_image() {
  ! has_image "$1" || return 0
  if [ ! -s "$bed_dir/image.tar" ]; then
    import_image "$1"
    on_engine "$1" save -o "$bed_dir/image.tar.new" $bed_image
    mv "$bed_dir/image.tar.new" "$bed_dir/image.tar"
    return
  fi
  on_engine "$1" load -q -i "$bed_dir/image.tar" >/dev/null || fail "the engine of $(host_name "$1") did not take the image."
}
