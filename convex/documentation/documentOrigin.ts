/**
 * Where the document in the repository says that it is served: the address that `npm start` opens, so that what is generated from
 * the file works against it as it is. A deployment that serves the document puts its own origin in this one's place.
 */
export const documentOrigin = "http://127.0.0.1:3211";
