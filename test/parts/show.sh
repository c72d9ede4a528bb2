# shellcheck shell=bash disable=SC2154
# What there is of beds and hosts, and what is wrong with them at present. Sourced; needs bin/parts/hosts, links.sh and disk.sh.

# list [BED]: the beds, or a bed's hosts.
list() {
  local one hosts
  if [ $# -gt 0 ]; then
    need_bed "$1"
    list_hosts
    return
  fi
  for one in $(bed_names); do
    name_bed "$one"
    hosts=$(bed_hosts 2>/dev/null | wc -l)
    say "$(printf '%-16s' "$bed") ${bed_number:+10.77.$bed_number.0/24, }$hosts hosts${bed_number:+, in $bed_dir}"
  done
}

# state_of N NAME: what `ls` says of one of its processes.
state_of() {
  local pid
  if ! pid=$(process_of "$1" "$2"); then
    echo "$2 off"
  elif grep -q '^State:[[:space:]]*T' "/proc/$pid/status" 2>/dev/null; then
    echo "$2 paused"
  else
    echo "$2 $pid"
  fi
}

list_hosts() {
  local n line ms loss
  for n in $(bed_hosts); do
    line="$(printf '%-8s %-15s' "$(host_name "$n")" "$(host_address "$n")")"
    if host_is_on "$n"; then line+=" $(state_of "$n" engine)"; else line+=" off"; fi
    if host_is_on "$n" && bed_has_skep; then line+=", $(state_of "$n" skep)"; fi
    if [ -f "$(host_dir "$n")/cut" ]; then line+=", cut"; fi
    if read -r ms loss 2>/dev/null <"$(host_dir "$n")/delay"; then line+=", delayed by $ms ms, $loss% lost"; fi
    if disk_is_small "$n"; then line+=", disk of $(df -h --output=size "$(host_dir "$n")/disk" | tail -n 1 | tr -d ' ')"; fi
    say "$line"
  done
  cut_pairs | sort -u | sed 's/^\([0-9]*\) \([0-9]*\)$/what host-\1 sends does not reach host-\2/'
}

# show_logs HOST [skep|engine] [-f]
show_logs() {
  local n name=skep follow=()
  n=$(one_host "$1")
  bed_has_skep || name=engine
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      skep | engine) name=$1 ;;
      -f) follow=(-F) ;;
      *) fail_usage "'test/hosts logs' does not know '$1'." "test/hosts logs BED HOST [skep|engine] [-f]" ;;
    esac
    shift
  done
  [ -f "$(host_dir "$n")/$name.log" ] || fail "$(host_name "$n") has no log of $name."
  exec tail -n +1 "${follow[@]}" "$(host_dir "$n")/$name.log"
}
