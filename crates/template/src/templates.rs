//! All templates of a site, compiled once.

use std::collections::BTreeMap;
use std::fmt;

use handlebars::{
    Context, Handlebars, RenderContext, RenderError, RenderErrorReason, Renderable, TemplateError,
};
use serde_json::Value;

use crate::budget::{Allowance, Budget, Spent, Text};
use crate::error::{Error, Place};
use crate::helpers;
use crate::instrument::instrument;
use crate::limits::{ALL_SOURCES_BYTES, NAME_BYTES, TEMPLATES};
use crate::scan;

/// The compiled templates of a site.
pub struct Templates {
    registry: Handlebars<'static>,
}

impl Templates {
    /// Compiles all templates of a site: sources by name. A name is what `render` and `{{> name}}` say; by
    /// convention it is the path below `templates/` without `.hbs`.
    ///
    /// # Errors
    /// The first template, by name, that is too large, too deep or not valid.
    pub fn new(sources: &BTreeMap<String, String>) -> Result<Self, Error> {
        check_sizes(sources)?;
        let mut registry = Handlebars::new();
        registry.set_prevent_indent(true);
        helpers::register(&mut registry);
        for (name, source) in sources {
            scan::check(name, source)?;
            registry
                .register_template_string(name, source)
                .map_err(|error| not_valid(name, &error))?;
        }
        for name in sources.keys() {
            if let Some(template) = registry.get_template(name).cloned() {
                let instrumented =
                    instrument(template, helpers::makes_markup).ok_or_else(|| Error::Syntax {
                        at: whole(name),
                        problem: "it could not be prepared".to_owned(),
                        remedy: "Report this template as a fault of PeerServer".to_owned(),
                    })?;
                registry.register_template(name, instrumented);
            }
        }
        Ok(Self { registry })
    }

    /// Whether there is a template of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.registry.has_template(name)
    }

    /// Renders a template with data, within the usual allowance.
    ///
    /// # Errors
    /// As [`Templates::render_within`].
    pub fn render(&self, name: &str, data: &Value) -> Result<String, Error> {
        self.render_within(name, data, Allowance::default())
    }

    /// Renders a template with data.
    ///
    /// # Errors
    /// If there is no such template, if a partial or helper is missing or gets what it cannot take, or if the
    /// allowance is used up.
    pub fn render_within(
        &self,
        name: &str,
        data: &Value,
        allowance: Allowance<'_>,
    ) -> Result<String, Error> {
        let template = self
            .registry
            .get_template(name)
            .ok_or_else(|| self.not_found(name))?;
        let context = Context::wraps(data).map_err(|error| not_rendered(name, &error))?;
        let budget = Budget::new(allowance);
        let mut text = Text::new(allowance.output_bytes);
        let mut state = RenderContext::new(template.name.as_ref());
        helpers::meter(&mut state, &budget);
        template
            .render(&self.registry, &context, &mut state, &mut text)
            .map_err(|error| not_rendered(name, &error))?;
        Ok(text.into_string())
    }

    fn not_found(&self, name: &str) -> Error {
        let shortened: String = name.chars().take(NAME_BYTES).collect();
        let remedy = match self
            .registry
            .get_templates()
            .keys()
            .find(|known| alike(known, name))
        {
            Some(known) => format!("Is `{known}` meant?"),
            None => {
                "Make it in the folder `templates`, or look for a mistake in the name".to_owned()
            }
        };
        Error::NotFound {
            name: shortened,
            remedy,
        }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.registry.get_templates().keys())
            .finish()
    }
}

/// Whether two names differ only in case, folder or ending.
fn alike(known: &str, asked: &str) -> bool {
    let last = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or_default();
        file.split('.').next().unwrap_or_default().to_lowercase()
    };
    last(known) == last(asked)
}

fn check_sizes(sources: &BTreeMap<String, String>) -> Result<(), Error> {
    let too_large = |name: &str, what, size, limit, remedy| Error::TooLarge {
        at: whole(name),
        what,
        size,
        limit,
        remedy,
    };
    let mut total = 0_usize;
    for (count, (name, source)) in sources.iter().enumerate() {
        total = total.saturating_add(source.len());
        if count >= TEMPLATES {
            let remedy = "Delete templates that are not used";
            return Err(too_large(
                name,
                "the number of templates",
                sources.len(),
                TEMPLATES,
                remedy,
            ));
        }
        if name.len() > NAME_BYTES {
            let shortened: String = name.chars().take(NAME_BYTES / 4).collect();
            return Err(too_large(
                &shortened,
                "its name's length",
                name.len(),
                NAME_BYTES,
                "Shorten its name",
            ));
        }
        if total > ALL_SOURCES_BYTES {
            let remedy = "Move what never changes to static files";
            return Err(too_large(
                name,
                "the size of all templates up to this one in bytes",
                total,
                ALL_SOURCES_BYTES,
                remedy,
            ));
        }
    }
    Ok(())
}

fn whole(name: &str) -> Place {
    Place {
        template: name.to_owned(),
        line: 0,
        column: 0,
    }
}

fn not_valid(name: &str, error: &TemplateError) -> Error {
    let (line, column) = error.pos().unwrap_or_default();
    Error::Syntax {
        at: Place { template: name.to_owned(), line, column },
        problem: error.reason().to_string(),
        remedy: "Look at this place for a tag that is not closed, or a block that is closed by another name".to_owned(),
    }
}

fn not_rendered(name: &str, error: &RenderError) -> Error {
    let at = Place {
        template: error
            .template_name
            .clone()
            .unwrap_or_else(|| name.to_owned()),
        line: error.line_no.unwrap_or_default(),
        column: error.column_no.unwrap_or_default(),
    };
    if let Some(spent) = spent(error.reason()) {
        return Error::Exhausted {
            at,
            spent: spent.to_string(),
            remedy: spent.remedy(),
        };
    }
    let (problem, remedy) = match error.reason() {
        RenderErrorReason::HelperNotFound(helper) => (
            format!("there is no helper `{helper}`"),
            "Helpers are listed in docs/templates.md; to show a value, write nothing after its name".to_owned(),
        ),
        RenderErrorReason::PartialNotFound(partial) => (
            format!("there is no partial `{partial}`"),
            format!("Make `templates/{partial}.hbs`, or look for a mistake in the name"),
        ),
        RenderErrorReason::CannotIncludeSelf => (
            "the template includes itself".to_owned(),
            "Put the part that repeats into a partial of its own".to_owned(),
        ),
        RenderErrorReason::PartialBlockNotFound => (
            "`@partial-block` is shown, but the layout was included without content".to_owned(),
            "Include it with `{{#> name}}…{{/name}}`, or give the block a fallback".to_owned(),
        ),
        other => (other.to_string(), "Look at this place, and at the data that the route gives".to_owned()),
    };
    Error::Render {
        at,
        problem,
        remedy,
    }
}

/// What was used up, if an error says that.
fn spent(reason: &RenderErrorReason) -> Option<Spent> {
    match reason {
        RenderErrorReason::NestedError(cause) => cause.downcast_ref::<Spent>().copied(),
        RenderErrorReason::IOError(cause) => cause.get_ref()?.downcast_ref::<Spent>().copied(),
        _ => None,
    }
}
