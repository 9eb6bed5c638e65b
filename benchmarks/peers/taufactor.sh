# shellcheck shell=bash
# An environment with TauFactor, sourced by run.sh and geometry.sh: install_taufactor FOLDER
# It needs torch; Debian's is a CPU build and wants NumPy 1. What cannot be had is said.
install_taufactor() {
  local sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
    $sudo apt-get install -y -qq --no-install-recommends python3-torch python3-venv >/dev/null || true
  fi
  rm -rf "$1"
  /usr/bin/python3 -m venv --system-site-packages "$1"
  "$1/bin/pip" install -q "numpy<2" ipython matplotlib scikit-image scipy psutil || true
  "$1/bin/pip" install -q --no-deps taufactor || true
  for package in taufactor torch; do "$1/bin/pip" show -q "$package" 2>/dev/null || echo "$package is not there"; done
}
