//! What the browser has told: consoles and which context is whose frame.

use std::collections::HashMap;

use serde_json::Value;

use crate::connection::Event;

/// The longest log that is kept, in lines of all pages together.
const LINES: usize = 1000;

/// All notes.
#[derive(Debug, Default)]
pub(super) struct State {
    parents: HashMap<String, String>,
    lines: Vec<(String, String)>,
}

impl State {
    /// Notes an event.
    pub fn note(&mut self, event: &Event) {
        let string = |pointer: &str| {
            event
                .params
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        match event.method.as_str() {
            "browsingContext.contextCreated" => {
                if let (Some(context), Some(parent)) = (string("/context"), string("/parent")) {
                    self.parents.insert(context, parent);
                }
            }
            "log.entryAdded" => {
                if self.lines.len() == LINES {
                    self.lines.remove(0);
                }
                let context = string("/source/context").unwrap_or_default();
                let level = string("/level").unwrap_or_default();
                self.lines.push((
                    context,
                    format!("{level}: {}", string("/text").unwrap_or_default()),
                ));
            }
            _ => {}
        }
    }

    /// What a page and its frames printed.
    pub fn console(&self, page: &str) -> Vec<String> {
        let is_ours = |(context, _): &&(String, String)| self.root(context) == page;
        self.lines
            .iter()
            .filter(is_ours)
            .map(|(_, line)| line.clone())
            .collect()
    }

    fn root<'a>(&'a self, mut context: &'a str) -> &'a str {
        while let Some(parent) = self.parents.get(context) {
            context = parent;
        }
        context
    }
}
