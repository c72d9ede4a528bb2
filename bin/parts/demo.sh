# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the parts share $home, $engine and what describes it
# `skep demo`: three daemons on this machine make one swarm, and a stack runs on it. Sourced; needs the other parts.
#
# All it keeps is below $demo_dir: node-N/ (data, socket, log, pid and swarm id of each daemon), engine/ (a dockerd that the demo
# started itself), and `state`, which tells a later run or --stop what there is.

demo_dir=${SKEP_DEMO_DIR:-/var/lib/skep-demo}
demo_net=${SKEP_DEMO_NET:-127.0.0} # the nodes are .2, .3 and .4 of it
demo_nodes=(1 2 3)
demo_image=localhost/skep/shop:1
stack_file=$home/conf/stacks/shop.yml
control_port=2377
web_port=8080
# A store that does not open says why after a minute; most daemons are ready after a second.
node_ready_seconds=90

address_of() { echo "$demo_net.$(($1 + 1))"; }
socket_of() { echo "$demo_dir/node-$1/skep.sock"; }

# on N ARGUMENTS...: the docker CLI against node N's daemon.
on() { docker -H "unix://$(socket_of "$1")" "${@:2}"; }

# label NAME TEXT: one line of the demo's account.
label() { printf '%-9s %s\n' "$1" "$2"; }

demo() {
  local started_at=$SECONDS version
  hold_demo_lock
  if [ -f "$demo_dir/state" ]; then
    if any_node_runs; then
      rejoin_demo
      return
    fi
    say "Clearing away what an earlier demo left in $demo_dir ..."
    read_state
    ensure_engine_for_removal
    remove_demo
  fi
  say "Skep demo: three nodes on this machine ($(address_of 1), $(address_of 2), $(address_of 3)) become one swarm."
  check_machine
  mkdir -p "$demo_dir"
  write_state
  trap abandon_demo EXIT
  trap 'exit 130' INT TERM HUP
  ensure_engine "$demo_dir/engine"
  write_state
  label Engine "Docker $(docker -H "$engine" version --format '{{.Server.Version}}') at $engine${engine_started:+, started by this demo}"
  ensure_built
  version=$("$home/bin/skep" version) || fail "Skep does not start on the JDK in $JAVA_HOME (its words are above)."
  label Skep "version ${version#skep }, on the JDK in $JAVA_HOME"
  make_image
  start_nodes
  form_swarm
  deploy_stack
  trap - EXIT INT TERM HUP
  show_round_robin
  say ""
  say "All of it took $((SECONDS - started_at)) s."
  show_the_way
}

# One demo script at a time; the lock dies with the script.
hold_demo_lock() {
  exec 9<"$home/bin/parts/demo.sh"
  flock -n 9 || fail "another 'skep demo' is at work right now." "Wait for it to end, then try again."
}

check_machine() {
  local node port taken=""
  [ "$(id -u)" = 0 ] || fail "the demo needs root: it talks to the Docker Engine and gives containers their secrets on a tmpfs." "sudo $0 demo"
  [ -z "$(ls -A "$demo_dir" 2>/dev/null)" ] || fail "$demo_dir exists and is not a demo's." "Move it away, or choose another place: SKEP_DEMO_DIR=/some/where $0 demo"
  for node in "${demo_nodes[@]}"; do
    for port in $control_port $web_port; do
      if answers "$(address_of "$node")" "$port"; then taken+=" $(address_of "$node"):$port$(holder_of "$port")"; fi
    done
  done
  [ -z "$taken" ] || fail "the demo needs ports that something else holds:$taken." "Stop what holds them (ss -ltnp shows it), or choose other addresses: SKEP_DEMO_NET=127.0.1 $0 demo"
}

holder_of() { ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ (\1, process \2)/p' | head -n 1; }

write_state() { printf '%s\n' "engine=$engine" "engine_started=$engine_started" >"$demo_dir/state"; }

read_state() {
  engine=$(sed -n 's/^engine=//p' "$demo_dir/state")
  engine_started=$(sed -n 's/^engine_started=//p' "$demo_dir/state")
  engine_dir=$demo_dir/engine
}

# make_image: busybox and the shop's two scripts, as an image of the engine's own; no registry has a part in it.
make_image() {
  local root=$demo_dir/image
  busybox_root "$root" "$demo_dir/busybox"
  cp -R "$home/conf/stacks/shop/image/." "$root"
  tar -C "$root" --owner 0 --group 0 -c . |
    docker -H "$engine" import -c 'ENTRYPOINT ["shop"]' -c "LABEL dev.skep.demo=$demo_dir" - "$demo_image" >/dev/null ||
    fail "the engine did not take the demo's image."
  rm -rf "$root" "$demo_dir/busybox"
  label Image "$demo_image, made here from busybox and conf/stacks/shop/image"
}

start_node() {
  local dir=$demo_dir/node-$1
  mkdir -p "$dir"
  [ ! -f "$dir/log" ] || mv "$dir/log" "$dir/log.before"
  setsid "$home/bin/skep" daemon --data-dir "$dir/data" --socket "$dir/skep.sock" --engine "$engine" \
    --address "$(address_of "$1")" --name "node-$1" >"$dir/log" 2>&1 </dev/null 9<&- &
  echo $! >"$dir/pid"
}

node_runs() {
  local pid
  pid=$(cat "$demo_dir/node-$1/pid" 2>/dev/null) && is_alive "$pid" && grep -qsaF "$demo_dir/node-$1" "/proc/$pid/cmdline"
}

any_node_runs() {
  local node
  for node in "${demo_nodes[@]}"; do if node_runs "$node"; then return 0; fi; done
  return 1
}

node_is_ready() { grep -qs '^skep ready' "$demo_dir/node-$1/log"; }

# Just started, it may still be on its way to the command line by which node_runs knows it.
node_is_ready_or_dead() { node_is_ready "$1" || is_gone "$(cat "$demo_dir/node-$1/pid")"; }

# await_node N [WAY OUT]
await_node() {
  local log=$demo_dir/node-$1/log what
  await "$node_ready_seconds" node_is_ready_or_dead "$1" || true
  node_is_ready "$1" && return
  what="the daemon of node-$1 was not ready after $node_ready_seconds s"
  if is_gone "$(cat "$demo_dir/node-$1/pid")"; then what="the daemon of node-$1 ended before it was ready"; fi
  [ -s "$log" ] || fail "$what, and said nothing (its log would be $log)." "${@:2}"
  tail_of "$log" 25
  fail "$what (its last words are above)." "${@:2}"
}

start_nodes() {
  local node begin
  begin=$(now_ms)
  for node in "${demo_nodes[@]}"; do start_node "$node"; done
  for node in "${demo_nodes[@]}"; do await_node "$node"; done
  label Daemons "node-1, node-2 and node-3: three processes, ready after $(seconds_since "$begin") s"
}

now_ms() { date +%s%3N; }
seconds_since() { awk -v ms=$(($(now_ms) - $1)) 'BEGIN { printf "%.1f", ms / 1000 }'; }

form_swarm() {
  local token node
  on 1 swarm init --advertise-addr "$(address_of 1)" >/dev/null || fail "node-1 could not begin a swarm (its answer is above)."
  token=$(on 1 swarm join-token -q worker)
  for node in 2 3; do
    on "$node" swarm join --advertise-addr "$(address_of "$node")" --token "$token" "$(address_of 1):$control_port" >/dev/null ||
      fail "node-$node could not join the swarm (its answer is above)."
  done
  for node in "${demo_nodes[@]}"; do on "$node" info --format '{{.Swarm.NodeID}}' >"$demo_dir/node-$node/id"; done
  await 20 all_nodes_ready || { on 1 node ls >&2; fail "the nodes joined but are not all ready."; }
  label Swarm "node-1 began it (docker swarm init), node-2 and node-3 joined with its token"
}

all_nodes_ready() { [ "$(on 1 node ls --format '{{.Status}}' 2>/dev/null | grep -c '^Ready$')" = "${#demo_nodes[@]}" ]; }

deploy_stack() {
  local begin said
  begin=$(now_ms)
  label Stack "docker stack deploy --resolve-image never -c $(shown "$stack_file") shop"
  if ! said=$(on 1 stack deploy --resolve-image never -c "$stack_file" shop 2>&1); then
    awk '{ print "    | " $0 }' <<<"$said" >&2
    fail "the stack could not be deployed (the answer is above)."
  fi
  sed -n 's/^\(Creat\|Updat\)ing/          &/p' <<<"$said"
  last_replicas=""
  if ! await 90 stack_converged; then
    on 1 stack ps --no-trunc shop >&2 || true
    fail "the stack did not come up within 90 s (its tasks are above)."
  fi
  label "" "all replicas run after $(seconds_since "$begin") s"
}

# stack_converged: every service of the stack runs what it should; shows each change on the way.
stack_converged() {
  local replicas
  replicas=$(on 1 stack services shop --format '{{.Name}} {{.Replicas}}' 2>/dev/null | sort | paste -s -d , | sed 's/,/, /g') || return 1
  if [ -n "$replicas" ] && [ "$replicas" != "$last_replicas" ]; then
    label "" "$replicas"
    last_replicas=$replicas
  fi
  [ -n "$replicas" ] || return 1
  awk -v RS=', |\n' '{ split($2, n, "/"); if (n[1] != n[2] || n[2] == 0) exit 1 }' <<<"$replicas"
}

show_round_robin() {
  local node page
  say ""
  say "Every node answers on port $web_port, and each new connection goes to the next task, wherever it runs:"
  for _ in 1 2; do
    for node in "${demo_nodes[@]}"; do
      page=$(http_body GET "$(address_of "$node")" $web_port / | sed -n '1p;3p' | paste -s -d '|' | sed 's/|/  |  /')
      note "$(printf '%-28s' "curl http://$(address_of "$node"):$web_port/") ${page:-no answer}"
    done
  done
}

# shown PATH: the way a reader in this directory would write it.
shown() { if [ "$PWD" = "$home" ]; then echo "${1/#$home/.}"; else echo "$1"; fi | sed 's#^\./conf#conf#'; }

show_the_way() {
  cat <<END

Look around with the docker command you know:
    export DOCKER_HOST=unix://$(socket_of 1)
    docker node ls
    docker service ls
    docker service ps shop_web
    docker service scale shop_web=8
    docker service logs shop_web
    docker kill \$(docker ps -q -f label=com.docker.swarm.service.name=shop_web | head -n 1)    # it is replaced
    curl http://$(address_of 1):$web_port/    # and $(address_of 2), $(address_of 3)
    $(shown "$home/bin/skep") status --socket $(socket_of 1)
The daemons' logs: $demo_dir/node-*/log
Stop, and leave nothing behind:
    $(shown "$home/bin/skep") demo --stop
END
}

# rejoin_demo: the second run; a daemon that was killed meanwhile is started again.
rejoin_demo() {
  local node revived=""
  read_state
  say "The demo is running already (in $demo_dir)."
  for node in "${demo_nodes[@]}"; do
    if ! node_runs "$node"; then
      ensure_built # here, where it is seen: a daemon that builds first is not ready for minutes
      start_node "$node"
      revived+=" $node"
    fi
  done
  for node in $revived; do
    await_node "$node" "What it keeps may be another version's. This removes the demo with its data, and begins anew:" "  $0 demo --stop && $0 demo"
    say "The daemon of node-$node was not running: started it again."
  done
  show_the_way
}

abandon_demo() {
  local status=$? node kept=""
  trap - EXIT INT TERM HUP
  [ "$status" -ne 0 ] || status=1
  for node in "${demo_nodes[@]}"; do
    [ -s "$demo_dir/node-$node/log" ] || continue
    [ -n "$kept" ] || kept=$(mktemp -d /tmp/skep-demo-logs.XXXX)
    cp "$demo_dir/node-$node/log" "$kept/node-$node.log"
  done
  printf '\nClearing away what was begun ...\n' >&2
  remove_demo >/dev/null || true
  [ -z "$kept" ] || kept=", only the logs of its daemons: $kept"
  printf 'Nothing of the demo is left%s.\n' "$kept" >&2
  exit "$status"
}

demo_stop() {
  hold_demo_lock
  if [ ! -f "$demo_dir/state" ]; then
    say "No demo is running (there is no $demo_dir)."
    return
  fi
  [ "$(id -u)" = 0 ] || fail "stopping the demo needs root, as starting it did." "sudo $0 demo --stop"
  read_state
  say "Stopping the demo ..."
  ensure_engine_for_removal
  remove_demo
}

# The engine holds the demo's containers; one that is not ours must answer for them to go.
ensure_engine_for_removal() {
  [ "$engine_started" = process ] || engine_answers ||
    fail "the engine at $engine does not answer, so the demo's containers cannot be removed: $(engine_complaint)" "Start it ($(start_command)), then: $0 demo --stop"
}

# remove_demo: containers, networks, image, daemons, an engine of our own, files. Works from any half-way state.
remove_demo() {
  local node
  engine_answers && survey_engine
  # Its agents remove what is theirs when a node leaves; workers first, so that the manager hears of it.
  for node in 3 2 1; do
    if node_runs "$node"; then timeout 40 docker -H "unix://$(socket_of "$node")" swarm leave --force >/dev/null 2>&1 || true; fi
  done
  for node in "${demo_nodes[@]}"; do
    if node_runs "$node"; then end_process "$(cat "$demo_dir/node-$node/pid")" 15; fi
  done
  if engine_answers; then sweep_engine; fi
  if [ -n "$engine_started" ]; then
    stop_engine
    note "the Docker Engine that the demo had started is stopped (a package that was installed stays: apt-get purge docker.io)"
  fi
  rm -rf "$demo_dir"
  note "$demo_dir is removed"
  say "Nothing of the demo is left."
}

demo_containers=()
demo_networks=()

# survey_engine: the containers of our nodes and the networks they are on, while both are still there.
survey_engine() {
  local node id
  demo_containers=()
  demo_networks=()
  for node in "${demo_nodes[@]}"; do
    id=$(cat "$demo_dir/node-$node/id" 2>/dev/null) || continue
    mapfile -t -O "${#demo_containers[@]}" demo_containers < <(docker -H "$engine" ps -aq --filter "label=com.docker.swarm.node.id=$id")
  done
  [ ${#demo_containers[@]} -gt 0 ] || return 0
  mapfile -t demo_networks < <(
    docker -H "$engine" inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "${demo_containers[@]}" 2>/dev/null |
      grep -vxE 'bridge|host|none|' | sort -u
  )
}

# sweep_engine: what the agents did not take away (a killed daemon cannot), and the image.
sweep_engine() {
  local network images there=${#demo_containers[@]} before=("${demo_networks[@]}")
  survey_engine
  if [ ${#demo_containers[@]} -gt 0 ]; then docker -H "$engine" rm -f "${demo_containers[@]}" >/dev/null; fi
  for network in "${before[@]}" "${demo_networks[@]}"; do
    if docker -H "$engine" network inspect "$network" >/dev/null 2>&1; then docker -H "$engine" network rm "$network" >/dev/null || true; fi
  done
  note "three daemons, $there containers and ${#before[@]} networks are gone"
  mapfile -t images < <(docker -H "$engine" image ls -q --no-trunc --filter "label=dev.skep.demo=$demo_dir" | sort -u)
  [ ${#images[@]} -gt 0 ] || return 0
  if docker -H "$engine" image rm -f "${images[@]}" >/dev/null 2>&1; then
    note "the image $demo_image is removed"
  else
    note "the image $demo_image stays: other containers use it"
  fi
}
