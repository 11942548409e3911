import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterFile, describeWith, hasProgram, patienceMs, testKeyEnv } from '@reprise/test-kit';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

/** Debian's name of the program, and that of others. */
export const chromiumName = ['chromium', 'chromium-browser', 'google-chrome'].find(hasProgram) ?? 'chromium';

/** Nothing of the browser's own goes out to the network. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser, closed after the test file. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, chromiumName))
    .find((file) => existsSync(file));
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: quiet });
  afterFile(() => browser.close());
  return browser;
}

/** A suite that needs a browser. */
export function describeInBrowser(title: string, suite: () => void): void {
  describeWith('chromium', title, suite, hasProgram(chromiumName));
}

/** Somebody before a browser, whose cookies are nobody else's. */
export interface Visitor {
  readonly page: Page;
  /** Whatever the browser complains about: scripts, and what the content policy refused. Tests want none. */
  readonly complaints: readonly string[];
  /** Goes to a page of the console. */
  visit(path: string): Promise<void>;
  /** Logs in on the page that is there. */
  logIn(key?: string): Promise<void>;
  heading(name: string | RegExp): Locator;
  seen(text: string | RegExp): Promise<void>;
  /** What the first screen shows of a read model. */
  card(projection?: string): Locator;
}

/**
 * Opens a page for somebody.
 * @param origin where the console is; asked for each time, as it may be started again elsewhere
 */
export async function visitor(
  browser: Browser,
  origin: () => string,
  basePath = '/console',
): Promise<Visitor> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    timezoneId: 'Europe/Vienna',
  });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.setDefaultTimeout(patienceMs);
  return {
    ...{ page, complaints },
    visit: async (path) => void (await page.goto(`${origin()}${basePath}/${path}`)),
    logIn: (key) => logIn(page, key),
    heading: (name) => page.getByRole('heading', { level: 1, name }),
    seen: (text) => page.getByText(text).first().waitFor(),
    card: (projection = 'product_search') => page.getByRole('article', { name: projection }),
  };
}

async function logIn(page: Page, key = testKeyEnv.REPRISE_API_KEY): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Log in' }).click();
}

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const looks = [
  { width: 320, colorScheme: 'light' },
  { width: 320, colorScheme: 'dark' },
  { width: 1920, colorScheme: 'light' },
  { width: 1920, colorScheme: 'dark' },
] as const;

/**
 * What axe finds on a page at two widths and in both themes, and pages wider than their screen.
 *
 * @param inAll in each theme at each width; else in light at the one and in dark at the other, which takes half as long
 * @returns one line each, with the place
 */
export async function findings(page: Page, inAll = false): Promise<string[]> {
  const found: string[] = [];
  for (const { width, colorScheme } of inAll ? looks : [looks[0], looks[3]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const look = `${width} px, ${colorScheme}`;
    // Not by a script element, which the content policy refuses.
    await page.evaluate(axe);
    const violations = await page.evaluate<
      { id: string; help: string; nodes: { target: unknown; failureSummary: string }[] }[]
    >('axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)');
    for (const { id, help, nodes } of violations)
      found.push(
        `${look}: ${id}: ${help}: ${JSON.stringify(nodes.slice(0, 3).map(({ target, failureSummary }) => [target, failureSummary]))}`,
      );
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    if (over > 0) found.push(`${look}: the page is ${over} px wider than the screen`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

/** Keeps a picture of a page where `CONSOLE_SCREENSHOTS` names a folder. */
export async function keepScreenshot(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env['CONSOLE_SCREENSHOTS'];
  if (!folder) return;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage, animations: 'disabled' });
}
