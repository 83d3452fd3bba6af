/**
 * Drives an installed Chromium for tests of pages, by the Chrome DevTools Protocol over a pipe
 * (https://chromedevtools.github.io/devtools-protocol/; messages are JSON that ends in a zero byte).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { toolPath } from './require-tool.js';

/** What a page is shown on. */
export interface Viewport {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Host milliseconds that the browser has for an answer. */
const PATIENCE = 60_000;

/** A page that is open. */
export interface BrowserPage {
  /** Errors so far: of scripts, of the console, of what could not be loaded or was refused. */
  readonly errors: readonly string[];
  /** The value of an expression in the page; it must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Writes what the viewport shows as PNG; all of the page if asked for. */
  screenshot(file: string, whole?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A Chromium without a window. */
export class Browser {
  private nextId = 1;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly listeners = new Map<string, (message: Message) => void>();

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
  ) {}

  /** Starts the browser. @throws Error when it is not installed: ask `haveTools('chromium')` first. */
  static async start(): Promise<Browser> {
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-chromium-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'];
    const child = spawn(
      toolPath('chromium'),
      [...flags, '--disable-dev-shm-usage', `--user-data-dir=${profile}`, '--remote-debugging-pipe'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const browser = new Browser(child, profile);
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop() ?? '';
      for (const text of messages) browser.receive(JSON.parse(text) as Message);
    });
    child.on('error', (error) => browser.fail(error.message));
    child.on('exit', () => browser.fail('chromium has ended'));
    await browser.call('Browser.getVersion');
    return browser;
  }

  /** Opens a page and waits until it is loaded. */
  async open(url: string, { width, height, scheme = 'light' }: Viewport): Promise<BrowserPage> {
    const { targetId } = await this.call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.call<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const errors: string[] = [];
    let loaded = (): void => undefined;
    const isLoaded = new Promise<void>((resolve) => (loaded = resolve));
    this.listeners.set(sessionId, (message) => {
      if (message.method === 'Page.loadEventFired') loaded();
      errors.push(...errorsIn(message));
    });
    const call = <T>(method: string, params: object = {}): Promise<T> =>
      this.call<T>(method, params, sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
    await call('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await call('Page.navigate', { url });
    await this.inTime(isLoaded, url);
    return {
      errors,
      evaluate: async <T>(expression: string) => {
        const answer = await call<{ result: { value: T }; exceptionDetails?: { text: string } }>(
          'Runtime.evaluate',
          {
            expression,
            returnByValue: true,
            awaitPromise: true,
          },
        );
        if (answer.exceptionDetails) throw new Error(`${expression}: ${answer.exceptionDetails.text}`);
        return answer.result.value;
      },
      screenshot: async (file, whole = false) => {
        const { data } = await call<{ data: string }>('Page.captureScreenshot', {
          captureBeyondViewport: whole,
        });
        fs.writeFileSync(file, Buffer.from(data, 'base64'));
      },
      close: async () => {
        this.listeners.delete(sessionId);
        await this.call('Target.closeTarget', { targetId });
      },
    };
  }

  /** Ends the browser and removes what it has written. */
  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    await this.call('Browser.close').catch(() => this.process.kill('SIGKILL'));
    await ended;
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }

  private async call<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = this.nextId++;
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    const message = { id, method, params, ...(sessionId !== undefined && { sessionId }) };
    (this.process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    const { result, error } = await this.inTime(answer, method);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  private async inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`chromium: no answer to ${what}`)), PATIENCE);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  private receive(message: Message): void {
    if (message.id === undefined) {
      this.listeners.get(message.sessionId ?? '')?.(message);
      return;
    }
    this.waiting.get(message.id)?.(message);
    this.waiting.delete(message.id);
  }

  private fail(message: string): void {
    for (const answer of this.waiting.values()) answer({ error: { message } });
    this.waiting.clear();
  }
}

/** What the protocol's events say of errors. */
function errorsIn({ method, params }: Message): string[] {
  switch (method) {
    case 'Runtime.exceptionThrown': {
      const { exceptionDetails } = params as {
        exceptionDetails: { text: string; exception?: { description?: string } };
      };
      return [exceptionDetails.exception?.description ?? exceptionDetails.text];
    }
    case 'Runtime.consoleAPICalled': {
      const { type, args } = params as { type: string; args: { value?: unknown; description?: string }[] };
      return type === 'error'
        ? [args.map(({ value, description }) => description ?? JSON.stringify(value)).join(' ')]
        : [];
    }
    case 'Log.entryAdded': {
      const { entry } = params as { entry: { level: string; text: string; url?: string } };
      return entry.level === 'error' ? [`${entry.text} ${entry.url ?? ''}`.trim()] : [];
    }
    case 'Network.loadingFailed': {
      const { errorText } = params as { errorText: string };
      return [`could not be loaded: ${errorText}`];
    }
    default:
      return [];
  }
}
