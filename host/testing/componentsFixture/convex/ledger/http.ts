import { httpActionGeneric as httpAction, httpRouter, makeFunctionReference } from "convex/server";

const http = httpRouter();

http.route({
  path: "/entries",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const report = await ctx.runQuery(makeFunctionReference<"query">("entries:report"), {});
    return Response.json({ amounts: report.amounts, path: new URL(request.url).pathname });
  }),
});

export default http;
