// The sites page's start. Not Rust: a page can only load wasm through a script.
import init, { sites } from '../wasm/pages.js';

await init();
// The bundle of `extension/editor`, which is large: loaded when a file is opened.
sites(() => import('/pages/editor.js'));
