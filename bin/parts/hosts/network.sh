# shellcheck shell=bash disable=SC2154
# A bed's network: a bridge in a namespace of its own, where no firewall of the machine is in the way, and from it a wire to each host.
# Sourced; needs names.sh.

# in_space SPACE COMMAND...: in that network namespace, and otherwise here.
in_space() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

# make_space SPACE: a network namespace with a loopback; what is left of a broken one is made anew.
make_space() {
  ip -n "$1" link show lo >/dev/null 2>&1 && return
  remove_space "$1"
  ip netns add "$1"
  ip -n "$1" link set lo up
}

remove_space() {
  [ ! -e "/run/netns/$1" ] || ip netns del "$1" 2>/dev/null || rm -f "/run/netns/$1"
}

# make_bridge: what hosts send to the world outside is refused at once, for there is none. Forwarding is on, or it would be dropped
# without a word.
make_bridge() {
  local space
  space=$(bridge_space)
  make_space "$space"
  ip -n "$space" link show br0 >/dev/null 2>&1 || ip -n "$space" link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
  # shellcheck disable=SC2016 # for the shell there
  in_space "$space" sh -c '
    set_to() { [ ! -e "/proc/sys/net/$1" ] || echo "$2" >"/proc/sys/net/$1"; }
    set_to ipv6/conf/all/disable_ipv6 1
    set_to ipv6/conf/default/disable_ipv6 1
    set_to bridge/bridge-nf-call-iptables 0
    set_to bridge/bridge-nf-call-ip6tables 0
    set_to bridge/bridge-nf-call-arptables 0
    set_to ipv4/ip_forward 1
    set_to ipv4/icmp_ratelimit 0'
  ip -n "$space" address replace "$(host_address "$bridge_number")/24" dev br0
  ip -n "$space" link set br0 up
  ip -n "$space" route replace unreachable default
}

# make_wire N: the host's network namespace, and eth0 in it. A host that was switched off begins with a new one, as a machine does. The
# hardware address is always the same, so that nobody has to learn a new one.
make_wire() {
  local n=$1 space bridge
  space=$(space_of "$n")
  bridge=$(bridge_space)
  remove_space "$space"
  ip -n "$bridge" link del "h$n" 2>/dev/null || true
  make_space "$space"
  ip -n "$bridge" link add "h$n" type veth peer name eth0 netns "$space"
  ip -n "$space" link set eth0 address "$(printf '02:53:4b:50:%02x:%02x' "$bed_number" "$n")"
  ip -n "$space" address add "$(host_address "$n")/24" dev eth0
  ip -n "$space" link set eth0 up
  ip -n "$space" route add default via "$(host_address "$bridge_number")"
  ip -n "$space" route add unreachable "$resolver/32"
  ip -n "$bridge" link set "h$n" master br0 up
}
