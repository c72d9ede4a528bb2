# shellcheck shell=bash disable=SC2154
# Makes lib/ (Skep's jars, what they need, and the AOT cache that lets the JVM start quickly) and runs it. Sourced; needs say.sh,
# jdk.sh and $home.

# shellcheck source-path=SCRIPTDIR
source "$home/bin/parts/heap.sh"

lib=$home/lib
aot=$lib/skep.aot
main_class=dev.skep.conf.Skep

# Flags of every daemon, chosen by measuring resident memory, time to ready and processor time (docs/benchmarks.md): the serial
# collector with a small heap to start from, which grows with what there is to keep (java_command says how far) and shrinks at once when
# that is gone; C1 only, and ten times sooner than it would begin by itself (code that is interpreted costs
# the engine's share of the processor); compact object headers; virtual threads on half of the processors, since idle carriers that wake
# one another cost a tenth of what the daemon uses; native memory given back when the start is over; the AOT cache mapped where it was
# written for, so that daemons share its pages instead of relocating 80 MB each, and without the profiles that only C2 reads; none of
# Netty's flight recorder events and of its own resolver, whose classes would stay in memory (the JDK resolves what names there are). The
# last two silence the JDK about Netty's and Hazelcast's native code.
jvm_flags=(
  -XX:+UseSerialGC -Xms16m -XX:NewSize=4m -XX:MaxNewSize=64m -XX:NewRatio=8
  -XX:MinHeapFreeRatio=20 -XX:MaxHeapFreeRatio=40 -XX:-ShrinkHeapInSteps -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=0.1
  -XX:+UseCompactObjectHeaders "-Djdk.virtualThreadScheduler.parallelism=$((($(nproc) + 1) / 2))"
  -XX:TrimNativeHeapInterval=10000 -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0
  -XX:-AOTRecordTraining -XX:-AOTReplayTraining
  -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Dio.netty.jfr.enabled=false -Dvertx.disableDnsResolver=true
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
)

# An AOT cache fits one class path, word for word.
class_path() { printf '%s\n' "$lib"/*.jar | paste -s -d : -; }

# java_command ARGUMENTS...: sets $command to the JVM's command line. Two malloc arenas instead of eight a core: less memory.
java_command() {
  local more=()
  read -ra more <<<"${SKEP_JAVA_OPTS:-}"
  command=(env MALLOC_ARENA_MAX=2 "$JAVA_HOME/bin/java" "${jvm_flags[@]}" "-Xmx$(heap_mib "$@")m" "-Dskep.home=$home" "${more[@]}" -cp "$(class_path)" "$main_class" "$@")
}

# run_skep ARGUMENTS...: becomes the JVM.
run_skep() {
  if [ -f "$aot" ]; then jvm_flags+=("-XX:AOTCache=$aot" -Xlog:aot=off -Xlog:cds=off); fi
  java_command "$@"
  exec "${command[@]}"
}

# is_built: lib/ is there and no source is newer. A Skep without sources (unpacked, not cloned) is built by definition.
is_built() {
  [ -f "$home/pom.xml" ] || return 0
  [ -f "$lib/.built" ] || return 1
  [ -z "$(find "$home"/pom.xml "$home"/*/pom.xml "$home"/*/src/main -newer "$lib/.built" -print -quit)" ]
}

# ensure_built: builds where needed; of several that come at once one builds and the others wait for it.
ensure_built() {
  is_built && return
  local wait
  exec {wait}<"$home/pom.xml"
  if ! flock -n "$wait"; then
    say "Skep is being built by another command: waiting for it ..." >&2
    flock "$wait"
  fi
  is_built || build
  exec {wait}<&-
}

build() {
  local made begin=$SECONDS log=$home/target/build.log
  mkdir -p "$home/target"
  # Dated before the build, so that what is edited meanwhile counts as newer.
  made=$(mktemp "$home/target/built.XXXX")
  say "Building Skep with the JDK in $JAVA_HOME (the first time a few minutes: Maven fetches what it needs; log: $log) ..." >&2
  rm -rf "$home/target/lib"
  if ! (cd "$home" && ./mvnw -B -ntp -DskipTests -Dskep.lib="$home/target/lib" package) >"$log" 2>&1; then
    rm -f "$made"
    awk '/^\[(ERROR|WARNING)\] (COMPILATION|[^ ]*\.java)/ || /^\[ERROR\] Failed/ { on = 1 } on && n++ < 15 { print "    | " $0 } END { exit !on }' "$log" >&2 || tail_of "$log"
    if grep -qE 'Could not (resolve|transfer)|Unknown host|wget: |curl: ' "$log"; then
      fail "the build failed: something could not be fetched (log: $log)." "It needs Maven Central; a proxy or mirror is set in ~/.m2/settings.xml."
    fi
    fail "the build failed; what it said first is above, all of it is in $log."
  fi
  rm -rf "$lib"
  mv "$home/target/lib" "$lib"
  make_aot_cache
  mv "$made" "$lib/.built"
  say "Built after $((SECONDS - begin)) s." >&2
}

# make_aot_cache: runs a daemon through its life (start, a swarm of one, stop) on a loopback address of its own; the JVM keeps what
# it loaded and linked. Without the cache all works the same, a daemon only starts later.
make_aot_cache() {
  local dir address pid made=""
  dir=$(mktemp -d)
  address=127.$((RANDOM % 200 + 50)).$((RANDOM % 256)).$((RANDOM % 254 + 1))
  java_command daemon --data-dir "$dir/data" --socket "$dir/skep.sock" --tcp "$address:2375" --address "$address" --name training
  command=("${command[@]:0:3}" "-XX:AOTCacheOutput=$aot" "${command[@]:3}")
  "${command[@]}" >"$dir/log" 2>&1 </dev/null &
  pid=$!
  if await 60 grep -q '^skep ready' "$dir/log" && train "$address" 2375; then
    kill -TERM "$pid"
    if await 120 is_gone "$pid" && [ -s "$aot" ]; then made=yes; fi
  fi
  if [ -z "$made" ]; then
    end_process "$pid" 5 || true
    rm -f "$aot"
    say "No AOT cache: the training run did not come to its end, so daemons start a second or two later. Its last words:" >&2
    tail_of "$dir/log" 8
  fi
  wait "$pid" 2>/dev/null || true
  rm -rf "$dir"
}

# train HOST PORT: what a daemon does on its first day.
train() {
  http POST "$1" "$2" /swarm/init '{"ListenAddr":"'"$1"':2377","AdvertiseAddr":"'"$1"'"}' | grep -q '^HTTP/1.[01] 200' || return 1
  for path in /info /nodes /services /tasks /swarm; do http GET "$1" "$2" "$path" >/dev/null || return 1; done
}
