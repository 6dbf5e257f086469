//! Every number that bounds a template.

/// Bytes of one template's source. The largest hand-written pages are a tenth of it, and the parser's memory
/// is some fifty times the source.
pub const SOURCE_BYTES: usize = 256 * 1024;

/// Templates of one site, partials among them. They are compiled together when the site starts.
pub const TEMPLATES: usize = 1_000;

/// Bytes of all sources of one site together, so that compiling a site takes well under a second.
pub const ALL_SOURCES_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a template's name.
pub const NAME_BYTES: usize = 200;

/// Blocks open at one place of a source, and the branches of `{{else if}}` before it. Parser and renderer call
/// themselves for each, on a stack of 1 MiB in wasm, where some thousand are too many.
pub const BLOCK_NESTING: usize = 40;

/// Brackets of any kind open inside one `{{…}}`. The parser calls itself for each.
pub const BRACKET_NESTING: usize = 16;

/// Blocks, partials and layouts inside each other while rendering. The renderer calls itself for each, and takes
/// some 3 KiB of stack.
pub const DEPTH: usize = 150;

/// Bytes of the text that one rendering makes, unless the caller says otherwise.
pub const OUTPUT_BYTES: usize = 8 * 1024 * 1024;

/// Steps of one rendering, unless the caller says otherwise: values, helpers, items of `each`, partials, and one
/// for every 64 bytes copied. A page of 10,000 rows with ten values each takes about 150,000. On a slow machine
/// a million takes about a second.
pub const STEPS: u64 = 2_000_000;
