# shellcheck shell=bash disable=SC2154
# A small disk under a daemon's data, to fill. Sourced; needs bin/parts/hosts.

# disk_is_small N: the daemon's data is on a disk of its own.
disk_is_small() { awk -v dir="$(host_dir "$1")/disk" '$2 == dir { found = 1 } END { exit !found }' /proc/mounts; }

# small_disk N SIZE: the daemon is stopped for it, its data moved, and it is started again if it ran. The disk is memory of the machine,
# and stays when the host is switched off.
small_disk() {
  local n=$1 dir ran=""
  dir=$(host_dir "$n")
  ! runs_in "$n" skep || ran=yes
  stop_in "$n" skep
  ordinary_disk "$n"
  mkdir -p "$dir/disk.new"
  mount -t tmpfs -o "mode=0755,size=$2" tmpfs "$dir/disk.new" 2>/dev/null || {
    rmdir "$dir/disk.new"
    fail_usage "'$2' is no size of a disk." "Say 20m, or 1g; and 'off' for the machine's own disk again."
  }
  if ! cp -a "$dir/disk/." "$dir/disk.new" 2>/dev/null; then
    umount "$dir/disk.new"
    rmdir "$dir/disk.new"
    [ -z "$ran" ] || start_again "$n"
    fail "the data of $(host_name "$n") has no room on $2: it is $(du -sh "$dir/disk" | cut -f 1)."
  fi
  find "$dir/disk" -mindepth 1 -delete
  # A mount below one that is shared cannot be moved: so the other is seen under its name, and its first place forgotten.
  mount --bind "$dir/disk.new" "$dir/disk"
  umount "$dir/disk.new"
  rmdir "$dir/disk.new"
  [ -z "$ran" ] || start_again "$n"
}

# large_disk N: the machine's own disk again.
large_disk() {
  local ran=""
  disk_is_small "$1" || return 0
  ! runs_in "$1" skep || ran=yes
  stop_in "$1" skep
  ordinary_disk "$1"
  [ -z "$ran" ] || start_again "$1"
}

start_again() {
  start_in "$1" skep
  await_in "$1" skep
}

# ordinary_disk N: what is on the small disk goes to the machine's own.
ordinary_disk() {
  local dir
  disk_is_small "$1" || return 0
  dir=$(host_dir "$1")
  empty_disk "$1"
  rm -rf "$dir/disk.old"
  cp -a "$dir/disk" "$dir/disk.old"
  umount "$dir/disk"
  rmdir "$dir/disk"
  mv "$dir/disk.old" "$dir/disk"
}

# fill_disk N, empty_disk N: until not one byte has room; and as before.
fill_disk() {
  disk_is_small "$1" || fail "the daemon of $(host_name "$1") has the machine's own disk, which is not to be filled." "Give it a small one: test/hosts disk $bed $1 20m"
  dd if=/dev/zero of="$(host_dir "$1")/disk/full" bs=64k 2>/dev/null || true
  dd if=/dev/zero of="$(host_dir "$1")/disk/full" bs=1 oflag=append conv=notrunc count=65536 2>/dev/null || true
}

empty_disk() { rm -f "$(host_dir "$1")/disk/full"; }
