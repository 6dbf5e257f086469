//! What an error's stack says: `    at name (routes/a.js:3:9)`, one call a line.

use crate::effect::Position;

/// The stack without the engine's own calls, and the place where the first of the site's own calls was.
pub(crate) fn read(stack: &str) -> (Option<Position>, String) {
    let lines: Vec<&str> = stack
        .lines()
        .filter(|line| !line.contains("peerserver:") && !line.contains("(native)"))
        .collect();
    let at = lines.iter().find_map(|line| position(line));
    (at, lines.join("\n"))
}

/// The place in one line of a stack.
fn position(line: &str) -> Option<Position> {
    let line = line.trim().strip_prefix("at ")?;
    let place = match line.rsplit_once('(') {
        Some((_, place)) => place.strip_suffix(')')?,
        None => line,
    };
    let (rest, column) = place.rsplit_once(':')?;
    let (file, number) = rest.rsplit_once(':')?;
    Some(Position {
        file: file.to_owned(),
        line: number.parse().ok()?,
        column: column.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_call_of_the_site_is_the_place() {
        let stack = "    at parse (native)\n    at json (peerserver:body:77:9)\n    at read (lib/a b.js:12:5)\n    at <anonymous> (routes/a.js:3:1)\n";
        let (at, text) = read(stack);
        assert_eq!(
            at.map(|at| at.to_string()).as_deref(),
            Some("lib/a b.js:12:5")
        );
        assert_eq!(text.lines().count(), 2);
        let (at, _) = read("    at routes/a.js:1:7");
        assert_eq!(
            at.map(|at| at.to_string()).as_deref(),
            Some("routes/a.js:1:7")
        );
    }

    #[test]
    fn a_strange_stack_has_no_place() {
        for stack in ["", "at", "    at (", "    at a (b:c:d)", "x (a.js:1:2)"] {
            assert_eq!(read(stack).0, None, "{stack}");
        }
    }
}
