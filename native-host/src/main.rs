//! The `peerserver` command: for a browser the native messaging host, for a person the command line.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    peerserver::host::run_if_called(&arguments).unwrap_or_else(peerserver::cli::run)
}
