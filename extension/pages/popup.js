// The popup's start. Not Rust: a page can only load wasm through a script.
import init, { popup } from '../wasm/pages.js';

await init();
popup();
