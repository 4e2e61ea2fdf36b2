# shellcheck shell=sh
# Finds a JDK 25, and says how to get one. Sourced by ./carillon, ./verify and the scripts in tools/ (POSIX sh).

JDK_WANTED=25

# The feature release of the Java home $1, from its release file (a few hundred times faster than asking java).
jdk_feature() {
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'
  fi
}

jdk_is_wanted() { # a whole JDK: without javac nothing could be built
  [ -x "$1/bin/javac" ] && [ "$(jdk_feature "$1")" = "$JDK_WANTED" ]
}

jdk_on_path() { # the home behind `java`, also when that is a version switcher's shim
  jdk_command=$(command -v java) || return 1
  jdk_resolved=$(readlink -f "$jdk_command" 2>/dev/null) || jdk_resolved=$jdk_command
  jdk_home=${jdk_resolved%/bin/java}
  if [ -r "$jdk_home/release" ]; then
    printf '%s\n' "$jdk_home"
  else
    java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p'
  fi
}

# Prints the home of a JDK 25; fails without a word when there is none.
jdk_find() {
  if [ -n "${CARILLON_JAVA_HOME:-}" ]; then # named on purpose, so nothing else will do
    jdk_is_wanted "$CARILLON_JAVA_HOME" || return 1
    printf '%s\n' "$CARILLON_JAVA_HOME"
    return 0
  fi
  if [ -n "${JAVA_HOME:-}" ] && jdk_is_wanted "$JAVA_HOME"; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  if jdk_candidate=$(jdk_on_path) && [ -n "$jdk_candidate" ] && jdk_is_wanted "$jdk_candidate"; then
    printf '%s\n' "$jdk_candidate"
    return 0
  fi
  for jdk_candidate in /usr/lib/jvm/* /usr/java/* /opt/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* "$HOME"/.asdf/installs/java/* \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if jdk_is_wanted "$jdk_candidate"; then
      printf '%s\n' "$jdk_candidate"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ]; then # macOS
    jdk_candidate=$(/usr/libexec/java_home -F -v "$JDK_WANTED" 2>/dev/null) && jdk_is_wanted "$jdk_candidate" &&
      printf '%s\n' "$jdk_candidate" && return 0
  fi
  return 1
}

apt_has() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

# The line that installs Debian package $1 or Homebrew formula $2 or Fedora package $3 here.
install_line() {
  if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then echo "apt-get install -y $1"; else echo "sudo apt-get install -y $1"; fi
  elif command -v dnf >/dev/null; then echo "sudo dnf install -y $3"
  elif command -v brew >/dev/null; then echo "brew install $2"
  else echo "install $2 with this system's package manager"; fi
}

jdk_advice() {
  if [ -n "${CARILLON_JAVA_HOME:-}" ]; then
    echo "CARILLON_JAVA_HOME is $CARILLON_JAVA_HOME, which is not a JDK $JDK_WANTED (release ${1:-unknown}). Correct it or unset it."
    return
  fi
  echo "Carillon needs a JDK $JDK_WANTED and found none. It looked at CARILLON_JAVA_HOME, JAVA_HOME, the java on the PATH (${1:-none}),"
  echo "/usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks. Install one beside what is there; the default java may stay as it is:"
  if command -v apt-get >/dev/null; then
    if apt_has temurin-25-jdk; then echo "  $(install_line temurin-25-jdk)"
    elif apt_has openjdk-25-jdk; then echo "  $(install_line openjdk-25-jdk)"
    else
      echo "  sdk install java 25-tem                  # any Linux or macOS, with SDKMAN"
      echo "  apt-get install -y temurin-25-jdk        # Debian 12, once Adoptium's package source is added"
      echo "  apt-get install -y openjdk-25-jdk        # Debian 13, Ubuntu 25.10 and later"
    fi
  else
    echo "  $(install_line openjdk-25-jdk openjdk@25 java-25-openjdk-devel)"
    echo "  sdk install java 25-tem                  # any Linux or macOS, with SDKMAN"
  fi
  echo "An unpacked archive will do too: CARILLON_JAVA_HOME=/path/to/jdk-25 ./carillon ..."
}

# Prints the home of a JDK 25, or says on standard error how to get one and ends the script.
jdk_or_exit() {
  jdk_find && return 0
  if [ -n "${CARILLON_JAVA_HOME:-}" ]; then
    jdk_advice "$(jdk_feature "$CARILLON_JAVA_HOME")" >&2
  else
    jdk_home=$(jdk_on_path) && jdk_home=$(jdk_feature "$jdk_home")
    jdk_advice "${jdk_home:+which is $jdk_home}" >&2
  fi
  return 1
}
