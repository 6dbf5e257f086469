//! Runs a wasm test program in a real Chromium, or in Firefox if [`IN_FIREFOX`] is set; cargo calls it as the target's
//! runner.
//!
//! What `wasm-bindgen-test-runner` does for browsers, in a hundred lines over our own driver: no chromedriver to match
//! with the browser's version, no second copy of wasm-bindgen to compile. The names below (`__wbgt_`,
//! `WasmBindgenTestContext`, the elements of the page) are the contract of `wasm-bindgen-test` with its runner.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use driver::{Browser, Options, TempProfile};
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};

use crate::build::LAZY;
use crate::command::print_line;
use crate::paths;
use crate::serve;

/// The variable that asks for Firefox.
const IN_FIREFOX: &str = "PEERSERVER_WASM_TESTS_IN_FIREFOX";

/// How long all tests of a program may take.
const TESTS: Duration = Duration::from_secs(300);

/// What the exported name of every test begins with; then `$` if it is to be ignored, `_`, and the crate's name.
const TEST: &str = "__wbgt_";

/// The end of what the test program prints.
const CLOSING: &str = "test result: ";

/// Runs the tests of `wasm` whose name contains the first of `arguments`; fails if one does.
pub fn run(wasm: &Path, arguments: &[&str]) -> Result<()> {
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let module = fs::read(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    let all = tests(&module)?;
    let chosen: Vec<&String> = all
        .iter()
        .filter(|name| filter.is_none_or(|part| name.contains(part)))
        .collect();
    if chosen.is_empty() {
        // Without a test the module has no runtime to run one.
        print_line!(
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; {} filtered out\n",
            all.len()
        );
        return Ok(());
    }
    let folder = tempfile::tempdir().context("making a folder")?;
    Bindgen::new()
        .input_path(wasm)
        .out_name("tests")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .debug(true)
        .keep_debug(false)
        .generate(folder.path())
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    let run = RUN
        .replace("TESTS", &serde_json::to_string(&chosen)?)
        .replace("FILTERED", &(all.len() - chosen.len()).to_string());
    let files = [
        ("index.html", PAGE),
        ("run.js", &run),
        ("main.js", place(&module)?),
        ("worker.js", WORKER),
    ];
    for (name, text) in files {
        fs::write(folder.path().join(name), text).with_context(|| format!("writing {name}"))?;
    }
    // What has `peer` in it imports this one.
    fs::copy(paths::root().join(LAZY), folder.path().join("lazy.js")).context("copying lazy.js")?;
    let port = serve::folder(folder.path())?;
    let output = tokio::runtime::Runtime::new()?.block_on(visit(port))?;
    print_line!("{}", output.trim_end());
    if !output.contains(&format!("{CLOSING}ok")) {
        bail!("tests failed");
    }
    Ok(())
}

/// Opens the page, waits for the tests to end, and gives what they printed.
async fn visit(port: u16) -> Result<String> {
    let profile = TempProfile::new()?;
    let options = Options::new(&profile);
    let browser = if env::var_os(IN_FIREFOX).is_some() {
        Browser::firefox(options).await?
    } else {
        Browser::chromium(options).await?
    };
    let page = browser.open(&format!("http://localhost:{port}/")).await?;
    let output = "document.querySelector('#output').textContent";
    let ended = page
        .wait_for(&format!("{output}.includes('{CLOSING}')"), TESTS)
        .await;
    let output: String = page.eval(output).await?;
    if let Err(error) = ended {
        bail!("{output}\n{error}");
    }
    browser.close().await?;
    Ok(output)
}

/// The exported names of a module's tests.
fn tests(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for part in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(exports) = part? {
            for export in exports {
                let name = export?.name;
                if name.starts_with(TEST) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    Ok(names)
}

/// The page's script for the place that the program's tests ask for, by `wasm_bindgen_test_configure!`.
fn place(module: &[u8]) -> Result<&'static str> {
    /// What the macro's section holds for a page.
    const PAGE: u8 = 1;
    /// And for a service worker.
    const SERVICE_WORKER: u8 = 4;
    for part in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(section) = part?
            && section.name() == "__wasm_bindgen_test_unstable"
        {
            let asked = section.data();
            return match (asked.contains(&PAGE), asked.contains(&SERVICE_WORKER)) {
                (true, _) => Ok(IN_PAGE),
                (_, true) => Ok(IN_SERVICE_WORKER),
                _ => bail!(
                    "tests run in a page or a service worker here, not in what {asked:?} stands for"
                ),
            };
        }
    }
    Ok(IN_PAGE)
}

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>tests</title>
<pre id="output"></pre>
<script type="module" src="main.js"></script>
"#;

/// Runs the tests wherever it is imported. The test runtime takes what a test prints from `on_console_…`; in a page it
/// writes its own lines into `#output`, in a worker it calls `__wbg_test_output_writeln`.
const RUN: &str = r"
import * as tests from './tests.js';
export async function run(print) {
  try {
    const console_ = { ...console };
    for (const method of ['debug', 'log', 'info', 'warn', 'error']) {
      console[method] = (...words) => {
        console_[method](...words);
        globalThis[`on_console_${method}`]?.(words);
      };
    }
    globalThis.__wbg_test_invoke = call => call();
    globalThis.__wbg_test_output_writeln = (...words) => print(`${words.join(' ')}\n`);
    const wasm = await tests.default();
    const context = new tests.WasmBindgenTestContext(false);
    for (const method of ['debug', 'log', 'info', 'warn', 'error']) {
      globalThis[`on_console_${method}`] = tests[`__wbgtest_console_${method}`];
    }
    context.include_ignored(false);
    context.filtered_count(FILTERED);
    await context.run(TESTS.map(name => wasm[name]));
  } catch (error) {
    print(`\n${error} ${error?.stack ?? ''}`);
    print('\ntest result: FAILED. The test program broke.\n');
  }
}
";

const IN_PAGE: &str = r"
import { run } from './run.js';
run(text => document.querySelector('#output').append(text));
";

const IN_SERVICE_WORKER: &str = r"
const output = document.querySelector('#output');
await navigator.serviceWorker.register('worker.js', { type: 'module' });
const { active } = await navigator.serviceWorker.ready;
const channel = new MessageChannel();
channel.port1.onmessage = ({ data }) => output.append(data);
active.postMessage('run', [channel.port2]);
";

const WORKER: &str = r"
import { run } from './run.js';
self.onmessage = event => event.waitUntil(run(text => event.ports[0].postMessage(text)));
";
