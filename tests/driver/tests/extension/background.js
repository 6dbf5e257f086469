// A worker that counts what it is asked, and an offscreen document where there is such a thing.
let asked = 0;
chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (message === 'ask') answer(++asked);
});
const opening = { url: 'offscreen.html', reasons: ['WEB_RTC'], justification: 'a test' };
chrome.offscreen?.createDocument(opening).catch(() => {});
