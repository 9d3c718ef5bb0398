import { httpActionGeneric as httpAction, httpRouter } from "convex/server";

const http = httpRouter();

http.route({
  path: "/ledger/own",
  method: "GET",
  handler: httpAction(async () => new Response("the app's exact route")),
});
http.route({
  pathPrefix: "/",
  method: "GET",
  handler: httpAction(async () => new Response("the app's prefix route")),
});

export default http;
