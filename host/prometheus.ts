// Prometheus text exposition format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/

type Labels = Readonly<Record<string, string>>;

/** One metric family with its help line and samples. */
export interface Metric {
  lines(): readonly string[];
}

/** A value that is looked up when it is asked for. */
export class Reading implements Metric {
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly read: () => readonly (readonly [labels: Labels, value: number])[],
    private readonly type: "gauge" | "counter" = "gauge",
  ) {}

  lines(): readonly string[] {
    return [
      ...header(this.name, this.help, this.type),
      ...this.read().map(([labels, value]) => sample(this.name, labels, value)),
    ];
  }
}

/** A number that only grows, by label values. */
export class Counter implements Metric {
  readonly #samples = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  add(labels: Labels, amount = 1): void {
    const key = Object.values(labels).join("\0");
    const known = this.#samples.get(key);
    if (known === undefined) this.#samples.set(key, { labels, value: amount });
    else known.value += amount;
  }

  lines(): readonly string[] {
    const samples = [...this.#samples.values()].map(({ labels, value }) => sample(this.name, labels, value));
    return [...header(this.name, this.help, "counter"), ...samples];
  }
}

/** A distribution in cumulative buckets, by the value of one label. */
export class Histogram implements Metric {
  readonly #series = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  /** @param bounds inclusive upper bounds, ascending; an infinite one follows implicitly */
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
    private readonly label?: string,
  ) {}

  observe(value: number, labelValue = ""): void {
    let series = this.#series.get(labelValue);
    if (series === undefined) {
      series = { counts: Array(this.bounds.length).fill(0), sum: 0, count: 0 };
      this.#series.set(labelValue, series);
    }
    series.sum += value;
    series.count++;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket !== -1) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
  }

  lines(): readonly string[] {
    const lines = [...header(this.name, this.help, "histogram")];
    for (const [labelValue, { counts, sum, count }] of this.#series) {
      const labels: Labels = this.label === undefined ? {} : { [this.label]: labelValue };
      let cumulative = 0;
      for (const [at, bound] of this.bounds.entries()) {
        cumulative += counts[at] ?? 0;
        lines.push(sample(`${this.name}_bucket`, { ...labels, le: String(bound) }, cumulative));
      }
      lines.push(sample(`${this.name}_bucket`, { ...labels, le: "+Inf" }, count));
      lines.push(sample(`${this.name}_sum`, labels, sum), sample(`${this.name}_count`, labels, count));
    }
    return lines;
  }
}

/** The text that a scrape answers. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => `${metric.lines().join("\n")}\n`).join("");
}

function header(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
