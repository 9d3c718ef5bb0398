import { record } from "./documentJson";
import type { DocumentDomain } from "./documentDomains";
import type { Json } from "./documentJson";

/**
 * The part of the document that is about one domain: its operations, untouched, and only what they refer to. Everything keeps the
 * order that it has in the whole.
 */
export function domainDocument(document: Json, { name, title, tags }: DocumentDomain): Json {
  const info = record(document["info"]);
  const paths = pathsOf(record(document["paths"]), new Set(tags));
  const webhooks = pathsOf(record(document["webhooks"] ?? {}), new Set(tags));
  const { webhooks: _all, ...rest } = document;
  return {
    ...rest,
    info: {
      ...info,
      title: `${String(info["title"])}: ${title}`,
      description: `${String(info["description"])}\n- **One domain** of the API is here, \`${name}\`; \`/v1/openapi.json\` has all of it.`,
    },
    tags: listOf(document["tags"]).filter((tag) => tags.includes(String(record(tag)["name"]))),
    paths,
    ...(Object.keys(webhooks).length > 0 ? { webhooks } : {}),
    components: componentsOf(record(document["components"]), { ...paths, ...webhooks }),
  };
}

/** The operations that carry one of the tags, by path and method. */
function pathsOf(paths: Json, tags: ReadonlySet<unknown>): Json {
  return filled(paths, (item) =>
    Object.fromEntries(
      Object.entries(record(item)).filter(([, operation]) =>
        listOf(record(operation)["tags"]).some((tag) => tags.has(tag)),
      ),
    ),
  );
}

/** The components that `paths` need, directly or through one another. */
function componentsOf(components: Json, paths: Json): Json {
  const needed = new Set<string>();
  const waiting = [...referencesOf(paths), ...schemesOf(paths)];
  for (let pointer = waiting.pop(); pointer !== undefined; pointer = waiting.pop()) {
    if (needed.has(pointer)) continue;
    needed.add(pointer);
    const [kind = "", name = ""] = pointer.slice(componentsPointer.length).split("/");
    waiting.push(...referencesOf(record(components[kind])[name]));
  }
  return filled(components, (named, kind) =>
    Object.fromEntries(
      Object.entries(record(named)).filter(([name]) => needed.has(`${componentsPointer}${kind}/${name}`)),
    ),
  );
}

const componentsPointer = "#/components/";

/** Every text below `value` that points to a component: a `$ref`, or the target of a discriminator. */
function* referencesOf(value: unknown): Generator<string> {
  if (typeof value === "string") {
    if (value.startsWith(componentsPointer)) yield value;
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) yield* referencesOf(inner);
  }
}

/** The ways to authenticate that operations of `paths` accept, which they name rather than refer to. */
function* schemesOf(paths: Json): Generator<string> {
  for (const operation of Object.values(paths).flatMap((item) => Object.values(record(item)))) {
    for (const way of listOf(record(operation)["security"])) {
      for (const scheme of Object.keys(record(way))) yield `${componentsPointer}securitySchemes/${scheme}`;
    }
  }
}

/** Replaces each value by what `part` keeps of it, and drops the values of which nothing is kept. */
function filled(object: Json, part: (value: unknown, key: string) => Json): Json {
  const parts = Object.entries(object).map(([key, value]) => [key, part(value, key)] as const);
  return Object.fromEntries(parts.filter(([, left]) => Object.keys(left).length > 0));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
