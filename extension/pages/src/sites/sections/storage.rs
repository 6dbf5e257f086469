//! How much room the sites take.

use web_sys::HtmlMeterElement;

use crate::{
    error::PageError,
    sites::{page::Page, shelf::Room},
    ui::{dom, format},
};

impl Page {
    /// Show the room taken and left.
    pub(in crate::sites) async fn show_room(&self) -> Result<(), PageError> {
        let room = self.shelf.room().await?;
        dom::set_text(&dom::by_id("storage-text")?, &text(room));
        let meter = dom::by_id::<HtmlMeterElement>("storage-meter")?;
        meter.set_value(if room.quota > 0 {
            room.used as f64 / room.quota as f64
        } else {
            0.0
        });
        dom::set_attribute(&meter, "aria-valuetext", &text(room));
        Ok(())
    }
}

/// The figures in words. Whether the browser keeps them is no question: the `unlimitedStorage` permission
/// exempts the extension from eviction.
fn text(room: Room) -> String {
    let free = room.quota.saturating_sub(room.used);
    format!(
        "{} used, {} free",
        format::size(room.used),
        format::size(free)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_told_in_words() {
        let text = |used, quota| text(Room { used, quota });
        assert_eq!(text(12_000_000, 2_012_000_000), "12 MB used, 2.0 GB free");
        assert_eq!(text(0, 1000), "no bytes used, 1.0 KB free");
        assert_eq!(text(5000, 1000), "5.0 KB used, no bytes free");
    }
}
