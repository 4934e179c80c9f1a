// The process of openid-provider.mjs, and a browser without a screen that logs in there.
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

export class OpenIdProvider {
  readonly issuer: string;
  readonly #child: ChildProcess;

  private constructor(issuer: string, child: ChildProcess) {
    this.issuer = issuer;
    this.#child = child;
  }

  /** @param tls the files of a certificate and its key. Without them, it uses HTTP. */
  static async start(
    redirectUris: readonly string[],
    tls?: { readonly cert: string; readonly key: string },
  ): Promise<OpenIdProvider> {
    const script = resolve('tests/support/openid-provider.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify({ redirectUris, tls })], {
      // It warns of its development keys.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const issuer = await new Promise<string>((ready, fail) => {
      let text = '';
      child.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        const [, found] = /^(https?:\/\/127\.0\.0\.1:\d+)$/m.exec(text) ?? [];
        if (found !== undefined) ready(found);
      });
      child.once('exit', (code) => fail(new Error(`The provider ended with ${code}.`)));
    });
    return new OpenIdProvider(issuer, child);
  }

  stop(): Promise<void> {
    const ended = new Promise<void>((done) => this.#child.once('exit', () => done()));
    this.#child.kill();
    return ended;
  }

  /**
   * Logs a user in at the provider, and consents. `url`: where this server sent the browser.
   * @returns where the provider sends the browser back.
   */
  async logIn(url: string, user: string): Promise<string> {
    const cookies = new Map<string, string>();
    let next = url;
    let body: URLSearchParams | undefined;
    // To the page, the login, the page, the consent, and back.
    for (let steps = 0; steps < 12; steps++) {
      if (!next.startsWith(this.issuer)) return next;
      const response: Response = await fetch(next, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location !== null) {
        next = new URL(location, next).href;
        body = undefined;
        continue;
      }
      const page = await response.text();
      const [, action = ''] = / action="([^"]+)"/.exec(page) ?? [];
      const [, prompt = ''] = / name="prompt" value="([^"]+)"/.exec(page) ?? [];
      if (action === '') throw new Error(`The provider shows no form: ${page}`);
      next = new URL(action, next).href;
      body = new URLSearchParams(prompt === 'login' ? { prompt, login: user, password: 'any' } : { prompt });
    }
    throw new Error(`The provider leads nowhere: ${next}`);
  }
}
