/** What `1.0/getFunctionMetadata` answers, as JSON text: like Convex, without the name of a default export. */
export function functionMetadataText(path: string, componentPath: string): string {
  return JSON.stringify({ name: path.replace(/:default$/, ""), componentPath });
}

/** What `1.0/getDeploymentMetadata` answers, as JSON text. `s16` is the class that a self-hosted Convex names. */
export function deploymentMetadataText(deploymentName: string): string {
  return JSON.stringify({ name: deploymentName, region: null, class: "s16" });
}
