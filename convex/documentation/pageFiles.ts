/** The script that starts Swagger UI; a file, because the policy allows no inline script. */
export const initializer = `"use strict";
// Every bearer field asks for the focus, so the last one would get it and the dialog would open at its end.
const quietFields = {
  wrapComponents: {
    Input: (Input, { React }) => ({ autoFocus, ...props }) => React.createElement(Input, props),
  },
};
/** Who wants to see code once wants to see it with the next operation. */
let areSamplesOpen = false;
/** The codes that an operation may be refused with under a status, its own first. */
const codesOf = ({ specSelectors, path, method, code }) => {
  const spec = specSelectors.specJson();
  const operation = spec.getIn(["paths", path, method]);
  const sets = operation?.get("x-portico-problem-sets")?.toJS() ?? [];
  const places = [
    ["paths", path, method, "x-portico-problems", code],
    ...sets.map((set) => ["x-portico-problem-sets", set, code]),
  ];
  return [...new Set(places.flatMap((place) => spec.getIn(place)?.toJS() ?? []))];
};
/** What an operation has beside its form opens when somebody asks for it: unfolded, some are ten screens tall. */
const shortOperations = {
  wrapComponents: {
    /** A refusal is a line with its codes; what each means and looks like is the same everywhere. */
    response: (Response, { React }) => (props) => {
      const { code, className = "", response } = props;
      const [isOpen, setIsOpen] = React.useState(false);
      if (/^2/.test(code)) return React.createElement(Response, props);
      const toggle = React.createElement(
        "button",
        { type: "button", "aria-expanded": isOpen, onClick: () => setIsOpen(!isOpen) },
        codesOf(props).join(", ") || response.get("description"),
      );
      const line = React.createElement(
        "tr",
        { className: "response folded " + className },
        React.createElement("td", { className: "response-col_status" }, code),
        React.createElement("td", { className: "response-col_description" }, toggle),
      );
      const rest = isOpen && React.createElement(Response, { ...props, className: className + " unfolded" });
      return React.createElement(React.Fragment, null, line, rest);
    },
    headers: (Headers, { React }) => (props) =>
      React.createElement(
        "details",
        { className: "folded" },
        React.createElement("summary", null, props.headers.size + " headers"),
        React.createElement(Headers, props),
      ),
    /** Before the parameters: the operation as programs call it. */
    parameters: (Parameters, { React, getComponent }) => (props) => {
      const [isOpen, setIsOpen] = React.useState(areSamplesOpen);
      const samples = props.operation.get("x-codeSamples")?.toJS() ?? [];
      const languages = { Shell: "bash", TypeScript: "javascript" };
      const HighlightCode = getComponent("HighlightCode", true);
      const shown = samples.map(({ lang, label, source }) => [
        React.createElement("h5", { key: label }, label),
        React.createElement(HighlightCode, { key: lang, language: languages[lang], canCopy: true }, source),
      ]);
      const block = React.createElement(
        "details",
        {
          className: "code-samples",
          open: isOpen,
          onToggle: ({ currentTarget }) => setIsOpen((areSamplesOpen = currentTarget.open)),
        },
        React.createElement("summary", null, "Code: " + samples.map(({ label }) => label).join(", ")),
        isOpen ? shown : null,
      );
      return React.createElement(React.Fragment, null, samples.length > 0 && block, React.createElement(Parameters, props));
    },
  },
};
// Where people sign in locally, in development only: no part of the document, which is the same everywhere.
const signIn = document.querySelector("#swagger-ui").dataset.signIn;
const offerSignIn = (components, operations) => {
  const localSignIn = {
    type: "oauth2",
    description: "For development: leave client_secret empty, and sign in as a demo user or as anybody. The token is one of \`userToken\`.",
    flows: { authorizationCode: { authorizationUrl: signIn + "/authorize", tokenUrl: signIn + "/token", scopes: {} } },
  };
  // The first in the dialog, since it takes nothing that somebody has to find first.
  components.securitySchemes = { localSignIn, ...components.securitySchemes };
  for (const { security = [] } of operations) if (security.some((way) => way.userToken)) security.unshift({ localSignIn: [] });
};
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const applyScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyScheme);
applyScheme();
/** What a proxy puts before every path. */
const basePath = new URL(window.location.href).pathname.replace(/\\/v1\\/docs\\/?$/, "");
/**
 * The document as this page needs it: its requests go to where the page was opened, which may be another name of the deployment,
 * code calls it there too, what is optional stays empty until somebody fills it in, and what every domain says alike is folded away.
 */
const ownDocument = (text) => {
  const read = JSON.parse(text);
  const [server] = read.servers;
  const url = new URL(window.location.href).origin + basePath;
  read.servers = [{ ...server, url }];
  const { securitySchemes = {}, parameters: shared = {} } = read.components;
  for (const { flows = {} } of Object.values(securitySchemes)) {
    for (const flow of Object.values(flows)) {
      flow.tokenUrl = new URL(new URL(flow.tokenUrl).pathname, window.location.href).href;
    }
  }
  const operations = Object.values(read.paths).flatMap((item) => Object.values(item));
  if (signIn !== undefined) offerSignIn(read.components, operations);
  const samples = operations.flatMap((operation) => operation["x-codeSamples"] ?? []);
  for (const sample of samples) sample.source = sample.source.replaceAll(server.url, url);
  const parameters = [...Object.values(shared), ...operations.flatMap((operation) => operation.parameters ?? [])];
  for (const parameter of parameters) if (!parameter.required) delete parameter.example;
  const { description } = read.info;
  read.info.description = "<details>\\n<summary>What all operations have in common</summary>\\n\\n" + description + "\\n\\n</details>";
  return read;
};
// Swagger UI would read the text as YAML, which takes many times as long.
const ownReader = {
  statePlugins: {
    spec: {
      wrapActions: {
        parseToJson: (_original, { specActions }) => (text) => specActions.updateJsonSpec(ownDocument(text)),
      },
    },
  },
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** Two schemas of an \`allOf\` as one, as Swagger UI shows them. */
const merged = (one, other) => {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  if (!isObject(one) || !isObject(other)) return other;
  const entries = Object.entries(other).map(([key, value]) => [key, key in one ? merged(one[key], value) : value]);
  return { ...one, ...Object.fromEntries(entries) };
};
const valueAt = (root, path) => path.reduce((parent, key) => parent?.[key], root);
/**
 * Swagger UI resolves the references of an operation that opens by walking through the whole document, many times. Ours all
 * point to components, so that a walk through the operation alone does the same.
 */
const resolvedReferences = (root, value, within = []) => {
  if (Array.isArray(value)) return value.map((item) => resolvedReferences(root, item, within));
  if (!isObject(value)) return value;
  const { $ref: pointer, ...own } = value;
  // What contains itself stays a reference inside itself.
  if (within.includes(pointer)) return value;
  const entries = Object.entries(own).map(([key, item]) => [key, resolvedReferences(root, item, within)]);
  const { allOf = [], ...rest } = Object.fromEntries(entries);
  const target = pointer && resolvedReferences(root, valueAt(root, pointer.split("/").slice(1)), [...within, pointer]);
  return { ...target, ...[...allOf, rest].reduce(merged) };
};
const ownResolver = {
  fn: {
    resolveSubtree: async (root, path) => ({
      spec: resolvedReferences(root, valueAt(root, path)),
      errors: [],
    }),
  },
};

const links = Array.from(document.querySelectorAll("#domains a"));
/** The domain of the operation that the address points to, else the one that it names, else the first. */
const linkOf = ({ hash, searchParams }) => {
  const tag = hash.split("/")[1] ?? "";
  return (
    links.find((link) => link.dataset.tags.split(" ").includes(tag)) ??
    links.find((link) => link.dataset.domain === searchParams.get("domain")) ??
    links[0]
  );
};
const started = new Promise((resolve) => {
  window.addEventListener("load", () => {
    window.ui = SwaggerUIBundle({
      dom_id: "#swagger-ui",
      plugins: [quietFields, shortOperations, ownReader, ownResolver],
      deepLinking: true,
      displayOperationId: true,
      filter: true,
      tryItOutEnabled: true,
      // Keys of whole organizations must not outlive the page in the browser's storage. Domains change without leaving the page.
      persistAuthorization: false,
      defaultModelsExpandDepth: 0,
      docExpansion: "none",
      validatorUrl: null,
      oauth2RedirectUrl: new URL(basePath + "/v1/docs/oauth2-redirect.html", window.location.href).href,
    });
    // The token endpoint looks at the secret only; the id is filled in so that nobody has to invent one.
    window.ui.initOAuth({ clientId: "api-reference", usePkceWithAuthorizationCodeGrant: true });
    resolve(window.ui);
  });
});
let shown;
const show = async (link) => {
  shown = link;
  for (const other of links) other.setAttribute("aria-current", other === link ? "page" : "false");
  document.title = link.dataset.title + " · Portico API reference";
  // Asked for before Swagger UI has arrived.
  const asked = fetch(link.dataset.document).then(
    async (response) => (response.ok ? response.text() : Promise.reject(new Error("HTTP " + response.status))),
  );
  asked.catch(() => undefined);
  const { specActions, layoutActions, errActions } = await started;
  errActions.clear({ source: "fetch" });
  specActions.updateUrl(link.dataset.document);
  specActions.updateLoadingStatus("loading");
  try {
    const text = await asked;
    if (shown !== link) return;
    layoutActions.updateFilter(true);
    specActions.updateSpec(text);
    specActions.updateLoadingStatus("success");
  } catch (error) {
    if (shown !== link) return;
    shown = undefined;
    specActions.updateLoadingStatus("failed");
    errActions.newThrownErr(Object.assign(error, { source: "fetch" }));
  }
};
const showWanted = () => {
  const link = linkOf(new URL(window.location.href));
  if (link !== shown) void show(link);
};
for (const link of links) {
  link.addEventListener("click", (event) => {
    // Another tab is another page, which the browser opens.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState(null, "", link.href);
    showWanted();
  });
}
window.addEventListener("popstate", showWanted);
showWanted();
`;

/**
 * What Swagger UI's own style leaves open: less air above the operations, a dialog without a long scroll and without
 * OAuth's general phrases, header names that can be read in the dark, and small screens.
 */
export const style = `html{color-scheme:light}
html.dark-mode{color-scheme:dark}
body{margin:0}
#domains{box-sizing:border-box;display:grid;font-family:sans-serif;gap:8px;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));margin:0 auto;max-width:1460px;padding:16px 20px 0}
#domains a{border:1px solid #8884;border-radius:6px;color:#3b4151;padding:8px 12px;text-decoration:none}
#domains a:hover{border-color:#8888}
#domains a:focus-visible{outline:2px solid #4990e2}
#domains a[aria-current=page]{background:#4990e21a;border-color:#4990e2}
#domains b,#domains span{display:block}
#domains b{font-size:14px}
#domains span{font-size:12px;line-height:1.4;margin-top:2px;opacity:.8}
html.dark-mode #domains a{color:#e4e6e6}
#swagger-ui:empty::before{content:"Loading the reference\\2026";display:block;font-family:sans-serif;padding:60px 20px;text-align:center}
@media (scripting:none){#swagger-ui{display:none}}
.swagger-ui .info{margin:28px 0 20px}
.swagger-ui .info summary{cursor:pointer}
.swagger-ui .info li{line-height:1.5}
.swagger-ui .scheme-container{margin:0 0 12px;padding:16px 0}
.swagger-ui .dialog-ux .modal-ux{max-width:720px}
.swagger-ui .auth-container input[type=text],.swagger-ui .auth-container input[type=password]{box-sizing:border-box;max-width:26rem;width:100%}
.swagger-ui .auth-container .scopes{border:1px solid #8884;border-radius:4px;max-height:11rem;overflow-y:auto;padding:8px 12px}
.swagger-ui .auth-container .scopes h2{margin:0 0 4px}
.swagger-ui .body-param__text{min-height:150px}
.swagger-ui .code-samples{padding:12px 20px}
.swagger-ui .code-samples h5{font-size:12px;margin:12px 0 4px}
.swagger-ui .code-samples summary,.swagger-ui details.folded summary,.swagger-ui tr.folded button{cursor:pointer;font-size:13px}
.swagger-ui tr.folded button{background:none;border:0;color:inherit;font-family:inherit;padding:0;text-align:left}
.swagger-ui tr.folded button::before{content:"\\25b8";display:inline-block;width:1.2em}
.swagger-ui tr.folded button[aria-expanded=true]::before{content:"\\25be"}
.swagger-ui tr.unfolded .response-col_status{visibility:hidden}
.swagger-ui .scope-def,.swagger-ui .response-col_links{display:none}
html.dark-mode .swagger-ui .headers td{color:#b3b9c1}
@media (max-width:640px){
#domains{display:flex;flex-wrap:wrap;padding:12px 12px 0}
#domains span{display:none}
.swagger-ui .opblock-tag{flex-wrap:wrap}
.swagger-ui .opblock-tag>a{flex:1}
.swagger-ui .opblock-tag small{flex-basis:100%;order:1;padding:4px 0 0}
.swagger-ui .opblock-tag small p{margin:0}
.swagger-ui .filter .operation-filter-input{max-width:none}
.swagger-ui .opblock .opblock-summary-operation-id{display:none}
}
`;
