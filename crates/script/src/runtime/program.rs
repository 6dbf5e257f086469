//! One version of a site's code: its modules compiled, its routes in a table, and what is wrong with it.

use std::collections::BTreeMap;
use std::rc::Rc;

use layout::{Limits, Pattern, Place, Route, RouteTable, SiteJson};
use template::Templates;

use crate::effect::Position;
use crate::error::Error;
use crate::host_calls::call::HostCall;
use crate::interpreter::backtrace;
use crate::interpreter::compiler::Compiler;
use crate::limits;
use crate::runtime::engine::Engine;
use crate::runtime::modules::Modules;
use crate::runtime::realm::{Allowance, Code, Realm, Turn};

/// Something that a site's author has to know. The rest of the site works without the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's path in the layout.
    pub file: String,
    /// Where in it, or in a file that it imports, if that is known.
    pub at: Option<Position>,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{at}: {}", self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// One version of a site's code.
pub struct Program {
    pub(crate) code: Code,
    table: RouteTable,
    site: SiteJson,
    problems: Vec<Problem>,
}

impl Program {
    /// Reads a site's files: path in the layout and bytes. Static files need not be among them. Each route's
    /// module is evaluated once, within limits, to learn its patterns.
    pub fn build<P, B>(
        engine: &Engine,
        files: impl IntoIterator<Item = (P, B)>,
    ) -> Result<Self, Error>
    where
        P: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let mut draft = Draft::default();
        let compiler = Compiler::new()?;
        for (path, bytes) in files {
            draft.file(&compiler, path.as_ref(), bytes.as_ref());
        }
        let code = Code {
            modules: Rc::new(std::mem::take(&mut draft.modules)),
            templates: Rc::new(draft.compile_templates()?),
        };
        let allowance = Allowance::from(&draft.site.limits);
        for file in std::mem::take(&mut draft.routes) {
            match patterns(engine, &code, allowance, &file) {
                Ok(patterns) => draft.route(&file, &patterns),
                Err(problem) => draft.problems.push(problem),
            }
        }
        Ok(Self {
            code,
            table: draft.table,
            site: draft.site,
            problems: draft.problems,
        })
    }

    /// Which requests need code.
    pub fn table(&self) -> &RouteTable {
        &self.table
    }

    /// What its scripts may use.
    pub fn limits(&self) -> &Limits {
        &self.site.limits
    }

    /// The settings, as far as they could be read.
    pub fn site(&self) -> &SiteJson {
        &self.site
    }

    /// What is wrong with the site's files.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

const NOT_UTF8: &str = "the file is not UTF-8; save it as UTF-8";

/// Most wrong templates that are told apart; with more, all are left out.
const MOST_WRONG: usize = 20;

/// A program that is being read.
#[derive(Default)]
struct Draft {
    modules: Modules,
    templates: BTreeMap<String, String>,
    size: usize,
    wrong_templates: usize,
    routes: Vec<String>,
    table: RouteTable,
    site: SiteJson,
    problems: Vec<Problem>,
}

impl Draft {
    fn file(&mut self, compiler: &Compiler, path: &str, bytes: &[u8]) {
        match Place::of(path) {
            Some(Place::SiteJson) => match SiteJson::parse(bytes) {
                Ok(site) => self.site = site,
                Err(error) => self.problem(path, None, error.to_string()),
            },
            Some(place @ (Place::Route(_) | Place::Lib(_))) => {
                let compiled = self.module(compiler, path, bytes);
                if compiled && matches!(place, Place::Route(_)) {
                    self.routes.push(path.to_owned());
                }
            }
            Some(Place::Template(name)) => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.templates.insert(name.to_owned(), text.to_owned());
                }
                Err(_) => self.problem(path, None, NOT_UTF8.to_owned()),
            },
            _ => {}
        }
    }

    /// Compiles the templates. One that is wrong is left out.
    fn compile_templates(&mut self) -> Result<Templates, Error> {
        loop {
            let error = match Templates::new(&self.templates) {
                Ok(templates) => return Ok(templates),
                Err(error) => error,
            };
            let name = error.place().map(|place| place.template.clone());
            let wrong = name.filter(|name| self.templates.remove(name).is_some());
            let file = wrong.as_ref().map_or_else(
                || layout::place::TEMPLATES.to_owned(),
                |name| {
                    format!(
                        "{}{name}{}",
                        layout::place::TEMPLATES,
                        layout::place::TEMPLATE_SUFFIX
                    )
                },
            );
            let at = error
                .place()
                .filter(|place| place.line > 0)
                .map(|place| Position {
                    file: file.clone(),
                    line: u32::try_from(place.line).unwrap_or(u32::MAX),
                    column: u32::try_from(place.column).unwrap_or(u32::MAX),
                });
            self.problem(&file, at, error.to_string());
            self.wrong_templates += 1;
            if wrong.is_none() || self.wrong_templates > MOST_WRONG {
                self.templates.clear();
            }
        }
    }

    /// Compiles a module; whether that went well.
    fn module(&mut self, compiler: &Compiler, path: &str, bytes: &[u8]) -> bool {
        self.size = self.size.saturating_add(bytes.len());
        if bytes.len() > limits::MODULE || self.size > limits::ALL_MODULES {
            self.problem(
                path,
                None,
                format!(
                    "the file is {} bytes long; a module has at most {}, all of a site's together {}",
                    bytes.len(),
                    limits::MODULE,
                    limits::ALL_MODULES
                ),
            );
            return false;
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.problem(path, None, NOT_UTF8.to_owned());
            return false;
        };
        let compiled = match path.ends_with(".json") {
            true => compiler.json(path, text),
            false => compiler.module(path, text),
        };
        match compiled {
            Ok(code) => {
                self.modules.insert(path.to_owned(), code);
                true
            }
            Err(fault) => {
                self.problem(path, fault.at, fault.message);
                false
            }
        }
    }

    fn route(&mut self, file: &str, patterns: &[String]) {
        for text in patterns {
            let added = Pattern::parse(text)
                .map_err(|error| error.to_string())
                .and_then(|pattern| {
                    let file = file.to_owned();
                    self.table
                        .add(Route { file, pattern })
                        .map_err(|error| error.to_string())
                });
            if let Err(message) = added {
                self.problem(file, None, message);
            }
        }
    }

    fn problem(&mut self, file: &str, at: Option<Position>, message: String) {
        self.problems.push(Problem {
            file: file.to_owned(),
            at,
            message,
        });
    }
}

/// Evaluates a route's module and reads its patterns.
fn patterns(
    engine: &Engine,
    code: &Code,
    allowance: Allowance,
    file: &str,
) -> Result<Vec<String>, Problem> {
    let problem = |at, message: &str| Problem {
        file: file.to_owned(),
        at,
        message: message.to_owned(),
    };
    let realm = Realm::new(engine, code, None, allowance).map_err(|error| problem(None, &error))?;
    match realm.turn("inspect", |_, args| args.push_arg(file)) {
        Turn::Fine => {}
        Turn::OutOfTime => {
            return Err(problem(
                None,
                "the module takes too long; what it does when it is imported must be quick",
            ));
        }
        Turn::Broken(error) => return Err(problem(None, &error)),
    }
    for ask in realm.asks.take() {
        match ask {
            HostCall::Inspected(patterns) => return Ok(patterns),
            HostCall::Fail(_, name, message, stack) => {
                let (at, _) = backtrace::read(&stack);
                return Err(problem(at, &format!("{name}: {message}")));
            }
            _ => {}
        }
    }
    Err(problem(
        None,
        "the module waits for something when it is imported; nothing comes then, so wait in the handler",
    ))
}
