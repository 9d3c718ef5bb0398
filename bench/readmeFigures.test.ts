import { describe, expect, it } from "vitest";
import { withFigures } from "./readmeFigures";
import type { Results, SavedSection } from "./results";

const readme = "# Title\n\n<!-- figures -->\nold\n<!-- /figures -->\n\nEnd\n";

function saved(rows: SavedSection["rows"]): SavedSection {
  const taken = { measuredAt: "2026-03-04T05:06:07.000Z", nodeVersion: "v20.1.0", platform: "linux x64", cores: 2 };
  return { ...taken, loadAverage: 0.1, title: "A section", rows };
}

const results: Results = {
  "start-up@20": saved([
    { process: "host", file: "100000 rows", "median s": 0.5 },
    { process: "product", file: "100000 rows", "median s": 1.25 },
  ]),
  "host@20": saved(
    ["insert", "get", "page"].map((request) => ({
      request,
      connections: 64,
      "req/s": 12_345,
      "CPU µs": 98.7,
      "rate ratio": 0.61,
      "CPU ratio": 0.52,
    })),
  ),
};

describe("README's figures", () => {
  it("quotes what was saved and leaves out what was not", () => {
    const text = withFigures(readme, results);
    expect(text).toMatch(/\| Start of the product until it answers, 100,000 rows \| 1\.25 s +\| ≤ 2 s \|/);
    expect(text).toContain("12,345/s, 98.7 µs; 0.61 × rate, 0.52 × CPU");
    expect(text).toContain("Node v20.1.0, 2 cores");
    expect(text).not.toContain("REST");
    expect(text).not.toContain("old");
    expect(text).toMatch(/^# Title\n\n<!-- figures -->\n[^]*<!-- \/figures -->\n\nEnd\n$/);
  });

  it("has a column for each version of Node", () => {
    const start = { process: "product", file: "100000 rows", "median s": 0.75 };
    const newer = { ...saved([{ ...start, process: "host" }, start]), nodeVersion: "v24.1.0" };
    const text = withFigures(readme, { ...results, "start-up@24": newer });
    expect(text).toMatch(/\| what +\| Node 20 +\| Node 24 +\| bar +\|/);
    expect(text).toMatch(/\| Start of the product until it answers, 100,000 rows \| 1\.25 s +\| 0\.75 s +\|/);
    expect(text).toContain("Node v20.1.0, 2 cores, Node v24.1.0, 2 cores");
  });

  it("comes out the same when it is written again", () => {
    const once = withFigures(readme, results);
    expect(withFigures(once, results)).toBe(once);
  });

  it("is empty when nothing was saved", () => {
    expect(withFigures(readme, {})).toBe("# Title\n\n<!-- figures -->\n\n<!-- /figures -->\n\nEnd\n");
  });

  it("refuses a section that lacks a quoted figure, and a text without marks", () => {
    expect(() => withFigures(readme, { "start-up@20": saved([]) })).toThrow('no "median s"');
    expect(() => withFigures("# Title\n", results)).toThrow("has no <!-- figures -->");
  });
});
