#!/usr/bin/env bash
# Installs what some tests drive, an SSH server and a browser, where apt-get may be used without a
# password. Elsewhere those tests are left out, and the last lines of `make test` say so.
cd "$(dirname "$0")/.."
missing=()
command -v chromium chromium-browser google-chrome > /dev/null || missing+=(chromium)
# Playwright drives the browser through Node, which needs this library.
/sbin/ldconfig -p | grep -q libatomic.so.1 || missing+=(libatomic1)
[ -x /usr/sbin/sshd ] || missing+=(openssh-server)
as_root=(env)
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get > /dev/null && "${as_root[@]}" true 2> /dev/null; then
  echo "installing for the tests: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" > /dev/null
fi
# Tests of full disks mount one in a namespace of their own, which Ubuntu lets nobody but root.
restriction=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
if [ "${CI:-}" = true ] && [ "$(id -u)" != 0 ] && [ -e "$restriction" ]; then
  echo 0 | sudo -n tee "$restriction" > /dev/null
fi
exit 0
