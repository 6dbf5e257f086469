// Loads extension/jar when a site first has cookies: most have none, and the shell is waited for.
// Why this is not Rust: only a script can import a module later.

let jar = null;

export function loadJar() {
  jar ??= import('./jar.js').then((module) => module.default().then(() => module));
  // It may be there the next time.
  jar.catch(() => (jar = null));
  return jar;
}
