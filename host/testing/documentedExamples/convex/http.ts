import { httpActionGeneric as httpAction, httpRouter } from "convex/server";
import { api } from "./references";

const http = httpRouter();

http.route({
  path: "/postMessage",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    await ctx.runMutation(api.messages.send, { body: await request.text(), author: "HTTP" });
    const identity = await ctx.auth.getUserIdentity();
    return new Response(identity?.subject ?? "anonymous", { status: 201, headers: { "x-path": request.url } });
  }),
});

export default http;
