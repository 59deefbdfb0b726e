// Headless Chromium that opens one page of a server of ours and waits for what the page reports.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { within } from './deadline.mjs';
import { packageOf } from './official.mjs';

const PLACES = (process.env.PARLEY_CHROMIUM ? [process.env.PARLEY_CHROMIUM] : [])
  .concat(['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']);
export const chromium = PLACES.find((place) => existsSync(place));

const PAGE = new URL('./browser_page.html', import.meta.url);
const BUNDLES = { 'twilio-chat': 'twilio-chat.min.js' };

/** The file for <script> of a version's package. */
function bundleOf(version) {
  const name = packageOf(version);
  const entry = createRequire(import.meta.url).resolve(name);
  return path.join(path.dirname(entry), BUNDLES[name] ?? 'twilio-conversations.min.js');
}

/**
 * Serves the page and the client of `version` on a port, and so an origin, of its own; `cut` is the page's wish.
 * `html` and `bundle`: other files than the suite's page and the version's bundle.
 */
export class Page {
  static async serve(t, { version, html = PAGE, bundle = bundleOf(version), cut = () => {} }) {
    const page = new Page();
    page.seen = [];
    page.reported = new Promise((resolve) => (page.report = resolve));
    page.server = createServer((request, reply) => page.answer(request, reply, { html, bundle, cut }));
    await new Promise((resolve) => page.server.listen(0, '127.0.0.1', resolve));
    t.after(() => page.server.close());
    return page;
  }
  get origin() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  answer(request, reply, { html, bundle, cut }) {
    const { pathname } = new URL(request.url, this.origin);
    if (request.method === 'GET') this.seen.push(`GET ${pathname}`);
    if (pathname === '/') return reply.writeHead(200, { 'Content-Type': 'text/html' }).end(readFileSync(html));
    if (pathname === '/client.js') return reply.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(bundle));
    const told = { '/cut': cut, '/begins': (name) => this.seen.push(name), '/report': (report) => this.report(JSON.parse(report)) }[pathname];
    if (!told) return reply.writeHead(404).end();
    let body = '';
    request.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => {
      told(body);
      reply.writeHead(204).end();
    });
  }

  /** Opens the page with this query and returns its report; `flags` are more of the browser's. */
  async visit(t, query, { ms = 45_000, flags = [] } = {}) {
    const profile = mkdtempSync(path.join(tmpdir(), 'parley-chromium-'));
    const child = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
      '--disable-extensions', '--disable-background-networking', '--disable-component-update', '--enable-logging=stderr', ...flags,
      `--user-data-dir=${profile}`, `${this.origin}/?${new URLSearchParams(query)}`], { detached: true });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    t.after(async () => {
      process.kill(-child.pid, 'SIGKILL'); // with its helpers, which write to the profile
      await ended;
      child.stderr.destroy();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
    const says = () => output.split('\n').filter((line) => line.includes('CONSOLE')).slice(-10).join('\n') || output.slice(-2000);
    const report = await within(this.reported, () => `the page's report after ${this.seen.join(', ') || 'nothing'}; the browser said:\n${says()}`, ms);
    return { ...report, console: says() };
  }
}
