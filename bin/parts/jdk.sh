# shellcheck shell=bash
# Finds a JDK that Skep runs on, whatever `java` on the PATH is. Sourced; needs say.sh.

jdk_least=25

# jdk_version DIR: the version in the JDK's own `release` file, e.g. 25.0.3; nothing where there is no JDK.
jdk_version() {
  [ -f "$1/release" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9.]*\).*/\1/p' "$1/release" | head -n 1
}

# jdk_places: every directory that may be a JDK, one a line: $JAVA_HOME, the PATH's java, then where systems and tools put them.
jdk_places() {
  local java dir
  [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
  if java=$(command -v java); then dirname "$(dirname "$(readlink -f "$java")")"; fi
  for dir in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/*jdk* /opt/*jdk* /opt/java/* \
    "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    [ ! -d "$dir" ] || readlink -f "$dir"
  done
}

# find_jdk: sets JAVA_HOME to $JAVA_HOME where that is new enough, else to the oldest JDK that is; fails with the way out.
find_jdk() {
  local dir version found="" seen=()
  while read -r dir; do
    version=$(jdk_version "$dir")
    [ -n "$version" ] || continue
    if [ "${version%%.*}" -ge "$jdk_least" ]; then
      if [ "$dir" = "${JAVA_HOME:-}" ]; then
        export JAVA_HOME
        return
      fi
      found+="$version $dir"$'\n'
    else
      seen+=("$dir ($version)")
    fi
  done < <(jdk_places | awk '!seen[$0]++')
  if [ -n "$found" ]; then
    JAVA_HOME=$(printf '%s' "$found" | sort -V | head -n 1 | cut -d ' ' -f 2-)
    export JAVA_HOME
    return
  fi
  fail "needs a JDK $jdk_least or newer, and found none${seen[*]:+: only $(printf '%s, ' "${seen[@]}" | sed 's/, $//')}." "$(jdk_way_out)" \
    "A JDK elsewhere: JAVA_HOME=/path/to/jdk $0 ..."
}

# jdk_way_out: how to get one on this machine.
jdk_way_out() {
  local package=openjdk-$jdk_least-jdk-headless
  if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    echo "To install one: apt-get install $package"
  else
    echo "To install one: add Eclipse Temurin's apt repository (https://adoptium.net/installation/linux), then apt-get install temurin-$jdk_least-jdk;"
    echo "  or unpack an archive from https://adoptium.net/temurin/releases/?version=$jdk_least under /usr/lib/jvm."
  fi
}
