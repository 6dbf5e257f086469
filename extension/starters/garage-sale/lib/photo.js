// Photos: only ones that are pictures by their bytes are kept, whatever their name or sender says, and under a name
// of ours. A path is never made of what a visitor wrote.

export const PHOTO_MIB = 4;

const KINDS = [
  { ending: "jpg", begins: "ff d8 ff" },
  { ending: "png", begins: "89 50 4e 47 0d 0a 1a 0a" },
  { ending: "gif", begins: "47 49 46 38" },
  { ending: "webp", begins: "52 49 46 46 .. .. .. .. 57 45 42 50" },
];
const LONGEST = 12; // Bytes of the longest beginning.

/**
 * The ending that belongs to a picture's bytes, or null.
 *
 * @param {File} photo
 */
async function endingOf(photo) {
  const bytes = await photo.slice(0, LONGEST).bytes();
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return KINDS.find(({ begins }) => new RegExp(`^${begins}`).test(hex))?.ending ?? null;
}

/**
 * What is wrong with a photo and its status, or the path that it may have: `{ problem, status }`, `{ path }`.
 *
 * @param {File} photo
 */
export async function check(photo) {
  if (photo.size > PHOTO_MIB * 1024 * 1024) {
    return { problem: `The photo is too large: at most ${PHOTO_MIB} MiB.`, status: 413 };
  }
  const ending = await endingOf(photo);
  if (!ending) return { problem: "This is not a photo: JPEG, PNG, GIF and WebP are.", status: 415 };
  return { path: `photos/${crypto.randomUUID()}.${ending}` };
}
