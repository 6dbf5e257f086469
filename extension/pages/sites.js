// The sites page's start. Not Rust: a page can only load wasm through a script.
import init, { sites } from '../wasm/pages.js';

await init();
sites();
