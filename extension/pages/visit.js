// The visit page's start. Not Rust: a page can only load wasm through a script.
import init, { visit } from '../wasm/pages.js';

await init();
visit();
