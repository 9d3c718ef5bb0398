import { TransportError } from "./transportError";

const maxPathLength = 512;
const moduleSegment = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const exportName = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * Brings a function path of a request to `dir/module:export`: `mod.js:fn` loses its extension, `mod` alone means its
 * default export, surrounding and doubled slashes do not count.
 * @throws {TransportError} 400 for anything that cannot name a function, path traversal included.
 */
export function normalizeFunctionPath(path: string): string {
  if (path.length > maxPathLength) throw invalidPath(path.slice(0, 64) + "…");
  const colon = path.indexOf(":");
  const modulePath = (colon < 0 ? path : path.slice(0, colon)).replace(/\.js$/, "");
  const functionName = colon < 0 ? "default" : path.slice(colon + 1);
  const segments = modulePath.split("/").filter((segment) => segment !== "");
  const isModule = segments.length > 0 && segments.every((segment) => moduleSegment.test(segment));
  if (!isModule || !exportName.test(functionName)) throw invalidPath(path);
  return `${segments.join("/")}:${functionName}`;
}

/**
 * The function that the path of `/api/run/dir/module/function` names, still percent-encoded as in the URL.
 * @throws {TransportError} 400 when module or function are missing or malformed.
 */
export function functionPathOfUrl(encodedPath: string): string {
  const segments = encodedPath.split("/").map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch (cause) {
      throw new TransportError(
        400,
        "MissingIdentifier",
        "The function path is not valid percent-encoding.",
        {},
        { cause },
      );
    }
  });
  if (segments.length < 2 || segments.some((segment) => segment === "" || segment.includes("/"))) {
    throw new TransportError(
      400,
      "MissingIdentifier",
      "Path or function name not provided in path, e.g. /api/run/messages/list",
    );
  }
  return normalizeFunctionPath(`${segments.slice(0, -1).join("/")}:${segments.at(-1) ?? ""}`);
}

function invalidPath(path: string): TransportError {
  return new TransportError(
    400,
    "BadConvexFunctionIdentifier",
    `${JSON.stringify(path)} is not a valid path to a Convex function. It should look like "folder/module:function".`,
  );
}
