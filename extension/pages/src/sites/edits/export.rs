//! Exporting a site: what to take along, and where to.

use std::{collections::HashMap, rc::Rc};

use bundle::{FileHead, Head, Options, SealedKey, SecretKey, Writer, part};
use layout::place::{DATA, SITE_JSON};
use messages::{Collection, Statement};
use serde_json::json;
use site::{FileMeta, FilePath};
use store::{Site, Version};
use web_sys::{Blob, Element, HtmlDialogElement, HtmlInputElement};

use crate::{
    background,
    error::PageError,
    sites::{
        bundle::{BUNDLE, EXPORT, Job, Parts, Sink, job, read},
        page::Page,
        sections::data,
        shelf::is_data,
    },
    ui::{dom, format, toast},
};

/// Bytes of a file that are read at once.
const PIECE: u64 = 1024 * 1024;
/// Packed bytes that are written at once: small writes cost a turn of the page each.
const WRITTEN_AT_ONCE: usize = 1024 * 1024;

/// A file to take along.
enum Taken {
    /// It is in the store.
    Stored { version: Version, file: FileMeta },
    /// It is made for the bundle.
    Made(Blob),
}

impl Page {
    /// Ask what to export of the site that is open.
    pub(in crate::sites) async fn ask_export(&self) -> Result<(), PageError> {
        let dialog = dom::by_id::<HtmlDialogElement>(EXPORT)?;
        let Some(id) = self.opened().filter(|_| !dialog.open()) else {
            return Ok(());
        };
        let site = self.shelf.site(&id).await?;
        let has_code = self.shelf.has_live_code(&id).await?;
        let has_data = has_code || self.shelf.has_data(&id).await?;
        let data = match has_code {
            true => "With the data as they are now",
            false => "With the data in data/",
        };
        dom::set_text(&dom::by_id("export-data-text")?, data);
        dom::set_text(
            &dom::by_id("export-title")?,
            &format!("Export “{}”", site.name),
        );
        let what = match site.is_live() {
            true => "The live version goes into one file, signed by the site’s key.",
            false => {
                "This site was never published: its draft goes into one file, signed by the site’s key."
            }
        };
        dom::set_text(&dom::by_id("export-what")?, what);
        for (name, offered) in [
            ("draft", site.is_live() && site.draft_changed),
            ("data", has_data),
            ("key", true),
        ] {
            field(&format!("export-{name}"))?.set_checked(false);
            dom::show(
                &dom::by_id::<Element>(&format!("export-{name}-row"))?,
                offered,
            );
        }
        for name in ["export-passphrase", "export-again"] {
            field(name)?.set_value("");
        }
        self.show_export_key()?;
        job::set_problem(EXPORT, "");
        Ok(dialog.show_modal()?)
    }

    /// Ask for a passphrase if the key comes along.
    pub(in crate::sites) fn show_export_key(&self) -> Result<(), PageError> {
        let with_key = field("export-key")?.checked();
        dom::show(&dom::by_id::<Element>("export-secret")?, with_key);
        Ok(())
    }

    /// Export the site that is open, as it was asked for.
    pub(in crate::sites) async fn export(self: Rc<Self>) -> Result<(), PageError> {
        let Some(id) = self.opened() else {
            return Ok(());
        };
        let passphrase = match field("export-key")?.checked() {
            true => {
                let passphrase = field("export-passphrase")?.value();
                if passphrase != field("export-again")?.value() {
                    job::set_problem(EXPORT, "The two passphrases are not the same.");
                    return Ok(());
                }
                if passphrase.chars().count() < bundle::sealed::MIN_PASSPHRASE {
                    let short = bundle::Error::ShortPassphrase(bundle::sealed::MIN_PASSPHRASE);
                    job::set_problem(EXPORT, &PageError::from(short).to_string());
                    return Ok(());
                }
                Some(passphrase)
            }
            false => None,
        };
        let mut size = 0;
        let work = async {
            let site = self.shelf.site(&id).await?;
            let options = Options {
                draft: field("export-draft")?.checked() || !site.is_live(),
                data: field("export-data")?.checked(),
            };
            let mut sink = Sink::open(site.name.as_str(), BUNDLE).await?;
            match self
                .write_bundle(&site, options, passphrase, &mut sink)
                .await
            {
                Ok(written) => size = written,
                Err(error) => {
                    sink.give_up().await;
                    return Err(error);
                }
            }
            sink.close().await
        };
        match self.desk.work.within(EXPORT, work).await {
            Ok(true) => {
                dom::by_id::<HtmlDialogElement>(EXPORT)?.close();
                toast::show(&format!("Exported: {}.", format::size(size)));
            }
            Ok(false) => {}
            Err(PageError::Stopped) => {
                dom::by_id::<HtmlDialogElement>(EXPORT)?.close();
                toast::show("Nothing was exported.");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Write the bundle of a site; its bytes.
    async fn write_bundle(
        &self,
        site: &Site,
        options: Options,
        passphrase: Option<String>,
        sink: &mut Sink,
    ) -> Result<u64, PageError> {
        let sealed = match passphrase {
            Some(passphrase) => Some(self.sealed_key(site, &passphrase).await?),
            None => None,
        };
        let (heads, taken) = self.taken(site, options).await?;
        let all: u64 = heads.iter().map(|head| head.size).sum();
        let head = Head {
            name: site.name.clone(),
            key: Some(site.public_key),
            published: site.published,
        };
        let mut writer = Writer::new(head, options, sealed.as_ref(), heads)?;
        let mut out = Out {
            sink,
            work: &self.desk.work,
            waiting: Vec::new(),
            written: 0,
        };
        let mut done = 0;
        while let Some(head) = writer.next_file()? {
            let (path, size) = (head.path.clone(), head.size);
            let show = |done: u64| {
                let share = done as f64 / all.max(1) as f64;
                self.desk.work.show(EXPORT, "Writing", &path, share);
            };
            show(done);
            let blob = match taken.get(&path) {
                Some(Taken::Stored { version, file }) => {
                    let stored = self.shelf.bytes(&site.id, *version, file).await?;
                    stored.ok_or_else(changed)?
                }
                Some(Taken::Made(blob)) => blob.clone(),
                None => return Err(changed()),
            };
            let mut from = 0;
            while from < size {
                let length = PIECE.min(size - from);
                let bytes = read(&blob, from, length)
                    .await
                    .map_err(PageError::Browser)?;
                from += length;
                writer.write(&bytes)?;
                out.write(writer.take()).await?;
                show(done + from);
            }
            done += size;
            out.write(writer.take()).await?;
        }
        let unsigned = writer.list()?;
        job::progress(EXPORT, "Signing…", None);
        let statement = Statement::Bundle {
            name: site.name.to_string(),
            published: site.published,
            files: unsigned.digest(),
        };
        let signature = background::sign(site.id.to_string(), statement).await?;
        out.write(unsigned.finish(Some(signature))?).await?;
        out.flush().await?;
        Ok(out.written)
    }

    /// What the options take along: as the writer wants it, and where it is.
    async fn taken(
        &self,
        site: &Site,
        options: Options,
    ) -> Result<(Vec<FileHead>, HashMap<FilePath, Taken>), PageError> {
        let mut heads = Vec::new();
        let mut taken = HashMap::new();
        let present = match options.data {
            true => self.present_data(site).await?,
            false => None,
        };
        for (version, of_bundle) in [
            (Version::Live, bundle::Version::Live),
            (Version::Draft, bundle::Version::Draft),
        ] {
            if version == Version::Draft && !options.draft {
                continue;
            }
            let mut add = |path: &str, size: u64, media_type: &str, from: Taken| {
                let path = FilePath::parse(path)
                    .map_err(|error| PageError::Store(format!("{path:?}: {error}")))?;
                let path = part::bundle_path(of_bundle, &path)?;
                heads.push(FileHead {
                    path: path.clone(),
                    size,
                    media_type: media_type.to_owned(),
                });
                taken.insert(path, from);
                Ok::<(), PageError>(())
            };
            let files = self.shelf.metas(&site.id, version).await?;
            let has_settings = files.iter().any(|file| file.path == SITE_JSON);
            if let Some(fallback) = &site.settings.single_page_fallback
                && !has_settings
                && !files.is_empty()
            {
                // What was chosen on this page stands beside the site's tree; in the bundle it is in it.
                let made = site_json(fallback)?;
                let size = made.size() as u64;
                add(SITE_JSON, size, &made.type_(), Taken::Made(made))?;
            }
            for (name, text) in present.iter().flatten() {
                let mut made = Parts::default();
                made.push(text.as_bytes())?;
                let made = made.finish("application/json")?;
                let (path, size) = (format!("{DATA}{name}.json"), made.size() as u64);
                add(&path, size, &made.type_(), Taken::Made(made))?;
            }
            for file in files {
                if present.is_some() && is_data(&file.path) {
                    continue;
                }
                let FileMeta {
                    path,
                    size,
                    media_type,
                    ..
                } = file.clone();
                add(&path, size, &media_type, Taken::Stored { version, file })?;
            }
        }
        Ok((heads, taken))
    }

    /// The collections of a site with code, as they are now: they take the place of what it began with.
    async fn present_data(&self, site: &Site) -> Result<Option<Vec<Collection>>, PageError> {
        if !self.shelf.has_live_code(site.id.as_str()).await? {
            return Ok(None);
        }
        job::progress(EXPORT, "Reading the data…", None);
        match data::collections(site.id.as_str()).await {
            Ok(collections) => Ok(Some(collections)),
            Err(error) => Err(PageError::Input(format!(
                "The data could not be read. {error} Try again, or export without the data."
            ))),
        }
    }

    /// The site's key, sealed with a passphrase.
    async fn sealed_key(&self, site: &Site, passphrase: &str) -> Result<SealedKey, PageError> {
        job::progress(EXPORT, "Sealing the key…", None);
        // It takes a second, in which the page stands still.
        job::drawn().await;
        let secret = SecretKey::from_pkcs8(&self.shelf.private_key(&site.id).await?)?;
        let mut random = [0; bundle::sealed::RANDOM];
        dom::window()?
            .crypto()?
            .get_random_values_with_u8_array(&mut random)?;
        Ok(SealedKey::seal(
            &secret,
            &site.public_key,
            passphrase,
            &random,
        )?)
    }
}

/// Packed bytes on their way out, as long as the work goes on.
struct Out<'a> {
    sink: &'a mut Sink,
    work: &'a Job,
    waiting: Vec<u8>,
    written: u64,
}

impl Out<'_> {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), PageError> {
        self.work.go_on()?;
        if self.waiting.is_empty() {
            self.waiting = bytes;
        } else {
            self.waiting.extend(bytes);
        }
        match self.waiting.len() >= WRITTEN_AT_ONCE {
            true => self.flush().await,
            false => Ok(()),
        }
    }

    async fn flush(&mut self) -> Result<(), PageError> {
        self.sink.write(&self.waiting).await?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

/// A `site.json` that says only which page answers for those that do not exist.
fn site_json(fallback: &str) -> Result<Blob, PageError> {
    let json = json!({ "settings": { "singlePageFallback": fallback } }).to_string();
    let mut parts = Parts::default();
    parts.push(json.as_bytes())?;
    parts.finish("application/json")
}

fn changed() -> PageError {
    PageError::Input("The site was changed while it was exported. Export it again.".into())
}

fn field(id: &str) -> Result<HtmlInputElement, PageError> {
    dom::by_id(id)
}
