#!/usr/bin/env bash
# Process 1 of a host of a bed: makes its mounts its own, then takes in the processes whose parents end. When it is killed, all of the
# host's processes are, containers too, and its mounts go with the last of them. Run by host_on (process.sh) in new namespaces.
#
#   init.sh DIR NAME     the host's directory, its host name
set -euo pipefail

dir=$1
# Here /proc is still that of outside, and says which process this is there.
read -r pid _ </proc/self/stat
echo "$2" >/proc/sys/kernel/hostname

# What other engines have mounted on this machine is none of the host's business, and would be held fast by a copy.
mapfile -t foreign < <(awk '($3 == "overlay" || $3 == "nsfs") && $2 != "/" { print $2 }' /proc/mounts)
for place in "${foreign[@]}"; do umount -l "$place" 2>/dev/null || true; done

# A dockerd would take the machine's own containerd for its own, and the machine's plugins.
for place in /run/docker /run/containerd; do
  [ ! -d "$place" ] || mount -t tmpfs -o mode=0711 tmpfs "$place"
done
mount -t tmpfs -o mode=0711 tmpfs "$dir/run"
mount --bind "$dir/resolv.conf" /etc/resolv.conf
mount --bind "$dir/../names" /etc/hosts
mount --bind /proc "$dir/outside"
mount -t proc proc /proc

echo "$pid" >"$dir/init.new"
mv "$dir/init.new" "$dir/init"
while :; do
  sleep infinity &
  wait $! || true
done
