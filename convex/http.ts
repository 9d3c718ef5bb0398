import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { answer } from "./gateway/app";

const http = httpRouter();
const handler = httpAction(answer);

for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const) {
  http.route({ pathPrefix: "/", method, handler });
}

export default http;
