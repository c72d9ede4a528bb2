# shellcheck shell=bash disable=SC2154
# What can be wrong between the hosts of a bed. Sourced; needs bin/parts/hosts.
#
# A host's end of the bridge is the port hN, or, while a relay delays it, bN before which the relay sits. What is said of a host alone is
# kept in its directory (cut, delay) and holds when it is switched off and on again; pairs are in the bridge's firewall.

# cut_host N, heal_host N: the cable is out, and in again.
cut_host() {
  touch "$(host_dir "$1")/cut"
  ip -n "$(bridge_space)" link set "h$1" down
}

heal_host() {
  rm -f "$(host_dir "$1")/cut"
  ip -n "$(bridge_space)" link set "h$1" up
}

in_firewall() { nft_in_bridge -f -; }
nft_in_bridge() { in_space "$(bridge_space)" nft "$@"; }

# need_firewall: makes it. Questions for hardware addresses and their answers pass: without them a cut one way would be one both ways as
# soon as the addresses are forgotten.
need_firewall() {
  command -v nft >/dev/null || fail "cutting two hosts from one another needs nft." "apt-get install nftables"
  in_firewall 2>/dev/null <<'END_OF_RULES' || fail "this kernel has no firewall for bridges (nf_tables, bridge family)." "modprobe nf_tables_bridge; or cut a host from all others: test/hosts cut BED HOST"
add table bridge skep
add set bridge skep cut { type ifname . ifname; }
add chain bridge skep forward { type filter hook forward priority 0; policy accept; }
flush chain bridge skep forward
add rule bridge skep forward ether type arp accept
add rule bridge skep forward iifname . oifname @cut drop
END_OF_RULES
}

# one_way FROM TO: the pairs of ports by which the one's frames get to the other.
one_way() { printf '"%s" . "%s", ' "h$1" "h$2" "h$1" "b$2" "b$1" "h$2" "b$1" "b$2"; }

# cut_pair FROM TO: what FROM sends does not get to TO.
cut_pair() {
  need_firewall
  echo "add element bridge skep cut { $(one_way "$1" "$2") }" | in_firewall
}

# heal_pair FROM TO. Only what is in the set can be taken out: so it is put in first.
heal_pair() {
  cut_pair "$1" "$2"
  echo "delete element bridge skep cut { $(one_way "$1" "$2") }" | in_firewall
}

heal_pairs() { nft_in_bridge flush set bridge skep cut 2>/dev/null || true; }

# cut_pairs: the pairs that are cut, one a line: FROM TO.
cut_pairs() {
  command -v nft >/dev/null || return 0
  nft_in_bridge list set bridge skep cut 2>/dev/null | grep -o '"h[0-9]*" \. "h[0-9]*"' | tr -d '"h.' | awk '{ print $1, $2 }' || true
}

# delay_host N MS LOSS: each way, so that an answer takes twice as long. By the kernel's netem, or by a relay where it has none.
delay_host() {
  echo "$2 $3" >"$(host_dir "$1")/delay"
  if netem "$1" "$2" "$3" 2>/dev/null; then return; fi
  relay_on "$1" "$2" "$3"
}

# The queue is long enough for what a fast link sends in a long delay.
netem() {
  local what=(root netem limit 100000 delay "$2ms" loss "$3%")
  tc -n "$(bridge_space)" qdisc replace dev "h$1" "${what[@]}" && tc -n "$(space_of "$1")" qdisc replace dev eth0 "${what[@]}"
}

undelay_host() {
  rm -f "$(host_dir "$1")/delay"
  tc -n "$(bridge_space)" qdisc del dev "h$1" root 2>/dev/null || true
  tc -n "$(space_of "$1")" qdisc del dev eth0 root 2>/dev/null || true
  relay_off "$1"
}

# need_relay: Debian's perl-base, which is everywhere, has no clock that is fine enough.
need_relay() {
  perl -MTime::HiRes -e 1 2>/dev/null || fail "this kernel has no netem (tc qdisc); what stands for it needs perl with Time::HiRes." "apt-get install perl"
}

# check_links: whether all that is said here can be done on this machine.
check_links() {
  command -v nft >/dev/null || fail "cutting two hosts from one another needs nft." "apt-get install nftables"
  in_new_namespaces tc qdisc add dev lo root netem delay 1ms 2>/dev/null || need_relay
}

relay_on() {
  local n=$1 bridge dir
  need_relay
  relay_off "$n"
  bridge=$(bridge_space)
  dir=$(host_dir "$n")
  ip -n "$bridge" link add "b$n" type veth peer name "r$n"
  ip -n "$bridge" link set "r$n" up
  ip -n "$bridge" link set "b$n" master br0 up
  ip -n "$bridge" link set "h$n" nomaster
  setsid nsenter --net="/run/netns/$bridge" perl "$home/test/parts/relay.pl" "h$n" "r$n" "$2" "$3" >"$dir/relay.log" 2>&1 </dev/null 8<&- 9<&- &
  echo $! >"$dir/relay.pid"
  await 5 grep -qs '^relaying' "$dir/relay.log" && return
  tail_of "$dir/relay.log"
  relay_off "$n"
  fail "the relay before $(host_name "$n") did not start (its last words are above)."
}

relay_off() {
  local pid bridge
  bridge=$(bridge_space)
  if read -r pid 2>/dev/null <"$(host_dir "$1")/relay.pid" && [ "/proc/$pid/ns/net" -ef "/run/netns/$bridge" ]; then end_process "$pid" 5; fi
  rm -f "$(host_dir "$1")"/relay.{pid,log}
  ip -n "$bridge" link set "h$1" master br0 2>/dev/null || true
  ip -n "$bridge" link del "b$1" 2>/dev/null || true
}

# restore_links N: a host that was switched on has a new wire; what was wrong with the last one is wrong with it.
restore_links() {
  local dir ms loss
  dir=$(host_dir "$1")
  if [ -f "$dir/cut" ]; then cut_host "$1"; fi
  if read -r ms loss 2>/dev/null <"$dir/delay"; then delay_host "$1" "$ms" "$loss"; fi
}

# clear_links N...: of these hosts, and every pair.
clear_links() {
  local n
  heal_pairs
  for n in "$@"; do
    heal_host "$n"
    undelay_host "$n"
  done
}
