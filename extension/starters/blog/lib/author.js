// Who writes here. To become the author:
//
// 1. Write a long random word between the quotes, and publish the site.
// 2. Open /login, give the word and choose a password.
// 3. Take the word out again.
//
// Only who can change this file can do that, so no visitor becomes the author. While there is no word, nobody does.

/** @type {string} */
export const setupWord = "";

/** The author's account. */
export const AUTHOR = "author";
