# shellcheck shell=bash
# How far a daemon's heap may grow: chosen before its JVM starts, from the command line, SKEP_MAX_HEAP or the configuration file, in
# this order. Sourced; needs say.sh.

default_heap=25%
least_heap_mib=256
# A share of a very large host's memory is no more than this: beyond it each reference takes twice the memory.
most_heap_mib=30720

# Where the kernel says what there is; tests put trees of their own here.
proc=/proc
cgroups=/sys/fs/cgroup

# host_mib: the host's memory, or what this process's control groups may have, where that is less.
host_mib() {
  local mib limit
  mib=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' "$proc/meminfo") / 1024))
  for limit in $(group_limits); do
    if ((limit / 1048576 < mib)); then mib=$((limit / 1048576)); fi
  done
  echo "$mib"
}

# group_limits: the bytes that each group may have that this process is in, up to the root. A group's path in the second version
# follows "0::", in the first the names of its controllers.
group_limits() {
  local group
  while IFS= read -r group; do
    limits_upwards "$cgroups" "$group" memory.max
  done < <(sed -n 's/^0:://p' "$proc/self/cgroup")
  while IFS= read -r group; do
    limits_upwards "$cgroups/memory" "$group" memory.limit_in_bytes
  done < <(sed -n 's/^[0-9]*:\([^:]*,\)\{0,1\}memory\(,[^:]*\)\{0,1\}://p' "$proc/self/cgroup")
}

# limits_upwards MOUNT GROUP FILE. "max" is no limit, and no host has what takes 19 digits to say: the first version's word for none.
limits_upwards() {
  local group=${2%/} limit
  while :; do
    if [ -r "$1$group/$3" ] && read -r limit <"$1$group/$3" && [[ $limit =~ ^[0-9]{1,18}$ ]]; then echo "$limit"; fi
    [ -n "$group" ] || break
    group=${group%/*}
  done
}

# said_heap ARGUMENTS...: what is said about the heap; nothing when nothing is.
said_heap() {
  local config="" said=${SKEP_MAX_HEAP:-}
  while (($#)); do
    case $1 in
      --config) config=${2:-} && shift ;;
      --config=*) config=${1#*=} ;;
      --max-heap) said=${2:-} && shift ;;
      --max-heap=*) said=${1#*=} ;;
    esac
    shift
  done
  if [ -z "$said" ] && [ -r "$config" ]; then
    said=$(sed -n "s/^[[:space:]]*[\"']\{0,1\}max-heap[\"']\{0,1\}[[:space:]]*:[[:space:]]*[\"']\{0,1\}\([^\"'#[:space:]]*\).*/\1/p" "$config" | tail -n 1)
  fi
  echo "$said"
}

# heap_mib ARGUMENTS...: the heap's bound in MiB. What is not understood counts as the default: the daemon says what is wrong with it.
heap_mib() {
  local said mib
  said=$(said_heap "$@")
  if [[ ! $said =~ ^[1-9][0-9]{0,6}[mMgG]$ && ! $said =~ ^([1-9]|[1-8][0-9]|90)%$ ]]; then said=$default_heap; fi
  case $said in
    *%)
      mib=$(($(host_mib) * ${said%?} / 100))
      ((mib < most_heap_mib)) || mib=$most_heap_mib
      ;;
    *[gG]) mib=$((${said%?} * 1024)) ;;
    *) mib=${said%?} ;;
  esac
  echo $((mib < least_heap_mib ? least_heap_mib : mib))
}
