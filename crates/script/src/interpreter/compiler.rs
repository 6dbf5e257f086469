//! From a module's text to bytecode, in a runtime that runs nothing.

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::{Declared, WriteOptions};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Module, Result, Runtime};

use crate::effect::Position;
use crate::error::Error;
use crate::interpreter::backtrace;
use crate::limits;

/// Compiles modules one by one; what they import is looked for when they run.
pub(crate) struct Compiler {
    context: Context,
    _runtime: Runtime,
}

/// Why a module cannot be compiled.
#[derive(Debug)]
pub(crate) struct Failure {
    pub at: Option<Position>,
    pub message: String,
}

impl Compiler {
    pub fn new() -> std::result::Result<Self, Error> {
        let broken = |error: rquickjs::Error| Error::Engine(error.to_string());
        let runtime = Runtime::new().map_err(broken)?;
        runtime.set_max_stack_size(limits::STACK);
        // Bytecode and its making take a few times the text.
        runtime.set_memory_limit(limits::ALL_MODULES * 8);
        runtime.set_loader(Anything, Anything);
        let context = Context::full(&runtime).map_err(broken)?;
        Ok(Self {
            context,
            _runtime: runtime,
        })
    }

    /// A module as bytecode: with its lines, which errors need, and without its text.
    pub fn module(&self, path: &str, text: &str) -> std::result::Result<Vec<u8>, Failure> {
        self.context.with(|ctx| {
            let options = WriteOptions {
                strip_source: true,
                ..WriteOptions::default()
            };
            Module::declare(ctx.clone(), path, text)
                .and_then(|module| module.write(options))
                .catch(&ctx)
                .map_err(fault)
        })
    }

    /// A JSON file as a module whose default export it is.
    pub fn json(&self, path: &str, text: &str) -> std::result::Result<Vec<u8>, Failure> {
        self.context
            .with(|ctx| ctx.json_parse(text).catch(&ctx).map(drop).map_err(fault))
            .map_err(|fault| Failure {
                message: format!("this is not JSON: {}", fault.message),
                ..fault
            })?;
        // JSON is no JavaScript where it says "__proto__", so it is parsed as what it is.
        self.module(
            path,
            &format!("export default JSON.parse({});", quoted(text)),
        )
    }
}

fn fault(error: CaughtError<'_>) -> Failure {
    match error {
        CaughtError::Exception(error) => Failure {
            at: error.stack().and_then(|stack| backtrace::read(&stack).0),
            message: error.message().unwrap_or_default(),
        },
        error => Failure {
            at: None,
            message: error.to_string(),
        },
    }
}

/// Text as a JavaScript string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + text.len() / 8 + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// QuickJS looks for imports while it compiles. Here each leads to one empty module.
struct Anything;

impl Resolver for Anything {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        _base: &str,
        _name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        Ok("peerserver:anything".to_owned())
    }
}

impl Loader for Anything {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        Module::declare(ctx.clone(), name, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_syntax_name_the_place() {
        let fault = Compiler::new()
            .unwrap()
            .module("routes/a.js", "let a;\nlet b = ;")
            .unwrap_err();
        assert_eq!(
            fault.at.map(|at| at.to_string()).as_deref(),
            Some("routes/a.js:2:9")
        );
        let fault = Compiler::new()
            .unwrap()
            .json("lib/a.json", "{\"a\": }")
            .unwrap_err();
        assert!(
            fault.message.starts_with("this is not JSON: "),
            "{}",
            fault.message
        );
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let compiler = Compiler::new().unwrap();
        let deep = format!("let a = {}1{};", "(".repeat(50_000), ")".repeat(50_000));
        assert!(compiler.module("routes/a.js", &deep).is_err());
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(compiler.json("lib/a.json", &deep).is_err());
        assert!(compiler.module("routes/a.js", "export default 1").is_ok());
    }
}
