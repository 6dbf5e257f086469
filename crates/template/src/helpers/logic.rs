//! `eq`, `ne`, `and`, `or`, `default`. Handlebars itself has `not`, `gt`, `gte`, `lt`, `lte`, `len`, `lookup`.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonTruthy, RenderContext, RenderError, ScopedJson,
};
use serde_json::Value;

use super::parameters::required;

/// Whether two values are the same (`wanted`) or not.
pub(crate) struct Equal {
    pub wanted: bool,
}

impl HelperDef for Equal {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let same = same(required(call, 0)?, required(call, 1)?);
        Ok(ScopedJson::Derived(Value::Bool(same == self.wanted)))
    }
}

/// Numbers are the same by their value, however they are written; all else as JSON.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Whether all values are true, as `if` sees it.
pub(crate) struct And;

impl HelperDef for And {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        required(call, 1)?;
        let all = call
            .params()
            .iter()
            .all(|value| value.value().is_truthy(false));
        Ok(ScopedJson::Derived(Value::Bool(all)))
    }
}

/// Whether any value is true, as `if` sees it.
pub(crate) struct Or;

impl HelperDef for Or {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        required(call, 1)?;
        let any = call
            .params()
            .iter()
            .any(|value| value.value().is_truthy(false));
        Ok(ScopedJson::Derived(Value::Bool(any)))
    }
}

/// The first value that is there: not missing, null or an empty text.
pub(crate) struct Default;

impl HelperDef for Default {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        required(call, 1)?;
        let found = call
            .params()
            .iter()
            .map(|value| value.value())
            .find(|value| match value {
                Value::Null => false,
                Value::String(text) => !text.is_empty(),
                _ => true,
            });
        Ok(ScopedJson::Derived(found.cloned().unwrap_or(Value::Null)))
    }
}
