#!/usr/bin/env bash
# Installs the grader when Gradescope builds the autograder's image. Written by `grader gradescope`.
set -euo pipefail
home="${AUTOGRADER:-/autograder}"

# Not every image has a Python that TensorFlow has wheels for: Ubuntu 22.04's own is 3.10.
export DEBIAN_FRONTEND=noninteractive
apt-get update
for version in 3.12 3.13 3.11; do
  if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then
    python="python$version"
    break
  fi
done
if [ -z "${python:-}" ]; then
  echo "The grader needs Python 3.11, 3.12 or 3.13, and this image has none: choose another base image." >&2
  exit 1
fi

"$python" -m venv "$home/venv"
"$home/venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --compile @constraint@ "$home/source/"@wheel@
# Who runs with a user id of its own reads nothing of it.
chmod -R go= "$home/source"
"$home/venv/bin/grader" doctor
