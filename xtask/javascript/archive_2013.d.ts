// The libraries of sites of 2013, as far as their runtime uses them. Routes of 2013 use more, which nothing checks.

declare module "*/taffy.js" {
  /** Makes a database. A call of it asks for all rows, which have what TaffyDB keeps in them. */
  export function TAFFY(rows: object[]): () => { get(): { ___id: string; ___s: boolean; [column: string]: unknown }[] };
}

declare module "*/underscore.js" {
  const underscore: object;
  export default underscore;
}
