// Shows that the usual things work here: a module, fetch, and an origin of one's own.
/** @type {{ facts: string[] }} */
const { facts } = await (await fetch('facts.json')).json();
for (const fact of [...facts, `Its origin is ${location.origin}.`]) {
  const line = document.createElement('li');
  line.textContent = fact;
  /** @type {Element} */ (document.querySelector('#proof')).append(line);
}
document.documentElement.dataset.ready = 'yes';
