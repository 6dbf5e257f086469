#!/usr/bin/env bash
# Draws the PNG icons from peer.svg with librsvg (Debian: librsvg2-bin): on (hosting), off and trouble, in every size
# that the manifest and the toolbar use. Run it after a change of peer.svg and commit what it draws.
set -euo pipefail
cd "$(dirname "$0")"
trouble='<circle cx="24.4" cy="24.4" r="7.6" fill="#fff"/><circle cx="24.4" cy="24.4" r="6.2" fill="#c62828"/><path d="M24.4 20.6 V25" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/><circle cx="24.4" cy="28" r="1.3" fill="#fff"/>'
draw() { # name, background, foreground, mark
  for size in 16 32 48 128; do
    sed -e "s|BACK|$2|g" -e "s|FRONT|$3|g" -e "s|MARK|$4|" peer.svg |
      rsvg-convert --width "$size" --height "$size" --output "$1-$size.png"
  done
}
draw on '#1a7f4b' '#ffffff' ''
draw off '#6b7280' '#e5e7eb' ''
draw trouble '#6b7280' '#e5e7eb' "$trouble"
