// Makes a large photo smaller before it is sent: cameras take more than a page can show, and it all has to travel to
// the host's browser. Without this script the photo is sent as it is, and refused if it is too large.

const input = /** @type {HTMLInputElement} */ (document.querySelector("input[type=file]"));
const LONGEST_SIDE = 1600; // Pixels.
const SMALL_ENOUGH = 500_000; // Bytes.
const QUALITY = 0.85;

/**
 * @param {File} photo
 * @returns {Promise<Blob | null>}
 */
async function shrunk(photo) {
  const picture = await createImageBitmap(photo);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

input.addEventListener("change", async () => {
  const photo = input.files?.[0];
  if (!photo || photo.size <= SMALL_ENOUGH || photo.type === "image/gif") return; // A GIF may move.
  try {
    const small = await shrunk(photo);
    if (!small || small.size >= photo.size || input.files?.[0] !== photo) return;
    const files = new DataTransfer();
    files.items.add(new File([small], "photo.jpg", { type: small.type }));
    input.files = files.files;
  } catch {
    // What this browser cannot read is sent as it is; the host says what it thinks of it.
  }
});
