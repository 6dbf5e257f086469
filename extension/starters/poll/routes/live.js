// A line that stays open, for public/live.js: each message is a sentence about what has changed.

export const pattern = "GET /live";

export default (request, { events }) => events.stream("poll");
