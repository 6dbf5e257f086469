//! The command line: `peerserver rendezvous`, `bundle`, `install` and `uninstall`. It turns words into settings
//! and results into words.

mod bundle;
mod print;
mod rendezvous;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::print::print;
use crate::extension::ExtensionId;
use crate::install::{self, Browser, Change, Outcome, Registration};

/// PeerServer's native host: your browser is the web server, and this is what introduces it to others.
#[derive(Debug, Parser)]
#[command(name = "peerserver", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a rendezvous and its gateway until Ctrl-C or SIGTERM
    Rendezvous(rendezvous::Options),
    /// Look into bundles (NAME.peersite), check, make and unpack them
    #[command(subcommand)]
    Bundle(bundle::Command),
    /// Let this user's browsers start this program for the PeerServer extension
    Install(InstallOptions),
    /// Take back what install did; settings and claims stay
    Uninstall(BrowserArguments),
}

#[derive(Debug, Args)]
struct InstallOptions {
    #[command(flatten)]
    browsers: BrowserArguments,
    /// Serve the extension with this id too, if your copy has another than the built-in one
    #[arg(long = "extension-id", value_name = "ID", value_parser = ExtensionId::parse)]
    extension_ids: Vec<ExtensionId>,
}

#[derive(Debug, Args)]
struct BrowserArguments {
    /// Only this browser, found or not; may be repeated [default: every browser found]
    #[arg(long = "browser", value_name = "BROWSER", value_enum)]
    browsers: Vec<Browser>,
    /// Instead of the user's own: Chromium's --user-data-dir, or the HOME that Firefox is given
    #[arg(long, value_name = "DIR")]
    profile_dir: Option<PathBuf>,
}

impl BrowserArguments {
    fn registration(self) -> Registration {
        let Self {
            browsers,
            profile_dir,
        } = self;
        Registration {
            browsers,
            profile_dir,
            ..Registration::default()
        }
    }
}

/// Does what the process's arguments say.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Rendezvous(options) => rendezvous::run(options),
        Command::Bundle(command) => bundle::run(command),
        Command::Install(InstallOptions {
            browsers,
            extension_ids,
        }) => {
            let registration = Registration {
                extension_ids: extension_ids.into_iter().collect(),
                ..browsers.registration()
            };
            install::install(&registration).map(|done| print_done(&done))
        }
        Command::Uninstall(browsers) => {
            install::uninstall(&browsers.registration()).map(|done| print_done(&done))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "peerserver: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_done(done: &[Outcome]) {
    for Outcome {
        browser,
        place,
        change,
    } in done
    {
        let what = match change {
            Change::Written => "registered",
            Change::Unchanged => "unchanged ",
            Change::Removed => "removed   ",
            Change::Absent => "not there ",
        };
        print(format_args!("{browser:<8} {what} {place}"));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn browsers_are_named_as_in_the_help() {
        for name in Browser::names().split(", ") {
            let cli = Cli::try_parse_from(["peerserver", "install", "--browser", name]).unwrap();
            let Command::Install(options) = cli.command else {
                panic!("{cli:?}")
            };
            assert_eq!(options.browsers.browsers.len(), 1);
        }
        assert!(Cli::try_parse_from(["peerserver", "install", "--browser", "lynx"]).is_err());
        assert!(Cli::try_parse_from(["peerserver", "install", "--extension-id", "x"]).is_err());
    }
}
