//! Puts the counting of steps into a parsed template.
//!
//! The renderer itself has no limits. So each template is changed after it is parsed: every body is held between
//! [`ENTER`] and [`LEAVE`], every block is preceded by [`STEP`], and every value and every helper's result goes
//! through [`VALUE`]. Those are helpers that each rendering brings with it (`helpers::metering`). Nothing of the
//! text changes.

use std::collections::HashMap;

use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, Subexpression, TemplateElement};
use serde_json::Value;

use crate::budget::steps_of_bytes;

/// Takes one step. No source can name it, nor the others: they begin with a character that the grammar has in no
/// name.
pub(crate) const STEP: &str = "\0step";
/// Goes into a body, and takes as many steps as its parameter says.
pub(crate) const ENTER: &str = "\0enter";
/// Comes out of a body.
pub(crate) const LEAVE: &str = "\0leave";
/// Takes steps for its parameter, and gives it on.
pub(crate) const VALUE: &str = "\0value";

/// Instruments a template; `makes_markup` says which helpers' results are not escaped. None if the parser makes of
/// a call something else than it did when this was written.
pub(crate) fn instrument(template: Template, makes_markup: fn(&str) -> bool) -> Option<Template> {
    let parts = Parts {
        call: a_call()?,
        makes_markup,
    };
    Some(parts.body(template))
}

struct Parts {
    /// Any call of a helper, to be changed into others: the type has no constructor for other crates.
    call: Box<HelperTemplate>,
    makes_markup: fn(&str) -> bool,
}

impl Parts {
    /// A template, or the body of a block or partial.
    fn body(&self, mut template: Template) -> Template {
        let raw: usize = template.elements.iter().map(raw_bytes).sum();
        let elements = std::mem::take(&mut template.elements);
        let places = std::mem::take(&mut template.mapping);
        template
            .elements
            .push(self.call(ENTER, Value::from(1 + steps_of_bytes(raw))));
        template.mapping.extend(places.first().cloned());
        let mut places = places.into_iter();
        for element in elements {
            let place = places.next();
            if matches!(element, TemplateElement::HelperBlock(_)) {
                template.elements.push(self.call(STEP, Value::Null));
                template.mapping.extend(place.clone());
            }
            template.elements.push(self.element(element));
            template.mapping.extend(place);
        }
        template.elements.push(self.call(LEAVE, Value::Null));
        template
    }

    fn element(&self, element: TemplateElement) -> TemplateElement {
        use TemplateElement::{
            DecoratorBlock, Expression, HelperBlock, HtmlExpression, PartialBlock,
        };
        match element {
            Expression(call) if self.makes_markup(&call) => HtmlExpression(self.value(*call)),
            Expression(call) => Expression(self.value(*call)),
            HtmlExpression(call) => HtmlExpression(self.value(*call)),
            HelperBlock(mut block) => {
                block.template = block.template.map(|body| self.body(body));
                block.inverse = block.inverse.map(|body| self.body(body));
                HelperBlock(block)
            }
            DecoratorBlock(mut block) => {
                block.template = block.template.map(|body| self.body(body));
                DecoratorBlock(block)
            }
            PartialBlock(mut block) => {
                block.template = block.template.map(|body| self.body(body));
                PartialBlock(block)
            }
            other => other,
        }
    }

    fn makes_markup(&self, call: &HelperTemplate) -> bool {
        call.name.as_name().is_some_and(self.makes_markup)
    }

    /// A value or a helper's result, given through [`VALUE`]. All helpers take something, so what has no parameter
    /// is a value.
    fn value(&self, call: HelperTemplate) -> Box<HelperTemplate> {
        let plain = call.params.is_empty() && call.hash.is_empty();
        let given = if plain {
            call.name
        } else {
            Parameter::Subexpression(Subexpression::new(call.name, call.params, call.hash))
        };
        let mut value = self.call.clone();
        value.name = Parameter::Name(VALUE.to_owned());
        value.params = vec![given];
        value
    }

    fn call(&self, name: &str, parameter: Value) -> TemplateElement {
        let mut call = self.call.clone();
        call.name = Parameter::Name(name.to_owned());
        call.params = vec![Parameter::Literal(parameter)];
        TemplateElement::Expression(call)
    }
}

fn raw_bytes(element: &TemplateElement) -> usize {
    match element {
        TemplateElement::RawString(text) => text.len(),
        _ => 0,
    }
}

fn a_call() -> Option<Box<HelperTemplate>> {
    match Template::compile("{{call 1}}").ok()?.elements.pop()? {
        TemplateElement::Expression(mut call) => {
            call.hash = HashMap::new();
            Some(call)
        }
        _ => None,
    }
}
