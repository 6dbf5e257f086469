#!/bin/sh
# Builds and runs one fuzz target with a stable toolchain: ./run.sh TARGET [libFuzzer options or inputs]
# The flags are those that cargo-fuzz passes, without a sanitizer (sanitizers need a nightly compiler).
set -eu
cd "$(dirname "$0")"
target=$1
shift
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --target "$host" --bin "$target"
mkdir -p "corpus/$target" "seeds/$target" artifacts
# Inputs instead of options: replay them alone, without the corpus.
for argument in "$@"; do
    case $argument in
    -*) ;;
    *) exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" "$@" ;;
    esac
done
exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" -artifact_prefix=artifacts/ -max_len=8192 "$@" "corpus/$target" "seeds/$target"
