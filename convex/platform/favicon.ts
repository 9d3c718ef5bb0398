import type { HttpDocument } from "../core/wire/httpDocument";

/** A portico, 32 by 32 pixels: a PNG in the form of `/favicon.ico`, which browsers ask for by themselves. */
const ico =
  "AAABAAEAICAAAAEAIACUAAAAFgAAAIlQTkcNChoKAAAADUlIRFIAAAAgAAAAIAgGAAAAc3p69AAAAFtJREFUeNpjYBgFo4BMwB1+4T8yHjCL6eYQQhbTzCGkWkw1h1BqMdkOobbFRDuE1hYPWK4Z0HgftNEwtIpZYuVIFR91wKgDRh0w6oDB7YBhXRPiDI1RB4yCgQIA/5wmnia3YdEAAAAASUVORK5CYII=";

/** `/favicon.ico` */
export const favicon: HttpDocument = {
  status: 200,
  headers: { "content-type": "image/x-icon", "cache-control": "public, max-age=86400" },
  body: ico,
  isBase64: true,
};
