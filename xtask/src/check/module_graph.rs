//! Which files of a crate use which: its modules, and the paths in them that name something of another module.
//!
//! Code under `#[cfg(test)]` does not count. It must not know what is wrong with a graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

use super::files::files;

/// A module's path in its crate: that of the root is empty.
type Module = Vec<String>;

/// For every file of a crate, those that it uses. A file is named by its module.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// Re-exports followed one after the other: more are a circle of their own.
const MAX_STEPS: usize = 8;

/// Reads the crate whose sources are in this folder.
pub fn read(src: &Path) -> Result<Graph> {
    let mut modules = BTreeMap::new();
    for file in files(src)? {
        if file.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text =
            fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let code = syn::parse_file(&text).with_context(|| format!("parsing {}", file.display()))?;
        let module = module_of(file.strip_prefix(src)?);
        let uses = Uses::of(&module, &code.items);
        modules.insert(module, uses);
    }
    let graph = modules.iter().map(|(module, uses)| {
        let used = uses.paths.iter();
        let used = used.filter_map(|path| resolve(&modules, module, path, MAX_STEPS));
        let used = used.filter(|used| used != module).map(|used| name(&used));
        (name(module), used.collect())
    });
    Ok(graph.collect())
}

fn module_of(file: &Path) -> Module {
    let path = file.with_extension("");
    let mut parts: Module = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        parts.pop();
    }
    parts
}

fn name(module: &Module) -> String {
    match module.as_slice() {
        [] => "the root".to_owned(),
        parts => parts.join("::"),
    }
}

/// What a file names of its crate.
#[derive(Default)]
struct Uses {
    /// Every path, as it is written.
    paths: BTreeSet<Vec<String>>,
    /// Every name that stands alone. It is a variable's or an item's, and never a module's.
    lone_names: BTreeSet<String>,
    /// What the file's `use` items bring into it: a name, and the path that it stands for.
    names: BTreeMap<String, Vec<String>>,
}

impl Uses {
    fn of(module: &Module, items: &[Item]) -> Self {
        let mut uses = Self::default();
        for item in items {
            uses.visit_item(item);
        }
        let named = uses.lone_names.iter();
        let named = named.filter_map(|name| uses.names.get(name)).cloned();
        uses.paths.extend(named);
        // A module declared here is not used by that alone.
        uses.paths.retain(|path| path != module);
        uses
    }

    /// Notes a `use`; passing an item on is no use of it.
    fn add(&mut self, prefix: &[String], tree: &UseTree, passes_on: bool) {
        let mut path = prefix.to_vec();
        let named = |uses: &mut Self, name: String, path: Vec<String>| {
            if !passes_on {
                uses.paths.insert(path.clone());
            }
            uses.names.insert(name, path);
        };
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.add(&path, &part.tree, passes_on);
            }
            UseTree::Group(group) => {
                for item in &group.items {
                    self.add(prefix, item, passes_on);
                }
            }
            UseTree::Glob(_) if passes_on => {}
            UseTree::Glob(_) => drop(self.paths.insert(path)),
            UseTree::Name(part) if part.ident == "self" => {
                let name = path.last().cloned().unwrap_or_default();
                named(self, name, path);
            }
            UseTree::Name(part) => {
                path.push(part.ident.to_string());
                named(self, part.ident.to_string(), path);
            }
            UseTree::Rename(part) => {
                path.push(part.ident.to_string());
                named(self, part.rename.to_string(), path);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_test(&item.attrs) {
            let passes_on = !matches!(item.vis, Visibility::Inherited);
            self.add(&[], &item.tree, passes_on);
        }
    }

    /// `pub(super)` says who may use this, and uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(name) = path.get_ident() {
            self.lone_names.insert(name.to_string());
        } else {
            let parts = path.segments.iter().map(|part| part.ident.to_string());
            self.paths.insert(parts.collect());
        }
        visit::visit_path(self, path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|wanted| wanted.is_ident("test"))
    })
}

/// The module in whose file stands what `path` names in `module`; `None` if it is not of this crate.
fn resolve(
    modules: &BTreeMap<Module, Uses>,
    module: &Module,
    path: &[String],
    steps: usize,
) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    let child = |parent: &Module, name: &str| {
        let mut child = parent.clone();
        child.push(name.to_owned());
        modules.contains_key(&child).then_some(child)
    };
    let mut at = match first.as_str() {
        "crate" => Module::new(),
        "self" => module.clone(),
        "super" => module.split_last()?.1.to_vec(),
        name => {
            if let Some(child) = child(module, name) {
                child
            } else {
                // What a `use` has brought here is that item's own path.
                let meant = modules.get(module)?.names.get(name)?;
                if meant.first() == Some(first) || steps == 0 {
                    return None;
                }
                let whole: Vec<_> = meant.iter().chain(rest).cloned().collect();
                return resolve(modules, module, &whole, steps - 1);
            }
        }
    };
    let mut rest = rest.iter();
    while let Some(part) = rest.next() {
        if part == "super" {
            at.pop();
        } else if let Some(child) = child(&at, part) {
            at = child;
        } else {
            let exported = modules.get(&at)?.names.get(part);
            let Some(exported) = exported.filter(|_| steps > 0) else {
                break;
            };
            let whole: Vec<_> = exported.iter().chain(rest.clone()).cloned().collect();
            return resolve(modules, &at, &whole, steps - 1).or(Some(at));
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        read(folder.path()).unwrap()
    }

    fn used(graph: &Graph, module: &str) -> Vec<String> {
        graph[module].iter().cloned().collect()
    }

    #[test]
    fn a_file_uses_those_whose_items_it_names() {
        let graph = graph(&[
            (
                "lib.rs",
                "mod a; mod b; mod c; pub use a::A; pub struct Root;",
            ),
            (
                "a.rs",
                "use crate::b::{self, B}; pub struct A(B); fn f() { b::f() }",
            ),
            (
                "b/mod.rs",
                "mod inner; pub use inner::B; pub fn f(_: B) { super::c::g() }",
            ),
            (
                "b/inner.rs",
                "pub struct B; use super::super::c as d; fn h() { d::g() }",
            ),
            (
                "c.rs",
                "use std::fmt; pub fn g() -> Option<crate::Root> { None }",
            ),
        ]);
        assert_eq!(used(&graph, "a"), ["b", "b::inner"]);
        assert_eq!(used(&graph, "b"), ["b::inner", "c"]);
        assert_eq!(used(&graph, "b::inner"), ["c"]);
        assert_eq!(used(&graph, "c"), ["the root"]);
        assert!(used(&graph, "the root").is_empty(), "it passes on only");
    }

    #[test]
    fn a_name_that_the_root_passes_on_is_its_own_files() {
        let graph = graph(&[
            ("lib.rs", "mod a; mod b; pub use a::A;"),
            ("a.rs", "pub struct A;"),
            ("b.rs", "use crate::A; pub(crate) fn f(_: A) {}"),
        ]);
        assert_eq!(used(&graph, "b"), ["a"]);
    }

    #[test]
    fn a_variable_that_is_called_like_a_module_does_not_use_it() {
        let graph = graph(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; pub fn f(b: u8) -> u8 { b }"),
            ("a/b.rs", "pub fn g() { super::f(1); }"),
        ]);
        assert!(used(&graph, "a").is_empty());
        assert_eq!(used(&graph, "a::b"), ["a"]);
    }

    #[test]
    fn tests_do_not_count() {
        let graph = graph(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "#[cfg(test)] mod tests { use crate::b::B; }"),
            ("b.rs", "pub struct B;"),
        ]);
        assert!(used(&graph, "a").is_empty());
    }
}
