//! A link as a QR code, drawn as one SVG path.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};
use web_sys::Element;

use super::dom;
use crate::error::PageError;

const SVG: &str = "http://www.w3.org/2000/svg";
/// Empty modules around the code: ISO/IEC 18004 asks for four, or scanners may miss it.
const QUIET_ZONE: i32 = 4;

/// An `<svg>` of the QR code of `text`, dark on light whatever the page's colours, as scanners want it.
///
/// # Errors
/// [`PageError::Input`] if the text is too long for a QR code (over 2,331 bytes).
pub fn draw(text: &str) -> Result<Element, PageError> {
    let (side, path) = path_of(text)?;
    let document = dom::document()?;
    let svg = document.create_element_ns(Some(SVG), "svg")?;
    svg.set_attribute("viewBox", &format!("0 0 {side} {side}"))?;
    svg.set_attribute("shape-rendering", "crispEdges")?;
    svg.set_attribute("role", "img")?;
    svg.set_attribute("aria-label", &format!("QR code of {text}"))?;
    let background = document.create_element_ns(Some(SVG), "rect")?;
    background.set_attribute("width", &side.to_string())?;
    background.set_attribute("height", &side.to_string())?;
    background.set_attribute("fill", "#fff")?;
    let modules = document.create_element_ns(Some(SVG), "path")?;
    modules.set_attribute("d", &path)?;
    modules.set_attribute("fill", "#000")?;
    svg.append_child(&background)?;
    svg.append_child(&modules)?;
    Ok(svg)
}

/// The side of the drawing in modules, and the path of the dark ones: a run of modules a stroke.
fn path_of(text: &str) -> Result<(i32, String), PageError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| PageError::Input("This link is too long for a QR code.".into()))?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let mut run = 0;
            while x + run < code.size() && code.get_module(x + run, y) {
                run += 1;
            }
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{run}v1h-{run}z",
                    x + QUIET_ZONE,
                    y + QUIET_ZONE
                );
            }
            x += run.max(1);
        }
    }
    Ok((code.size() + 2 * QUIET_ZONE, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let text = "http://localhost:8890/connect/photos/";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|&(x, y)| code.get_module(x, y))
            .count();
        let (side, path) = path_of(text).unwrap();
        let drawn: usize = path
            .split('h')
            .skip(1)
            .filter_map(|rest| rest.split('v').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(side, code.size() + 8);
    }

    #[test]
    fn a_text_that_fits_no_code_is_refused() {
        assert!(path_of(&"x".repeat(3_000)).is_err());
    }
}
