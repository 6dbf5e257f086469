//! Makes responses of gateway files, redirects, data and plain sentences. Must not know what is requested.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderValue, IF_NONE_MATCH, LOCATION, VARY,
};
use http::request::Parts;
use http::{Method, StatusCode};

use super::assets::{Asset, Compressed};
use super::plain_page;

/// How long a browser may cache a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Not at all: the response changes at any time.
    Never,
    /// Cached, and revalidated each time by its `ETag`; for ever if its name carries its hash.
    Revalidate,
}

/// A content coding (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Brotli,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// Distinguishes this form's `ETag` from those of the same content's other forms.
    fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
        }
    }
}

/// A file, in the form that the client accepts, or 304 if it has it (RFC 9110 section 13.1.2).
pub fn file(request: &Parts, asset: &Asset, status: StatusCode, caching: Caching) -> Response {
    let compressed = smallest(request, &asset.compressed);
    let suffix = compressed.map_or("", |(coding, _)| coding.suffix());
    let tag = format!("\"{}{suffix}\"", asset.sha256);
    let unchanged =
        caching == Caching::Revalidate && status == StatusCode::OK && has(request, &asset.sha256);
    let body = compressed.map_or(&asset.raw, |(_, body)| body);
    let mut response = if unchanged {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        with_body(request, status, asset.media_type, body.clone())
    };
    let headers = response.headers_mut();
    let keep_for = match caching {
        Caching::Never => "no-store",
        Caching::Revalidate if asset.immutable => "public, max-age=31536000, immutable",
        Caching::Revalidate => "no-cache",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep_for));
    if asset.compressed.gzip.is_some() || asset.compressed.brotli.is_some() {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if caching == Caching::Revalidate
        && let Ok(tag) = HeaderValue::from_str(&tag)
    {
        headers.insert(ETAG, tag);
    }
    if let Some((coding, _)) = compressed
        && !unchanged
    {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    response
}

/// 302 to a path or address of visible ASCII. Not kept: claims may change.
pub fn redirect(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    match HeaderValue::from_str(to) {
        Ok(location) => {
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(LOCATION, location);
        }
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Data as JSON, never kept.
pub fn json(request: &Parts, data: &impl serde::Serialize) -> Response {
    // The types here hold strings and numbers only, which always have a JSON form.
    let body = serde_json::to_vec(data).unwrap_or_default();
    let mut response = with_body(request, StatusCode::OK, "application/json", body.into());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text of our own, never kept.
pub fn text(request: &Parts, content_type: &'static str, text: &'static str) -> Response {
    let body = Bytes::from_static(text.as_bytes());
    let mut response = with_body(request, StatusCode::OK, content_type, body);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page with a heading and a sentence and nothing to load, never kept. Both must be our own words.
pub fn page(request: &Parts, status: StatusCode, heading: &str, sentence: &str) -> Response {
    let body = plain_page::html(heading, sentence);
    let mut response = with_body(request, status, "text/html; charset=utf-8", body.into());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 405 with the methods that are allowed.
pub fn method_not_allowed(request: &Parts, allowed: &'static str) -> Response {
    let sentence = "This address can only be read. Go back to the page before.";
    let mut response = page(
        request,
        StatusCode::METHOD_NOT_ALLOWED,
        "Method not allowed",
        sentence,
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// A response with this body, or for HEAD with its length alone.
fn with_body(
    request: &Parts,
    status: StatusCode,
    media_type: &'static str,
    body: Bytes,
) -> Response {
    let length = body.len();
    let body = if request.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// The smallest of a file's compressed forms among those with the highest quality value.
fn smallest<'a>(request: &Parts, forms: &'a Compressed) -> Option<(Coding, &'a Bytes)> {
    let weigh = |coding: Coding, form: &'a Option<Bytes>| {
        let form = form.as_ref()?;
        let weight = quality(request, coding);
        (weight > 0.0).then_some((weight, (coding, form)))
    };
    let brotli = weigh(Coding::Brotli, &forms.brotli);
    let gzip = weigh(Coding::Gzip, &forms.gzip);
    let chosen = match (brotli, gzip) {
        (Some(brotli), Some(gzip)) if gzip.0 > brotli.0 => Some(gzip),
        (brotli, gzip) => brotli.or(gzip),
    };
    chosen.map(|(_, form)| form)
}

/// The quality value of a coding in `Accept-Encoding`, from 0 (not acceptable) to 1 (RFC 9110 section 12.5.3).
fn quality(request: &Parts, coding: Coding) -> f32 {
    let (mut named, mut any) = (None, 0.0);
    for value in request.headers.get_all(ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
            match name.strip_prefix("x-").unwrap_or(&name) {
                name if name == coding.name() => named = Some(weight),
                "*" => any = weight,
                _ => {}
            }
        }
    }
    named.unwrap_or(any)
}

/// Does the client have this content, in any form?
fn has(request: &Parts, sha256: &str) -> bool {
    let tags = request
        .headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).any(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        let content = [Coding::Gzip, Coding::Brotli]
            .into_iter()
            .find_map(|coding| tag.strip_suffix(coding.suffix()));
        tag == "*" || content.unwrap_or(tag) == sha256
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::new(());
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(value).unwrap());
        }
        request.into_parts().0
    }

    fn chosen(accept: &str, forms: &Compressed) -> Option<Coding> {
        smallest(&request(&[("accept-encoding", accept)]), forms).map(|(coding, _)| coding)
    }

    fn both() -> Compressed {
        let form = Some(Bytes::from_static(b"x"));
        Compressed {
            gzip: form.clone(),
            brotli: form,
        }
    }

    #[test]
    fn a_compressed_form_is_sent_to_those_who_take_it() {
        use Coding::{Brotli, Gzip};
        for (accept, coding) in [
            ("gzip", Some(Gzip)),
            ("X-Gzip", Some(Gzip)),
            ("br", Some(Brotli)),
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("br;q=0.5, GZIP", Some(Gzip)),
            ("br;q=0.5, gzip;q=0.5", Some(Brotli)),
            ("br;q=0, gzip;q=0.1", Some(Gzip)),
            ("*", Some(Brotli)),
            ("br;q=0, *", Some(Gzip)),
            ("deflate, *;q=0.1", Some(Brotli)),
            ("", None),
            ("zstd", None),
            ("gzip;q=0", None),
            ("gzip; q=0.000, br;q=0, *", None),
            ("*;q=0", None),
            ("gzip;q=nonsense", None),
            ("br;q=NaN", None),
        ] {
            assert_eq!(chosen(accept, &both()), coding, "{accept}");
        }
        assert!(smallest(&request(&[]), &both()).is_none());
    }

    #[test]
    fn a_form_that_is_not_there_is_not_sent() {
        let gzip = Compressed {
            brotli: None,
            ..both()
        };
        assert_eq!(chosen("br, gzip", &gzip), Some(Coding::Gzip));
        assert_eq!(chosen("br", &gzip), None);
        assert_eq!(chosen("br, gzip", &Compressed::default()), None);
    }

    #[test]
    fn tags_match_in_any_form() {
        for (tags, matches) in [
            ("\"aa\"", true),
            ("\"aa-gz\"", true),
            ("W/\"aa-br\"", true),
            ("\"aa-xx\"", false),
            ("W/\"aa\"", true),
            ("\"bb\", \"aa\"", true),
            ("*", true),
            ("\"bb\"", false),
            ("", false),
        ] {
            assert_eq!(
                has(&request(&[("if-none-match", tags)]), "aa"),
                matches,
                "{tags}"
            );
        }
    }

    #[test]
    fn a_redirect_cannot_carry_another_header() {
        assert_eq!(
            redirect("/a\r\nset-cookie: x").status(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(redirect("/a").status(), StatusCode::FOUND);
    }
}
