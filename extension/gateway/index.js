// The front page's additions: everything but these works without a script.
//
// Why this is not Rust: it is a button and an address; a wasm module would be a thousand times its size.

// The gateway has no worker of its own: a registered one was left by another program that used this address.
navigator.serviceWorker?.getRegistrations().then((left) => left.forEach((worker) => worker.unregister()));

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

// A gateway of this machine is the companion's own: nobody has to enter its address.
if (location.hostname === 'localhost') {
  $('address-step').hidden = true;
} else {
  $('origin').textContent = location.origin;
  $('address').hidden = false;
}

if ('registerProtocolHandler' in navigator) {
  $('links').hidden = false;
  $('register').addEventListener('click', () => {
    try {
      navigator.registerProtocolHandler('web+peer', `${location.origin}/connect/?to=%s`);
      // The page does not learn what the person chose.
      $('register-result').textContent = 'Your browser asks you, unless it opens them here already.';
    } catch (error) {
      $('register-result').textContent = `Your browser does not allow it: ${/** @type {Error} */ (error).message}`;
    }
  });
}
