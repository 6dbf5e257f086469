//! A block that is named after a value: `{{#guests}}…{{/guests}}`.

use std::borrow::Cow;

use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output,
    RenderContext, RenderErrorReason, Renderable, ScopedJson,
};
use serde_json::Value;

/// The name under which it takes a value of any path: `{{#section guest.friends}}`.
pub(crate) const NAME: &str = "section";

/// What handlebars asks when a block has the name of no helper. A list shows the block for each item, another value
/// shows it with that value (but `true` with the data around it), and what is false or empty shows what follows
/// `{{else}}`.
pub(crate) struct Section;

impl HelperDef for Section {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let (value, path) = match call.param(0) {
            Some(given) if call.name() == NAME => {
                (Cow::Borrowed(given.value()), given.context_path().cloned())
            }
            Some(_) => return Err(RenderErrorReason::HelperNotFound(call.name().to_owned()).into()),
            None => match state.evaluate(context, call.name())? {
                ScopedJson::Context(value, path) => (Cow::Borrowed(value), Some(path)),
                other => (Cow::Owned(other.as_json().clone()), None),
            },
        };
        match value.as_ref() {
            value if !value.is_truthy(false) => match call.inverse() {
                Some(inverse) => inverse.render(registry, context, state, out),
                None => Ok(()),
            },
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let mut block = within(
                        path.as_ref()
                            .map(|path| [path.as_slice(), &[index.to_string()]].concat()),
                        item,
                    );
                    block.set_local_var("index", Value::from(index));
                    block.set_local_var("first", Value::from(index == 0));
                    block.set_local_var("last", Value::from(index + 1 == items.len()));
                    show(call, block, registry, context, state, out)?;
                }
                Ok(())
            }
            Value::Bool(_) => match call.template() {
                Some(template) => template.render(registry, context, state, out),
                None => Ok(()),
            },
            value => show(call, within(path, value), registry, context, state, out),
        }
    }
}

/// A block whose data is at a path, or is this value.
fn within<'rc>(path: Option<Vec<String>>, value: &Value) -> BlockContext<'rc> {
    let mut block = BlockContext::new();
    match path {
        Some(path) => *block.base_path_mut() = path,
        None => block.set_base_value(value.clone()),
    }
    block
}

fn show<'reg: 'rc, 'rc>(
    call: &Helper<'rc>,
    block: BlockContext<'rc>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc Context,
    state: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    let Some(template) = call.template() else {
        return Ok(());
    };
    state.push_block(block);
    template.render(registry, context, state, out)?;
    state.pop_block();
    Ok(())
}
