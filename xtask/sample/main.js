// Shows that the usual things work here: a module, fetch, and an origin of one's own.
const { facts } = await (await fetch('facts.json')).json();
for (const fact of [...facts, `Its origin is ${location.origin}.`]) {
  const line = document.createElement('li');
  line.textContent = fact;
  document.querySelector('#proof').append(line);
}
document.documentElement.dataset.ready = 'yes';
