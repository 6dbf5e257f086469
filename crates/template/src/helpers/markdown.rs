//! `markdown`: text with light marks as HTML.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender, RenderContext, RenderError, ScopedJson,
};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};
use serde_json::Value;

use super::link;
use super::parameters::required;

/// CommonMark with tables, task lists and strike-through as HTML. Markup in the text is shown and not used, and
/// its links are those of `link`: a visitor's text can be shown with it.
pub(crate) struct Markdown;

impl HelperDef for Markdown {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(ScopedJson::Derived(Value::String(to_html(
            &required(call, 0)?.render(),
        ))))
    }
}

fn to_html(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: safe(&dest_url),
            title,
            id,
        }),
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Image {
            link_type,
            dest_url: safe(&dest_url),
            title,
            id,
        }),
        other => other,
    });
    let mut markup = String::with_capacity(text.len() + text.len() / 2);
    html::push_html(&mut markup, events);
    markup
}

fn safe<'a>(address: &str) -> CowStr<'a> {
    // An address without a scheme but with an `@` is an autolink to mail.
    CowStr::from(link::safe(address).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_markup() {
        assert_eq!(
            to_html("# Hi\n\n*you* [there](/x)"),
            "<h1>Hi</h1>\n<p><em>you</em> <a href=\"/x\">there</a></p>\n"
        );
    }

    #[test]
    fn markup_in_the_text_is_shown_and_not_used() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div onclick=x>\n\n</div>",
            "<!-- x --><?php ?><![CDATA[x]]>",
            "| <b>a</b> |\n|--|\n| <script>x</script> |",
        ] {
            let markup = to_html(text);
            assert!(
                !markup.contains("<script") && !markup.contains("<img") && !markup.contains("<div"),
                "{markup}"
            );
            assert!(
                !markup.contains("<b>") && !markup.contains("<!") && !markup.contains("<?"),
                "{markup}"
            );
        }
    }

    #[test]
    fn its_links_and_pictures_cannot_run_code() {
        for text in [
            "[x](javascript:alert(1))",
            "![x](javascript:alert(1))",
            "<javascript:alert(1)>",
            "[x](<java\tscript:alert(1)>)",
            "[x]: javascript:alert(1)\n\n[x]",
            "[x](&#106;avascript:alert(1))",
        ] {
            assert!(
                !to_html(text).contains("\"javascript:"),
                "{}",
                to_html(text)
            );
            assert!(
                !to_html(text).contains("script:alert(1)\""),
                "{}",
                to_html(text)
            );
        }
    }
}
