// A line that stays open, for public/live.js: each message is a sentence about what has changed.

export const pattern = "GET /live";

/** @type {Handler} */
export default (_request, { events }) => events.stream("list");
