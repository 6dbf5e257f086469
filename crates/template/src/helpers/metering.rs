//! The calls that `instrument` puts into templates.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext,
    RenderError, ScopedJson,
};
use serde_json::Value as Json;

use crate::budget::Budget;

/// Takes one step.
pub(crate) struct Step<'a>(pub &'a Budget<'a>);

impl HelperDef for Step<'_> {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        Ok(self.0.take(1)?)
    }
}

/// Goes into a body: takes as many steps as its parameter says, and those that copying the body's own data took.
pub(crate) struct Enter<'a>(pub &'a Budget<'a>);

impl HelperDef for Enter<'_> {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        let said = call
            .param(0)
            .and_then(|count| count.value().as_u64())
            .unwrap_or(1);
        let copied = state
            .block()
            .and_then(|block| block.base_value())
            .map_or(0, nodes);
        self.0.enter()?;
        Ok(self.0.take(said.saturating_add(copied))?)
    }
}

/// Comes out of a body.
pub(crate) struct Leave<'a>(pub &'a Budget<'a>);

impl HelperDef for Leave<'_> {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        self.0.leave();
        Ok(())
    }
}

/// Gives its parameter on as text.
pub(crate) struct Value<'a>(pub &'a Budget<'a>);

impl HelperDef for Value<'_> {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let text = call
            .param(0)
            .map(|value| value.value().render())
            .unwrap_or_default();
        self.0.take(1)?;
        self.0.take_bytes(text.len())?;
        Ok(ScopedJson::Derived(Json::String(text)))
    }
}

/// The number of values in a value: what copying it costs.
fn nodes(value: &Json) -> u64 {
    match value {
        Json::Array(items) => 1 + items.iter().map(nodes).sum::<u64>(),
        Json::Object(members) => 1 + members.values().map(nodes).sum::<u64>(),
        _ => 1,
    }
}
