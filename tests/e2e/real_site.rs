//! A real site of many files, and a big file: every byte arrives as it was.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stage::{Content, Dist, Host, HostOptions, Visitor, top};

/// Bytes of the big file: larger than any buffer on its way.
const BIG: usize = 64 * 1024 * 1024;

/// A library's manual, demos and sources, and a slide show with its fonts.
fn documentation() -> PathBuf {
    packages("documentation")
}

/// Packages of fixed versions and checksums, as `package-lock.json` in this folder of the fixtures has them.
pub fn packages(name: &str) -> PathBuf {
    let lists = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let lock = fs::read(lists.join("package-lock.json")).unwrap();
    let packages = folder.join("node_modules");
    // The lock is copied last: where it is, the packages are whole.
    if fs::read(folder.join("package-lock.done")).ok() != Some(lock.clone()) {
        fs::create_dir_all(&folder).unwrap();
        for file in ["package.json", "package-lock.json"] {
            fs::copy(lists.join(file), folder.join(file)).unwrap();
        }
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let output = Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .output()
            .expect("npm fetches the packages of this test: install Node.js with npm");
        assert!(
            output.status.success(),
            "npm ci failed in {}: {}",
            folder.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        fs::write(folder.join("package-lock.done"), lock).unwrap();
    }
    packages
}

/// Every file under a folder: its path on the site and the SHA-256 of its bytes.
fn digests(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for path in top(folder).unwrap() {
        if path.is_dir() {
            digests(root, &path, found);
            continue;
        }
        let name = path
            .strip_prefix(root)
            .unwrap()
            .iter()
            .map(|part| part.to_str().unwrap());
        let digest = HEXLOWER.encode(&Sha256::digest(fs::read(&path).unwrap()));
        found.insert(name.collect::<Vec<_>>().join("/"), digest);
    }
}

/// What JavaScript needs to make a digest.
const DIGEST: &str = "const digest = async (bytes) =>
    [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
        .map((byte) => byte.toString(16).padStart(2, '0')).join('');";

#[tokio::test]
async fn a_documentation_site_is_shown_and_each_of_its_files_is_its_own() {
    let packages = documentation();
    let folders: Vec<PathBuf> = ["codemirror", "reveal.js"]
        .map(|name| packages.join(name))
        .into();
    let mut files = BTreeMap::new();
    for folder in &folders {
        digests(&packages, folder, &mut files);
    }
    assert!(files.len() >= 300, "only {} files", files.len());

    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host.make_site("documentation", &folders).await.unwrap();
    let visitor = Visitor::chromium().await.unwrap();

    let view = visitor
        .open(&format!("{}reveal.js/demo.html", site.link))
        .await
        .unwrap();
    view.wait_for("window.Reveal?.isReady()").await.unwrap();
    view.wait_for("[...document.fonts].some((font) => font.status === 'loaded')")
        .await
        .unwrap();
    let view = visitor
        .open(&format!("{}codemirror/", site.link))
        .await
        .unwrap();
    view.wait_for("document.querySelector('.CodeMirror-line, .CodeMirror pre')")
        .await
        .unwrap();
    view.click("a[href='doc/manual.html']").await.unwrap();
    view.wait_for_title("CodeMirror: User Manual")
        .await
        .unwrap();

    let paths: Vec<&String> = files.keys().collect();
    let fetched: BTreeMap<String, String> = view
        .eval(&format!(
            "(async () => {{
                {DIGEST}
                const paths = {}, found = {{}};
                const next = async () => {{
                    for (let path; (path = paths.pop()); ) {{
                        const answer = await fetch('/' + path.split('/').map(encodeURIComponent).join('/'));
                        found[path] = answer.ok ? await digest(await answer.arrayBuffer()) : String(answer.status);
                    }}
                }};
                await Promise.all(Array.from({{ length: 8 }}, next));
                return found;
            }})()",
            json!(paths)
        ))
        .await
        .unwrap();
    let wrong: Vec<&String> = files
        .iter()
        .filter(|(path, digest)| fetched.get(*path) != Some(digest))
        .map(|it| it.0)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ: {wrong:?}",
        wrong.len(),
        files.len()
    );

    let pages: Vec<&String> = paths
        .into_iter()
        .filter(|path| path.ends_with(".html"))
        .collect();
    assert!(pages.len() >= 100, "only {} pages", pages.len());
    let strange: Vec<String> = view.eval(&walk(&pages)).await.unwrap();
    assert_eq!(strange, Vec::<String>::new());
}

/// Show every page, several at a time; gives those that are not themselves.
fn walk(pages: &[&String]) -> String {
    format!(
        "(async () => {{
            const paths = {}, strange = [];
            const parse = (text) => new DOMParser().parseFromString(text, 'text/html');
            const show = async (path) => {{
                const title = parse(await (await fetch('/' + path)).text()).title;
                const frame = document.createElement('iframe');
                frame.src = '/' + path;
                document.body.append(frame);
                // A page may wait for parts on the internet, which are none of this site's.
                while (frame.contentWindow.location.pathname !== '/' + path || !frame.contentDocument.body?.childElementCount)
                    await new Promise((resolve) => setTimeout(resolve, 10));
                if (title && frame.contentDocument.title !== title) strange.push(path);
                frame.remove();
            }};
            const next = async () => {{ for (let path; (path = paths.pop()); ) await show(path); }};
            await Promise.all(Array.from({{ length: 6 }}, next));
            return strange;
        }})()",
        json!(pages)
    )
}

#[tokio::test]
async fn a_file_of_64_mib_arrives_whole_and_in_ranges() {
    // Bytes that repeat nowhere near (xorshift, Marsaglia 2003).
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(BIG);
    while bytes.len() < BIG {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
    let content = Content::new(&[("big.bin", bytes.as_slice())]).unwrap();
    content
        .write(
            "index.html",
            "<!doctype html><title>Big</title><h1>A big file</h1>",
        )
        .unwrap();

    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("big", &content.top().unwrap())
        .await
        .unwrap();
    for visitor in [
        Visitor::chromium().await.unwrap(),
        Visitor::with_extension(&dist, &host.gateway).await.unwrap(),
    ] {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("A big file").await.unwrap();
        let whole: Value = view
            .eval(&format!(
                "(async () => {{
                    {DIGEST}
                    const answer = await fetch('big.bin');
                    const bytes = new Uint8Array(Number(answer.headers.get('content-length')));
                    let at = 0, chunks = 0;
                    for await (const chunk of answer.body) {{ bytes.set(chunk, at); at += chunk.length; chunks += 1; }}
                    return {{ status: answer.status, at, streamed: chunks > 100, digest: await digest(bytes) }};
                }})()"
            ))
            .await
            .unwrap();
        assert_eq!(
            whole,
            json!({ "status": 200, "at": BIG, "streamed": true, "digest": digest })
        );
        let (from, to) = (BIG / 2 + 3, BIG / 2 + 1_000_002);
        let part: Value = view
            .eval(&format!(
                "(async () => {{
                    {DIGEST}
                    const answer = await fetch('big.bin', {{ headers: {{ range: 'bytes={from}-{to}' }} }});
                    return [answer.status, answer.headers.get('content-range'), await digest(await answer.arrayBuffer())];
                }})()"
            ))
            .await
            .unwrap();
        let expected = HEXLOWER.encode(&Sha256::digest(&bytes[from..=to]));
        assert_eq!(
            part,
            json!([206, format!("bytes {from}-{to}/{BIG}"), expected])
        );
    }
}
