//! A visitor with a browser of its own: its cookies, its forms.

use std::collections::BTreeMap;

use script::RequestHead;

use crate::common::{Answer, Site};
use crate::page;

/// Whoever visits. Every page that it gets is checked.
pub struct Visitor {
    name: &'static str,
    /// Name and value.
    cookies: BTreeMap<String, String>,
}

/// A file in a form: its name, its type as the browser says it, its bytes.
pub type Upload<'f> = (&'f str, &'f str, &'f [u8]);

const BOUNDARY: &str = "----visitor";

impl Visitor {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            cookies: BTreeMap::new(),
        }
    }

    fn head(&self, method: &str, target: &str) -> RequestHead {
        let mut head = RequestHead::new(method, target);
        head.visitor.id = self.name.to_owned();
        head.visitor.network = self.name.to_owned();
        let cookies = self.cookies.iter();
        let pairs: Vec<String> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match pairs.is_empty() {
            true => head,
            false => head.with("cookie", pairs.join("; ")),
        }
    }

    pub fn get(&mut self, site: &mut Site, target: &str) -> Answer {
        let answer = site.ask(self.head("GET", target));
        self.look(site, answer)
    }

    /// The text of a page that is there.
    pub fn page(&mut self, site: &mut Site, target: &str) -> String {
        let answer = self.get(site, target);
        assert_eq!(answer.status, 200, "{target}: {:?}", site.log);
        answer.text()
    }

    /// Sends a form.
    pub fn post(&mut self, site: &mut Site, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let head = self.head("POST", target);
        let head = head.with("content-type", "application/x-www-form-urlencoded");
        let answer = site.ask_with(head, &[body.finish().as_bytes()]);
        self.look(site, answer)
    }

    /// Sends a form that is right, and follows to the page that shows it.
    pub fn submit(&mut self, site: &mut Site, target: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(site, target, fields);
        self.follow(site, &answer)
    }

    /// Starts sending a form without fields, and does not wait for an answer.
    pub fn begin(&mut self, site: &mut Site, target: &str) -> u64 {
        site.start(self.head("POST", target))
    }

    /// Sends a form with a file in the field `photo`.
    pub fn upload(
        &mut self,
        site: &mut Site,
        target: &str,
        fields: &[(&str, &str)],
        (name, media_type, bytes): Upload<'_>,
    ) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"");
            body.extend(format!("{head}\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = "content-disposition: form-data; name=\"photo\"; filename=";
        let head = format!("--{BOUNDARY}\r\n{head}\"{name}\"\r\ncontent-type: {media_type}");
        body.extend(format!("{head}\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let head = self.head("POST", target).with("content-type", media_type);
        let answer = site.ask_with(head, &[&body]);
        self.look(site, answer)
    }

    /// Goes where an answer leads after a form.
    pub fn follow(&mut self, site: &mut Site, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}: {:?}", answer.text(), site.log);
        let location = answer.header("location").unwrap().to_owned();
        self.page(site, &location)
    }

    /// Opens a line for events; it stays open.
    pub fn listen(&mut self, site: &mut Site, target: &str) -> u64 {
        let line = site.start(self.head("GET", target));
        let answer = site.answer(line);
        assert_eq!(answer.header("content-type"), Some("text/event-stream"));
        assert!(!answer.ended);
        line
    }

    /// Takes the answer's cookies, and looks at its page.
    fn look(&mut self, site: &Site, answer: Answer) -> Answer {
        for cookie in answer.all("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match attributes.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let is_page = answer.header("content-type") == Some("text/html;charset=utf-8");
        if is_page {
            page::check(site, &answer.text());
        } else {
            assert_eq!(answer.status, 303, "{}: {:?}", answer.text(), site.log);
        }
        answer
    }
}

/// What came over a line for events so far: the data of each.
pub fn heard(site: &Site, line: u64) -> Vec<String> {
    let text = site.answer(line).text();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(str::to_owned).collect()
}
