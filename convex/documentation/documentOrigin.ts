/**
 * The server address of the committed document: the one that `npm start` opens, so that code generated from the file
 * works against it unchanged. A deployment replaces it with its own origin when it serves the document.
 */
export const documentOrigin = "http://127.0.0.1:3211";
