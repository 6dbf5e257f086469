// Who sent a message of the extension, by what the browser says and the sender cannot choose.
//
// Content scripts run in the processes of web pages: a page that took over its process can send what it likes in
// their name, to every listener of the extension.

// One of the extension's own pages or its worker?
/** @param {chrome.runtime.MessageSender | undefined} sender */
export function isExtension(sender) {
  if (sender?.id !== chrome.runtime.id) return false;
  if (sender.origin !== undefined) return sender.origin === location.origin;
  // Chromium names no origin of a service worker; every frame has one.
  const isFrame = sender.tab || sender.frameId !== undefined || sender.documentId !== undefined;
  return !isFrame && sender.url?.startsWith(`${location.origin}/`) === true;
}

// The origin of the page at the top of a tab whose content script this is; undefined for anything else.
/** @param {chrome.runtime.MessageSender | undefined} sender */
export function pageOrigin(sender) {
  const isTop = sender?.id === chrome.runtime.id && sender.tab && sender.frameId === 0;
  return isTop && /^https?:\/\//.test(sender.origin ?? '') ? sender.origin : undefined;
}
