/** An amount in minor units as people write it: `USD 1,234.50`. Exact, whatever its size. */
export function amountText(minorUnits: number, currency: string): string {
  return `${minorUnits < 0 ? "−" : ""}${currency.toUpperCase()} ${decimalText(BigInt(Math.abs(minorUnits)), decimalsOf(currency))}`;
}

/** A price of a unit in minor units, with as many decimals as it has beyond those of the currency. */
export function priceText(unitCost: number, currency: string): string {
  const [whole = "0", fraction = ""] = String(unitCost).split(".");
  const decimals = decimalsOf(currency) + fraction.length;
  return `${currency.toUpperCase()} ${decimalText(BigInt(whole + fraction), decimals)}`;
}

/** How many decimals an amount of a currency is written with; its minor unit is the last of them. */
function decimalsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

function decimalText(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
}
