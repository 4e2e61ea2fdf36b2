/** What the client calls itself to the server. A test compares it to package.json. */
export const name = "carillon-js";
export const version = "0.1.0";
