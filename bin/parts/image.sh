# shellcheck shell=bash
# A root directory for images that are made here, of busybox alone; no registry has a part in it. Sourced; needs say.sh and engine.sh.

# busybox_root DIR SCRATCH: makes DIR such a root, with a link for each of busybox's programs. SCRATCH is where a busybox goes that has
# to be fetched; both are the caller's to remove.
busybox_root() {
  local busybox
  mkdir -p "$1/bin" "$1/tmp"
  busybox=$(command -v busybox || true)
  if [ -z "$busybox" ] || ! is_static "$busybox"; then
    fetch_busybox "$2"
    busybox=$2/bin/busybox
  fi
  cp -L "$busybox" "$1/bin/busybox"
  chroot "$1" /bin/busybox --install -s /bin
}

# A static program runs in a root directory that holds nothing else.
is_static() {
  local root status=0
  root=$(mktemp -d)
  cp -L "$1" "$root/busybox"
  chroot "$root" /busybox true 2>/dev/null || status=1
  rm -rf "$root"
  return $status
}

# Debian's busybox-static conflicts with its busybox: so it is unpacked here, not installed.
fetch_busybox() {
  local dir=$1 log
  may_install "The image is made of busybox-static, and there is none here." "apt-get update && apt-get install -y busybox-static"
  log=$(mktemp)
  say "Fetching Debian's busybox-static for the image (apt-get download; it is not installed) ..."
  mkdir -p "$dir"
  apt_get "$log" update
  (cd "$dir" && apt_get "$log" -o APT::Sandbox::User=root download busybox-static)
  rm -f "$log"
  dpkg-deb -x "$dir"/busybox-static_*.deb "$dir"
  # With a merged /usr the package holds it there.
  [ -x "$dir/bin/busybox" ] || { mkdir -p "$dir/bin" && cp "$dir/usr/bin/busybox" "$dir/bin/busybox"; }
}
