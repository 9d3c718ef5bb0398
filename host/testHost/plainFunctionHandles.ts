import { addressText, parseAddress } from "../runtime/functions/address";
import { FunctionHandles } from "../runtime/functions/handles";

const handleScheme = "function://";

/** Handles as convex-test writes them, `function://component;module:export`, which suites spell out in their fixtures. */
export class PlainFunctionHandles extends FunctionHandles {
  constructor() {
    super("");
  }

  override handleOf(address: string): string {
    const { componentPath, functionPath } = parseAddress(address);
    return `${handleScheme}${componentPath};${functionPath}`;
  }

  override addressOf(handle: string): string {
    return addressText(parseAddress(handle.slice(handleScheme.length)));
  }
}
