# shellcheck shell=bash disable=SC2154
# Engines of a benchmark's own, each in a network namespace of its own; sourced. Needs $dir, a directory that goes with them, and
# bin/parts/say.sh. What would falsify a comparison with Swarm mode is kept away: a resolver out of reach (one that drops packets
# would cost Swarm seconds), an image named by its id (no pull is tried), SIGKILL as stop signal (busybox's sleep as process 1
# ignores SIGTERM).

# need_programs: ends with advice where something is missing.
need_programs() {
  local program
  [ "$(id -u)" = 0 ] || fail "the benchmark starts engines of its own: it needs root." "sudo $0 $*"
  for program in dockerd docker ip busybox; do
    command -v "$program" >/dev/null || fail "the benchmark needs $program." "apt-get install docker.io iptables iproute2 busybox-static"
  done
}

# start_engine NAME ADDRESS: a dockerd in a network namespace that has this one address and no way out.
start_engine() {
  local name=$1 space=skep-bench-$1
  ip netns add "$space"
  ip -n "$space" link set lo up
  ip -n "$space" link add bench0 type veth peer name bench1
  ip -n "$space" address add "$2/24" dev bench0
  ip -n "$space" link set bench0 up
  ip -n "$space" link set bench1 up
  nsenter --net="/run/netns/$space" dockerd -H "unix://$dir/$name.sock" --data-root "$dir/$name/data" --exec-root "$dir/$name/exec" \
    --pidfile "$dir/$name.pid" >"$dir/$name.log" 2>&1 </dev/null &
  await 30 docker -H "unix://$dir/$name.sock" version >/dev/null 2>&1 || {
    tail_of "$dir/$name.log"
    fail "dockerd did not start in a network namespace (its last words are above)."
  }
  mkdir -p "$dir/image/bin"
  cp -L "$(command -v busybox)" "$dir/image/bin/busybox"
  tar -C "$dir/image" -c . | docker -H "unix://$dir/$name.sock" import -c 'CMD ["/bin/busybox","sleep","1000000"]' - skep-bench:1 >/dev/null
}

image_id() { docker -H "unix://$dir/$1.sock" image inspect -f '{{.Id}}' skep-bench:1; }

# end_engines NAME...: stops engines, and removes what they left.
end_engines() {
  local name
  for name in "$@"; do
    if [ -f "$dir/$name.pid" ]; then
      docker -H "unix://$dir/$name.sock" ps -aq | xargs -r docker -H "unix://$dir/$name.sock" rm -f >/dev/null 2>&1 || true
      end_process "$(cat "$dir/$name.pid")" 60 || true
    fi
    ip netns del "skep-bench-$name" 2>/dev/null || true
  done
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | xargs -r umount -l
  rm -rf "$dir"
}

# machine: what the figures were taken on.
machine() {
  echo "$(uname -srm), $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), load $(cut -d ' ' -f 1-3 /proc/loadavg); dockerd $(docker -H "unix://$dir/plain.sock" version --format '{{.Server.Version}}'); JDK $(jdk_version "$JAVA_HOME")"
}
