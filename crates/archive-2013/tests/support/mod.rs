//! A site of 2013 that runs in QuickJS, with its rows, sessions and files in memory.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use archive_2013::modernise;
use rquickjs::loader::{BuiltinLoader, BuiltinResolver};
use rquickjs::{CatchResultExt, Context, Function, Module, Object, Runtime};
use serde_json::{Value, json};
use template::Templates;

/// What a module needs that is only there in the whole sandbox, as far as routes of 2013 use it.
const PLATFORM: &str = r"
globalThis.setTimeout ??= () => 0;
";

/// Runs one request to its end: reads files when they are asked for, as `answer` does.
const DRIVER: &str = r"
import { match, run } from 'lib/archive-2013/runtime.js';
import { fromPairs } from 'lib/archive-2013/params.js';
export function request(json) {
  const { routes, path, sent, rows, session, texts } = JSON.parse(json);
  const { route, values } = match(routes, path === '/' ? '/index' : path) ?? {};
  if (!route) return JSON.stringify({ missing: true });
  const params = { ...Object.fromEntries(route.names.map((name, i) => [name, values[i]])), ...fromPairs(sent) };
  const files = new Map();
  const lines = [];
  const console = { log: (...words) => lines.push(words.join(' ')) };
  const render = (name, data) => globalThis.render(name, JSON.stringify(data));
  const random = (count) => Array.from({ length: count }, (_, i) => i % 256);
  for (;;) {
    try {
      const ran = run(route, values, { params: { ...params }, rows, session, files, render, random, console });
      if (ran.wanted === undefined) return JSON.stringify({ ...ran, lines });
      files.set(ran.wanted, texts[ran.wanted] ?? null);
    } catch (error) {
      return JSON.stringify({ error: String(error) });
    }
  }
}
";

/// A site of 2013.
pub struct Site {
    runtime: Context,
    templates: Vec<(String, String)>,
    routes: Value,
    texts: Value,
    /// The rows of its database.
    pub rows: Value,
}

/// What an answer was.
#[derive(Debug)]
pub struct Answer(Value);

impl Answer {
    /// The page.
    pub fn body(&self) -> &str {
        self.0["body"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", self.0))
    }

    /// What the route returned.
    pub fn value(&self) -> &Value {
        assert!(self.0.get("error").is_none(), "{}", self.0);
        &self.0["body"]
    }

    /// What went wrong.
    pub fn error(&self) -> &str {
        self.0["error"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", self.0))
    }

    /// Whether there was no route.
    pub fn is_missing(&self) -> bool {
        self.0["missing"] == true
    }

    /// What it wrote to the console.
    pub fn lines(&self) -> &Value {
        &self.0["lines"]
    }
}

impl Site {
    /// A site with routes (name, path, code), and other files.
    pub fn new(
        routes: &[(&str, &str)],
        templates: &[(&str, &str)],
        texts: &[(&str, &str)],
        rows: Value,
    ) -> Self {
        let mut files: Vec<(String, String)> = Vec::new();
        for (number, (path, code)) in routes.iter().enumerate() {
            let json = json!({ "routePath": path, "routeCode": code }).to_string();
            files.push((format!("archive-2013/routes/r{number}.route.js"), json));
        }
        for (name, text) in templates {
            files.push((format!("archive-2013/templates/{name}"), (*text).to_owned()));
        }
        let modern = modernise(
            files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        );
        assert!(modern.problems.is_empty(), "{:?}", modern.problems);
        let modules: BTreeMap<String, String> = modern.files.into_iter().collect();
        let module = &modules["routes/archive-2013.js"];
        let list = module
            .split_once("const routes = ")
            .unwrap()
            .1
            .split_once(";\n\nexport const pattern")
            .unwrap()
            .0;
        let routes = serde_json::from_str(list).unwrap();

        let mut resolver = BuiltinResolver::default();
        let mut loader = BuiltinLoader::default();
        for (path, text) in modules.iter().filter(|(path, _)| path.starts_with("lib/")) {
            resolver.add_module(path.clone());
            loader.add_module(path.clone(), text.clone());
        }
        let engine = Runtime::new().unwrap();
        engine.set_loader(resolver, loader);
        let templates = modules
            .iter()
            .filter_map(|(path, text)| {
                let name = path
                    .strip_prefix("templates/archive-2013/")?
                    .strip_suffix(".hbs")?;
                Some((name.to_owned(), text.clone()))
            })
            .collect();
        let texts = texts
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Value::from(*text)))
            .collect();
        Self {
            runtime: Context::full(&engine).unwrap(),
            templates,
            routes,
            texts,
            rows,
        }
    }

    /// Asks for a path, with what a visitor sends and her session.
    pub fn ask(&mut self, path: &str, sent: &[(&str, &str)], session: &mut Value) -> Answer {
        let request = json!({
            "routes": self.routes, "path": path, "sent": sent, "rows": self.rows, "session": session, "texts": self.texts,
        });
        let templates = Templates::new(&self.templates.iter().cloned().collect()).unwrap();
        let answer: String = self.runtime.with(|ctx| {
            let render = Function::new(ctx.clone(), move |name: String, data: String| {
                let data: Value = serde_json::from_str(&data).unwrap();
                templates
                    .render(&name, &data)
                    .map_err(|error| rquickjs::Error::new_loading_message(name, error.to_string()))
            });
            ctx.globals().set("render", render.unwrap()).unwrap();
            ctx.eval::<(), _>(PLATFORM).unwrap();
            let driver = Module::declare(ctx.clone(), "driver", DRIVER)
                .catch(&ctx)
                .unwrap();
            let (driver, done) = driver.eval().catch(&ctx).unwrap();
            done.finish::<()>()
                .catch(&ctx)
                .unwrap_or_else(|error| panic!("{error}"));
            let driver: Object<'_> = driver.namespace().unwrap();
            let function: Function<'_> = driver.get("request").unwrap();
            function
                .call((request.to_string(),))
                .catch(&ctx)
                .unwrap_or_else(|error| panic!("{error}"))
        });
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        if answer.get("rows").is_some() {
            self.rows = answer["rows"].take();
            *session = answer["session"].take();
        }
        Answer(answer)
    }

    /// As [`Site::ask`], without a session.
    pub fn get(&mut self, path: &str, sent: &[(&str, &str)]) -> Answer {
        self.ask(path, sent, &mut json!({}))
    }
}
