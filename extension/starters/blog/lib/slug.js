// A post's address is made of its title: "Über uns!" is at /posts/uber-uns. It is the post's id too, and it stays when
// the title changes, so links go on working.

const LONGEST = 48; // Characters.

/** @param {string} title */
const slugOf = (title) =>
  title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "") // Accents.
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "") || "post";

/**
 * An id for a title that no post has: with a number, if need be.
 *
 * @param {Collection} posts
 * @param {string} title
 */
export async function freeSlug(posts, title) {
  const slug = slugOf(title);
  let free = slug;
  for (let number = 2; await posts.get(free); number++) free = `${slug}-${number}`;
  return free;
}
