/** The version of this front end; a test holds it to package.json. */
export const VERSION = '0.1.0';

/** The version of the HTTP API that it speaks. */
export const API = 1;
