//! `peerserver bundle`: looks into bundles, checks, makes and unpacks them.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bundle::{CaseOnly, File, Kind, Options, PublicKey, Report, SignatureState, SiteName, Why};
use clap::{Args, Subcommand};
use identity::Label;

use super::print::print;
use crate::Error;
use crate::bundle::{check, interruptibly, key, pack, unpack};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is in a bundle, a zip of a web site, or an archive of 2013, without unpacking it
    Inspect {
        /// The archive
        file: PathBuf,
    },
    /// Check every byte of a bundle, and who vouches for it
    Verify {
        /// The bundle
        file: PathBuf,
    },
    /// Make a bundle of a folder: a site's tree (public/, routes/, …) or a plain web site
    Pack(PackArguments),
    /// Unpack a bundle, a zip of a web site, or an archive of 2013, all of it or nothing
    Unpack(UnpackArguments),
}

/// What to pack, and how.
#[derive(Debug, Args)]
pub struct PackArguments {
    /// The folder
    folder: PathBuf,
    /// The bundle to make, by custom NAME.peersite
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The site's name [default: the one in the folder's bundle.json, or the folder's]
    #[arg(long)]
    name: Option<SiteName>,
    /// Sign with the private key in this file (PEM, PKCS#8, Ed25519)
    /// [default: the one kept for the site's name in PeerServer's data folder, made when first needed]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Do not sign: nobody can tell then whether the bundle is yours
    #[arg(long, conflicts_with_all = ["key", "with_key"])]
    unsigned: bool,
    /// Take the draft along (the folder draft/)
    #[arg(long)]
    draft: bool,
    /// Take the data along (the folder data/)
    #[arg(long)]
    data: bool,
    /// Take the site's key along, sealed with a passphrase: who has both is the site
    #[arg(long, requires = "passphrase_file")]
    with_key: bool,
    /// The file whose first line is that passphrase
    #[arg(long, value_name = "FILE", requires = "with_key")]
    passphrase_file: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

/// What to unpack, and where to.
#[derive(Debug, Args)]
pub struct UnpackArguments {
    /// The archive
    file: PathBuf,
    /// The folder to make
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// Replace the folder with all that is in it
    #[arg(long)]
    replace: bool,
    /// Write the site's key to this file; it is in the clear there
    #[arg(long, value_name = "FILE", requires = "passphrase_file")]
    key_to: Option<PathBuf>,
    /// The file whose first line is the passphrase that the key is sealed with
    #[arg(long, value_name = "FILE", requires = "key_to")]
    passphrase_file: Option<PathBuf>,
}

/// Does it.
///
/// # Errors
/// [`Error`] if not all is well.
pub fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Inspect { file } => {
            let (report, files) = interruptibly(async |_| check::inspect(&file).await)?;
            print_report(&report);
            files.iter().for_each(print_file);
        }
        Command::Verify { file } => {
            let report = interruptibly(async |interrupt| check::verify(&file, interrupt).await)?;
            print_report(&report);
            print(format_args!("every byte is right"));
        }
        Command::Pack(arguments) => {
            let options = arguments.into_options();
            let packed = interruptibly(async |interrupt| pack::pack(&options, interrupt))?;
            print_packed(&options, &packed);
        }
        Command::Unpack(arguments) => {
            let options = arguments.into_options();
            let report =
                interruptibly(async |interrupt| unpack::unpack(&options, interrupt).await)?;
            print_report(&report);
            print(format_args!("unpacked to  {}", options.folder.display()));
            if let Some((file, _)) = &options.key {
                print(format_args!(
                    "the key is   {}: keep it to yourself",
                    file.display()
                ));
            }
        }
    }
    Ok(())
}

impl PackArguments {
    fn into_options(self) -> pack::PackOptions {
        let key = match self.key {
            Some(file) => key::KeySource::File(file),
            None if self.unsigned => key::KeySource::Unsigned,
            None => key::KeySource::Kept,
        };
        pack::PackOptions {
            folder: self.folder,
            file: self.output,
            replace: self.replace,
            name: self.name,
            key,
            contents: Options {
                draft: self.draft,
                data: self.data,
            },
            passphrase: self.passphrase_file,
        }
    }
}

impl UnpackArguments {
    fn into_options(self) -> unpack::UnpackOptions {
        unpack::UnpackOptions {
            file: self.file,
            folder: self.output,
            replace: self.replace,
            key: self.key_to.zip(self.passphrase_file),
        }
    }
}

fn print_report(report: &Report) {
    let kind = match report.kind {
        Kind::Bundle => "a bundle",
        Kind::Tree => "a zip of a site's tree, without bundle.json",
        Kind::Web => "a zip of a web site",
        Kind::Archive2013 => "an archive of the PeerServer of 2013",
    };
    print(format_args!("this is      {kind}"));
    if let Some(name) = &report.name {
        print_site(name, report.key.as_ref());
    }
    let signature = match report.signature {
        SignatureState::Valid => "valid: this is what the site's owner packed",
        SignatureState::Unsigned => "none: anybody may have made this",
    };
    print(format_args!("signature    {signature}"));
    if let Some(published) = report.published {
        print(format_args!("published    {}", date(published)));
    }
    if let Some(folder) = &report.top_folder {
        print(format_args!("in folder    {folder}"));
    }
    let parts = [
        (report.has_live, "live version"),
        (report.has_draft, "draft"),
        (report.has_data, "data"),
        (report.has_key, "the site's key, sealed"),
    ];
    let parts: Vec<&str> = parts
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, part)| *part)
        .collect();
    print(format_args!("contents     {}", parts.join(", ")));
    print(format_args!(
        "files        {} ({})",
        report.files,
        size(report.bytes)
    ));
    for path in &report.not_understood {
        print(format_args!(
            "unknown      {path}: kept, and nothing here reads it"
        ));
    }
    if report.by_backslash > 0 {
        let files = report.by_backslash;
        print(format_args!(
            "note         {files} with folders parted by \\, as some Windows programs do: read as /"
        ));
    }
    for CaseOnly { path, other } in &report.case_only {
        print(format_args!(
            "note         {path} differs from {other} by upper and lower case only: many disks cannot keep both"
        ));
    }
    for left in &report.left_out {
        let reason = match left.why {
            Why::Litter => "a tool left it behind",
            Why::OwnName => "only a bundle has a file of that name",
        };
        print(format_args!("left out     {}: {reason}", left.entry));
    }
}

fn print_site(name: &SiteName, key: Option<&PublicKey>) {
    print(format_args!("name         {name}"));
    if let Some(key) = key {
        print(format_args!(
            "label        {}",
            Label::new(name.clone(), key)
        ));
    }
}

fn print_file(file: &File) {
    let media_type = match file.media_type.as_str() {
        "" => "-",
        media_type => media_type,
    };
    print(format_args!(
        "{:>14}  {:<28} {}",
        file.size, media_type, file.path
    ));
}

fn print_packed(options: &pack::PackOptions, packed: &pack::Packed) {
    print_site(&packed.head.name, packed.head.key.as_ref());
    match &packed.key {
        None => print(format_args!(
            "signature    none: nobody can tell whether this bundle is yours"
        )),
        Some(key) if key.is_new => print(format_args!(
            "signature    by a new key, {}: keep it, for who has it is the site",
            key.file.display()
        )),
        Some(key) => print(format_args!(
            "signature    by the key {}",
            key.file.display()
        )),
    }
    if let Some(other) = &packed.other_key {
        let label = Label::new(packed.head.name.clone(), other);
        print(format_args!(
            "note         the folder came from {label}, and this bundle is another site's"
        ));
    }
    if matches!(packed.kind, Kind::Web) {
        print(format_args!(
            "note         a plain web site: all of it is in public/"
        ));
    }
    print(format_args!(
        "files        {} ({})",
        packed.files,
        size(packed.bytes)
    ));
    if packed.left_out > 0 {
        let left_out = packed.left_out;
        print(format_args!(
            "left out     {left_out} of draft and data: --draft and --data take them along"
        ));
    }
    for path in &packed.litter {
        print(format_args!("left out     {path}: a tool left it behind"));
    }
    print(format_args!("packed to    {}", options.file.display()));
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = bytes as f64;
    let mut unit = "bytes";
    for next in UNITS {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, next);
    }
    if unit == "bytes" {
        format!("{bytes} bytes")
    } else {
        format!("{size:.1} {unit}")
    }
}

/// Milliseconds since 1970 for people. A time that no calendar has is given as it is.
fn date(milliseconds: u64) -> String {
    /// The year 9999, after which dates have another form.
    const LAST: u64 = 253_402_300_799_000;
    if milliseconds > LAST {
        return format!("{milliseconds} ms after 1970");
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
    httpdate::fmt_http_date(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_for_people() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1536, "1.5 KiB"),
            (1 << 40, "1.0 TiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(date(1_700_000_000_000), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(date(u64::MAX), "18446744073709551615 ms after 1970");
    }
}
