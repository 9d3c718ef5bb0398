import * as z from "zod";

/** What the check reads of npm's lock file, version 3. */
const lockFile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/** What the check reads of `package.json`: the packages whose install scripts somebody has looked at. */
const manifest = z.object({ allowScripts: z.record(z.string(), z.boolean()).default({}) });

/** Packages that may run code during installation: esbuild fetches its binary where its optional packages are missing. */
const mayRunAtInstall: ReadonlySet<string> = new Set(["esbuild"]);

/**
 * Finds what a lock file leaves open: packages without a content hash, packages that name their source (the hash
 * suffices, whichever registry serves it), packages that run their own code when the product is installed (`npm ci
 * --omit=dev`), and install scripts that `allowScripts` of `package.json` neither allows nor denies, of which npm warns whoever installs.
 *
 * @returns One line for each fault, beginning with the package's place.
 * @throws {Error} When the text is no lock file of version 3.
 */
export function lockFileFaults(text: string, manifestText: string): string[] {
  const { allowScripts } = manifest.parse(JSON.parse(manifestText));
  const { packages } = lockFile.parse(JSON.parse(text));
  return Object.entries(packages).flatMap(([place, entry]) => {
    // The root, workspaces and the links to them are the repository itself.
    const isInstalled = place.includes("node_modules/") && entry.link !== true;
    if (!isInstalled) return [];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const faults: string[] = [];
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? "")) faults.push("has no SHA-512 integrity");
    if (entry.resolved !== undefined) faults.push("names where it comes from");
    if (entry.hasInstallScript === true && entry.dev !== true && !mayRunAtInstall.has(name))
      faults.push("runs code when the product is installed");
    if (entry.hasInstallScript === true && allowScripts[name] === undefined)
      faults.push("has an install script that allowScripts of package.json says nothing of");
    return faults.map((fault) => `${place} ${entry.version ?? ""} ${fault}`);
  });
}
