import type { BrowserContext, Locator, Page } from "playwright-core";

const answerTimeoutMs = 30_000;

/** What a page asked for and complained about since it was opened. */
export interface PageRecord {
  /** Errors of the console, which include what the content security policy refused, and uncaught exceptions. */
  readonly errors: string[];
  readonly requests: { readonly url: string; readonly authorization: string | undefined }[];
}

/** Drives Swagger UI by its visible text, as a person would. */
export class SwaggerPage {
  private constructor(
    readonly page: Page,
    readonly record: PageRecord,
  ) {}

  /** Opens the reference and waits until a document is shown. */
  static async open(context: BrowserContext, docsUrl: string): Promise<SwaggerPage> {
    const page = await context.newPage();
    page.setDefaultTimeout(answerTimeoutMs);
    const record: PageRecord = { errors: [], requests: [] };
    page.on("console", (message) => {
      if (message.type() === "error") record.errors.push(message.text());
    });
    page.on("pageerror", (error) => record.errors.push(error.message));
    page.on("request", (request) =>
      record.requests.push({ url: request.url(), authorization: request.headers()["authorization"] }),
    );
    await page.goto(docsUrl);
    await page.locator(".opblock-tag-section").first().waitFor();
    return new SwaggerPage(page, record);
  }

  /** Chooses a domain on the page and waits until its document is shown. */
  async openDomain(title: string): Promise<void> {
    await this.page.locator(`#domains a[data-title="${title}"]`).click();
    await this.page.locator(".info h1, .info h2", { hasText: `Portico: ${title}` }).waitFor();
  }

  /** What the page shows of its domains: all of them, the chosen one, and the tags of its document. */
  async domains(): Promise<{ offered: string[]; chosen: string[]; tags: string[] }> {
    return {
      offered: await this.page.locator("#domains b").allInnerTexts(),
      chosen: await this.page.locator("#domains [aria-current=page] b").allInnerTexts(),
      tags: await this.page.locator(".opblock-tag > a").allInnerTexts(),
    };
  }

  /** Fills in a bearer credential under the scheme of this name. */
  async authorizeWithBearer(scheme: string, credential: string): Promise<void> {
    const container = await this.#openScheme(scheme);
    await container.getByRole("textbox").fill(credential);
    await this.#confirm(container);
  }

  /** Fills in an OAuth client's secret, and its id where one is given. */
  async authorizeWithClient(scheme: string, client: { id?: string; secret: string }): Promise<void> {
    const container = await this.#openScheme(scheme);
    if (client.id !== undefined) await container.getByLabel("client_id").fill(client.id);
    await container.getByLabel("client_secret").fill(client.secret);
    await this.#confirm(container);
  }

  /** Opens the dialog of all schemes. */
  async openAuthorizations(): Promise<Locator> {
    await this.page.locator(".btn.authorize").click();
    return this.page.locator(".modal-ux");
  }

  /** Unfolds an operation. */
  async openOperation(tag: string, operationId: string): Promise<Locator> {
    const operation = this.page.locator(`.opblock:has(.opblock-summary-operation-id:text-is("${operationId}"))`);
    if ((await operation.count()) === 0) await this.page.getByRole("link", { name: tag, exact: true }).click();
    await operation.locator(".opblock-summary-control").click();
    return operation;
  }

  /** Presses Execute and returns the response that the page shows. */
  async execute(operation: Locator): Promise<{ status: string; body: string }> {
    const clear = operation.getByRole("button", { name: "Clear", exact: true });
    // Otherwise the previous response would pass for the new one.
    if (await clear.isVisible()) await clear.click();
    await operation.getByRole("button", { name: "Execute", exact: true }).click();
    const live = operation.locator(".live-responses-table");
    return {
      status: await live.locator("tbody .response-col_status").first().innerText(),
      body: await live.locator("tbody .response-col_description pre").first().innerText(),
    };
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  async #openScheme(scheme: string): Promise<Locator> {
    const dialog = await this.openAuthorizations();
    return dialog.locator(".auth-container").filter({ has: this.page.locator("h4", { hasText: scheme }) });
  }

  async #confirm(container: Locator): Promise<void> {
    await container.locator("button.authorize").click();
    await container.locator("button", { hasText: "Logout" }).waitFor();
    await this.page.locator(".modal-ux .close-modal").click();
  }
}
