// The first page: for everybody.

import { page } from "../lib/page.js";

export const pattern = "GET /";

/** @type {Handler} */
export default (_request, context) => page(context, "home");
