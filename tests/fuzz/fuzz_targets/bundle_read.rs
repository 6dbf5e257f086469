//! Arbitrary bytes as an archive. Nothing may panic; what opens says the same of itself as its files do; and
//! what can be read whole can be exported and read again, the same.

#![no_main]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bundle::{Bundle, Error, FileHead, Head, Options, Writer};
use libfuzzer_sys::fuzz_target;

/// More would only be slow.
const MOST_BYTES: u64 = 1 << 20;

const ALL: Options = Options {
    draft: true,
    data: true,
};

type Site = Vec<(FileHead, Vec<u8>)>;

fuzz_target!(|archive: &[u8]| {
    let Ok(mut opened) = open(archive) else {
        return;
    };
    let report = opened.report().clone();
    assert_eq!(report.files, opened.files().len());
    assert_eq!(
        report.bytes,
        opened.files().iter().map(|file| file.size).sum::<u64>()
    );
    let _ = now(opened.sealed_key());
    if report.bytes > MOST_BYTES {
        return;
    }
    let Ok(site) = read(&mut opened) else {
        return;
    };
    let head = Head {
        name: report.name.unwrap_or_else(|| "a".parse().expect("a name")),
        key: None,
        published: report.published,
    };
    let again = write(head, &site).expect("what was read can be written");
    let mut again = open(&again).expect("what was written can be opened");
    assert!(read(&mut again).expect("what was written can be read") == site);
});

/// Anybody's signature will do: a fuzzer makes none.
fn open(archive: &[u8]) -> Result<Bundle<Vec<u8>>, Error> {
    now(Bundle::open(archive.to_vec(), async |_, _, _| true))
}

fn read(bundle: &mut Bundle<Vec<u8>>) -> Result<Site, Error> {
    let mut site = Site::new();
    for (index, file) in bundle.files().to_vec().into_iter().enumerate() {
        let mut bytes = Vec::new();
        let mut reader = now(bundle.read(index))?;
        while let Some(chunk) = now(reader.next())? {
            bytes.extend_from_slice(chunk);
        }
        assert_eq!(bytes.len() as u64, file.size);
        let head = FileHead {
            path: file.path,
            size: file.size,
            media_type: file.media_type,
        };
        site.push((head, bytes));
    }
    Ok(site)
}

fn write(head: Head, site: &Site) -> Result<Vec<u8>, Error> {
    let heads = site.iter().map(|(head, _)| head.clone()).collect();
    let mut writer = Writer::new(head, ALL, None, heads)?;
    // Both are in the order of paths.
    for (_, bytes) in site {
        writer.next_file()?.expect("as many files");
        writer.write(bytes)?;
    }
    writer.list()?.finish(None)
}

/// Memory never makes wait.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("memory made wait"),
    }
}
