/** The script that starts Swagger UI; a file, because the policy allows no inline script. */
export const initializer = `"use strict";
// Every bearer field asks for the focus, so the last one would get it and the dialog would open at its end.
const quietFields = {
  wrapComponents: {
    Input: (Input, { React }) => ({ autoFocus, ...props }) => React.createElement(Input, props),
  },
};
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const applyScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyScheme);
applyScheme();
/**
 * The document as this page needs it: its requests go to where the page was opened, which may be another name of the deployment,
 * and what is optional stays empty until somebody fills it in.
 */
const ownDocument = (text) => {
  const read = JSON.parse(text);
  const [server] = read.servers;
  const documentUrl = new URL("/v1/openapi.json", window.location.href);
  read.servers = [{ ...server, url: documentUrl.origin }];
  for (const { flows = {} } of Object.values(read.components.securitySchemes)) {
    for (const flow of Object.values(flows)) flow.tokenUrl = new URL(new URL(flow.tokenUrl).pathname, documentUrl).href;
  }
  const operations = Object.values(read.paths).flatMap((item) => Object.values(item));
  const parameters = [
    ...Object.values(read.components.parameters),
    ...operations.flatMap((operation) => operation.parameters ?? []),
  ];
  for (const parameter of parameters) if (!parameter.required) delete parameter.example;
  return JSON.stringify(read);
};
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "/v1/openapi.json",
    dom_id: "#swagger-ui",
    plugins: [quietFields],
    responseInterceptor: (response) => {
      const isDocument = new URL(response.url, window.location.href).pathname === "/v1/openapi.json";
      // The page's own "Try it out" on the document shows it as it is served.
      if (!isDocument || response.status !== 200 || window.ui?.specSelectors.specJson().size > 0) return response;
      return Object.assign(response, { text: ownDocument(response.text) });
    },
    deepLinking: true,
    displayOperationId: true,
    filter: true,
    tryItOutEnabled: true,
    // Keys of whole organizations must not outlive the page in the browser's storage.
    persistAuthorization: false,
    defaultModelsExpandDepth: 0,
    docExpansion: "none",
    validatorUrl: null,
    oauth2RedirectUrl: new URL("/v1/docs/oauth2-redirect.html", window.location.href).href,
  });
  // The token endpoint looks at the secret only; the id is filled in so that nobody has to invent one.
  window.ui.initOAuth({ clientId: "api-reference" });
});
`;

/**
 * What Swagger UI's own style leaves open: less air above the operations, a dialog without a long scroll and without
 * OAuth's general phrases, header names that can be read in the dark, and small screens.
 */
export const style = `html{color-scheme:light}
html.dark-mode{color-scheme:dark}
body{margin:0}
.swagger-ui .info{margin:28px 0 20px}
.swagger-ui .info li{line-height:1.5}
.swagger-ui .scheme-container{margin:0 0 12px;padding:16px 0}
.swagger-ui .dialog-ux .modal-ux{max-width:720px}
.swagger-ui .auth-container input[type=text],.swagger-ui .auth-container input[type=password]{box-sizing:border-box;max-width:26rem;width:100%}
.swagger-ui .auth-container .scopes{border:1px solid #8884;border-radius:4px;max-height:11rem;overflow-y:auto;padding:8px 12px}
.swagger-ui .auth-container .scopes h2{margin:0 0 4px}
.swagger-ui .body-param__text{min-height:150px}
.swagger-ui .scope-def,.swagger-ui .response-col_links{display:none}
html.dark-mode .swagger-ui .headers td{color:#b3b9c1}
@media (max-width:640px){
.swagger-ui .opblock-tag{flex-wrap:wrap}
.swagger-ui .opblock-tag>a{flex:1}
.swagger-ui .opblock-tag small{flex-basis:100%;order:1;padding:4px 0 0}
.swagger-ui .opblock-tag small p{margin:0}
.swagger-ui .filter .operation-filter-input{max-width:none}
.swagger-ui .opblock .opblock-summary-operation-id{display:none}
}
`;
