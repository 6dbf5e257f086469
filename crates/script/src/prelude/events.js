// Events between the requests of one site, and pages that stay live by them (server-sent events, HTML
// Standard). What is published by a handler leaves when its transaction is committed.

import { ask } from "peerserver:ask";
import { host } from "peerserver:host";
import { Response } from "peerserver:response";

/** @typedef {{ event?: unknown, id?: unknown, retry?: unknown }} MessageOptions */

class Message {
  /**
   * @param {unknown} data
   * @param {MessageOptions} [options]
   */
  constructor(data, { event, id, retry } = {}) {
    this.text = [
      field("event", event),
      field("id", id),
      field("retry", retry === undefined ? undefined : Math.trunc(Number(retry)) || 0),
      ...textOf(data).split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`),
      "\n",
    ].join("");
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function field(name, value) {
  if (value === undefined) return "";
  const text = String(value);
  if (/[\r\n\0]/.test(text)) throw new TypeError(`the ${name} of an event is one line`);
  return `${name}: ${text}\n`;
}

/** @param {unknown} data */
function textOf(data) {
  if (typeof data === "string") return data.toWellFormed();
  const text = JSON.stringify(data);
  if (text === undefined) throw new TypeError("an event's data is text or what can be written as JSON");
  return text;
}

/**
 * @param {unknown[]} topics
 * @returns {AsyncGenerator<{ topic: string, data: unknown }, void>}
 */
async function* messages(topics) {
  const id = host.subscribe(topics.map((topic) => String(topic).toWellFormed()));
  try {
    for (;;) {
      const [topic, text] = await ask((ticket) => host.nextMessage(ticket, id));
      yield { topic, data: JSON.parse(text) };
    }
  } finally {
    host.unsubscribe(id);
  }
}

/** @param {AnyIterable} items */
async function* formatted(items) {
  yield ": welcome\n\n"; // So that the visitor's browser knows at once that the stream is there.
  for await (const item of items) yield item instanceof Message ? item.text : new Message(item).text;
}

/** @param {unknown[]} topics */
async function* dataOf(topics) {
  for await (const { data } of messages(topics)) yield data;
}

export const events = {
  /**
   * Tells all who are subscribed to a topic.
   * @param {unknown} topic
   * @param {unknown} data
   */
  publish(topic, data) {
    host.publish(String(topic).toWellFormed(), JSON.stringify(data) ?? "null");
  },

  /**
   * The messages of topics, from now on: `for await (const { topic, data } of events.subscribe("a", "b"))`.
   * @param {unknown[]} topics
   */
  subscribe: (...topics) => messages(topics),

  /**
   * One server-sent event with a name, an id or a time to reconnect.
   * @param {unknown} data
   * @param {MessageOptions} [options]
   */
  message: (data, options) => new Message(data, options),

  /**
   * An answer that is a stream of server-sent events: of topics, by their names, or of what an (async)
   * iterator gives. Text is sent as it is, other values as JSON.
   * @param {string | AnyIterable} source
   * @param {unknown[]} more
   */
  stream(source, ...more) {
    const topics = typeof source === "string";
    return new Response(formatted(topics ? dataOf([source, ...more]) : source), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  },
};
