// The first page: for everybody.

import { page } from "../lib/page.js";

export const pattern = "GET /";

export default (request, context) => page(context, "home");
