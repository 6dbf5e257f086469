//! How modules find each other: within the site's own `routes/` and `lib/`, and nowhere else.

use std::collections::BTreeMap;
use std::rc::Rc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Module, Result};

use crate::prelude::{DRIVER, Prelude, SCHEME};

/// A site's compiled modules by their paths in the layout.
pub(crate) type Modules = BTreeMap<String, Vec<u8>>;

/// What the paths in import statements mean.
pub(crate) struct Paths {
    pub modules: Rc<Modules>,
}

impl Resolver for Paths {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let refuse = |why: &str| Err(Error::new_resolving_message(base, name, why));
        if base.starts_with(SCHEME) || (base.is_empty() && name == DRIVER) {
            // The engine imports the driver; the prelude imports itself, and routes by their paths.
            return Ok(name.to_owned());
        }
        let Some(path) = resolve(base, name) else {
            return match name.starts_with(['.', '/']) {
                true => refuse("that is outside of the site"),
                false => refuse(
                    "there are no packages here; import files of the site, such as \"./words.js\" or \"/lib/words.js\"",
                ),
            };
        };
        match self.modules.contains_key(&path) {
            true => Ok(path),
            false => {
                refuse("there is no such module; it is a .js or .json file in routes/ or lib/")
            }
        }
    }
}

/// The path in the layout that `name` means in the module `base`; `None` if it leads out or is a package's.
fn resolve(base: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = match name.strip_prefix('/') {
        Some(_) => Vec::new(),
        None if name.starts_with("./") || name.starts_with("../") => {
            let (folder, _) = base.rsplit_once('/')?;
            folder.split('/').collect()
        }
        None => return None,
    };
    for part in name.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Loads bytecode that this crate made itself.
pub(crate) struct Compiled {
    pub modules: Rc<Modules>,
    pub prelude: Rc<Prelude>,
}

impl Loader for Compiled {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let site = self.modules.get(name).map(Vec::as_slice);
        let bytes = site
            .or_else(|| self.prelude.get(name))
            .ok_or_else(|| Error::new_loading_message(name, "there is no such module"))?;
        // A path in the layout never begins with SCHEME: it begins with routes/ or lib/.
        #[expect(unsafe_code, reason = "bytecode that this process compiled is valid")]
        unsafe {
            Module::load(ctx.clone(), bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_stay_in_the_site() {
        for (name, path) in [
            ("./b.js", Some("routes/api/b.js")),
            ("../b.js", Some("routes/b.js")),
            ("../../lib/b.js", Some("lib/b.js")),
            ("/lib/b.js", Some("lib/b.js")),
            ("../../../b.js", None),
            ("/../b.js", None),
            ("./../../../../etc/passwd", None),
            ("lodash", None),
            ("peerserver:host", None),
            ("https://example.org/a.js", None),
        ] {
            assert_eq!(resolve("routes/api/a.js", name).as_deref(), path, "{name}");
        }
        assert_eq!(resolve("<eval>", "./a.js"), None);
    }
}
