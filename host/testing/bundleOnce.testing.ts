import { cachedBundles } from "../bundle/cachedBundles";
import { installationCache } from "../bundle/buildCache";

/** As `bundleFunctions`, with one build of a folder for all processes and runs while it stays as it is. For folders that no test edits. */
export const bundleOnce = cachedBundles(installationCache);
