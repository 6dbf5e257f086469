//! A site's code: what is wrong with it, asked of its box once it went live.

use messages::{BoxAsk, Problem};
use web_sys::Element;

use crate::{
    background,
    error::PageError,
    sites::page::Page,
    ui::{dom, format},
};

/// Most problems listed: who has more has one cause, and mends that first.
const LISTED: usize = 50;

impl Page {
    /// Show nothing of the code until it is looked through.
    pub(in crate::sites) fn clear_problems(&self) -> Result<(), PageError> {
        dom::show(&dom::by_id::<Element>("problems")?, false);
        dom::by_id::<Element>("problem-list")?.set_text_content(None);
        Ok(())
    }

    /// Have the code of a live site looked through, and show what is wrong with it; how much that is. A site
    /// without code has nothing to show.
    pub(in crate::sites) async fn look_through(&self, id: &str) -> Result<usize, PageError> {
        if !self.shelf.has_live_code(id).await? {
            self.clear_problems()?;
            return Ok(0);
        }
        let answer = background::ask_box::<Vec<Problem>>(id, BoxAsk::Problems).await;
        if self.opened().as_deref() != Some(id) {
            // Another site was opened meanwhile.
            return Ok(0);
        }
        self.clear_problems()?;
        let problems = match answer {
            Ok(problems) => problems,
            Err(error) => {
                list(&[("", format!("It could not be looked through. {error}"))])?;
                return Ok(0);
            }
        };
        let places: Vec<String> = problems.iter().map(place).collect();
        let lines = problems.iter().zip(&places);
        let mut lines: Vec<(&str, String)> = lines
            .take(LISTED)
            .map(|(problem, place)| (place.as_str(), problem.message.clone()))
            .collect();
        let more = problems.len().saturating_sub(LISTED);
        if more > 0 {
            lines.push(("", format!("And {} more.", format::grouped(more as u64))));
        }
        if !lines.is_empty() {
            list(&lines)?;
        }
        Ok(problems.len())
    }
}

/// Where a problem is: `routes/a.js:3`.
fn place(problem: &Problem) -> String {
    match problem.line {
        Some(line) => format!("{}:{line}", problem.file),
        None => problem.file.clone(),
    }
}

fn list(lines: &[(&str, String)]) -> Result<(), PageError> {
    let list = dom::by_id::<Element>("problem-list")?;
    for (place, message) in lines {
        let row = dom::copy_of("problem-row")?;
        dom::set_text(&dom::find(&row, ".place")?, place);
        dom::set_text(&dom::find(&row, ".message")?, message);
        dom::append(&list, &row)?;
    }
    dom::show(&dom::by_id::<Element>("problems")?, true);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_line_if_that_is_known() {
        let mut problem = Problem {
            file: "routes/a.js".into(),
            line: Some(3),
            message: String::new(),
        };
        assert_eq!(place(&problem), "routes/a.js:3");
        problem.line = None;
        assert_eq!(place(&problem), "routes/a.js");
    }
}
