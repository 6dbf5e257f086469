//! The helpers that a site's templates have, besides those of handlebars itself.
//!
//! Each is a function of its parameters and knows nothing else. What they take stands in `docs/templates.md`.

mod calendar;
mod date;
mod json;
mod link;
mod logic;
mod markdown;
mod metering;
mod number;
mod parameters;
mod section;

use handlebars::{Handlebars, RenderContext};

use crate::budget::Budget;
use crate::instrument::{ENTER, LEAVE, STEP, VALUE};

/// Registers all helpers.
pub(crate) fn register(registry: &mut Handlebars<'_>) {
    // Handlebars' own `log` writes to the host's log, which no template may.
    registry.unregister_helper("log");
    // It shows what is in a block of four braces, which `scan` refuses.
    registry.unregister_helper("raw");
    registry.register_helper("blockHelperMissing", Box::new(section::Section));
    registry.register_helper(section::NAME, Box::new(section::Section));
    registry.register_helper("date", Box::new(date::Date));
    registry.register_helper("number", Box::new(number::Number));
    registry.register_helper("json", Box::new(json::Json));
    registry.register_helper("link", Box::new(link::Link));
    registry.register_helper("markdown", Box::new(markdown::Markdown));
    registry.register_helper("default", Box::new(logic::Default));
    registry.register_helper("eq", Box::new(logic::Equal { wanted: true }));
    registry.register_helper("ne", Box::new(logic::Equal { wanted: false }));
    registry.register_helper("and", Box::new(logic::And));
    registry.register_helper("or", Box::new(logic::Or));
}

/// Whether a helper makes markup, which is not escaped again.
pub(crate) fn makes_markup(name: &str) -> bool {
    matches!(name, "json" | "markdown")
}

/// Brings what counts a rendering's steps.
pub(crate) fn meter<'reg: 'rc, 'rc>(
    state: &mut RenderContext<'reg, 'rc>,
    budget: &'rc Budget<'rc>,
) {
    state.register_local_helper(STEP, Box::new(metering::Step(budget)));
    state.register_local_helper(ENTER, Box::new(metering::Enter(budget)));
    state.register_local_helper(LEAVE, Box::new(metering::Leave(budget)));
    state.register_local_helper(VALUE, Box::new(metering::Value(budget)));
}
