# shellcheck shell=bash
# How far a daemon's heap may grow: chosen before its JVM starts, from the command line, SKEP_MAX_HEAP or the configuration file, in
# this order. Sourced; needs say.sh.

default_heap=25%
least_heap_mib=256
# A share of a very large host's memory is no more than this: beyond it each reference takes twice the memory.
most_heap_mib=30720

# host_mib: the host's memory, or what this process's control groups may have, where that is less.
host_mib() {
  local total limit group file
  total=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  while :; do # every group that this process is in, up to the root
    for file in "/sys/fs/cgroup${group%/}/memory.max" /sys/fs/cgroup/memory/memory.limit_in_bytes; do
      if [ -r "$file" ] && read -r limit <"$file" && [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1048576 < total)); then total=$((limit / 1048576)); fi
    done
    [ -n "${group%/}" ] || break
    group=${group%/*}
  done
  echo "$total"
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
    said=$(sed -n "s/^[\"']\{0,1\}max-heap[\"']\{0,1\}[[:space:]]*:[[:space:]]*[\"']\{0,1\}\([^\"'#[:space:]]*\).*/\1/p" "$config" | tail -n 1)
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
